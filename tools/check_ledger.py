#!/usr/bin/env python3
"""Checks a ledger of Kechuang without Kechuang: Python's standard library is all it needs.

  python -I -S check_ledger.py ledger.jsonl                    an export (kechuang ledger export)
  python -I -S check_ledger.py ledger.jsonl --roots FOLDER     and the roots that were kept stand in it
  python -I -S check_ledger.py notice.json [--roots FOLDER]    one entry, up to the root of its day
  … --root HASH                                                a root that one has from a letter

Exit 0: all of it holds. 1: something does not; each fault is a line. 2: the file cannot be read.

An entry's content is the JSON list of what it says, in UTF-8, keys sorted, no blanks. Its digest
is the SHA-256 of that. Form 2: hash = SHA-256(hash before + digest), both as hex text. Form 1, of
old: hash = SHA-256 of the JSON list of the content and the hash before.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

GENESIS = "0" * 64


def written(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(told):
    if told["form"] == 1:
        return sha256(written([*told["content"], told["before"]]))
    return sha256(told["before"] + sha256(written(told["content"])))


def check_ledger(lines, wanted):
    """Yields what is wrong with an export; `wanted` is root → where it was kept."""
    before, form, count, left = GENESIS, 1, 0, dict(wanted)
    for told in lines:
        if told["before"] != before:
            yield f"entry {told['entry']} does not follow on the one before"
        if not form <= told["form"] <= 2 or hash_of(told) != told["hash"]:
            yield f"entry {told['entry']} says something else than when it was written"
        before, form, count = told["hash"], told["form"], count + 1
        left.pop(before, None)
    for root, place in left.items():
        yield f"root {root[:16]}… ({place}) does not stand in the ledger: its end was cut off, or it is another"
    if not count:
        yield "the ledger is empty"
    print(f"{count} entries, root {before}")


def check_notice(told, wanted):
    """Yields what is wrong with a single entry and its way to the root of its day."""
    found = hash_of(told)
    if found != told["hash"]:
        yield "the entry says something else than when it was written"
    print(f"entry {told['entry']}: {written(told['content'])}")
    if told["form"] == 1:
        print("an entry of the old form: only an export shows that it stands in the ledger")
        return
    for digest in told["path"]:
        found = sha256(found + digest)
    if found != told["root"]:
        yield "the entry does not lead to the root that is told with it"
    print(f"root of {told['day']}: {found}")
    if wanted and found not in wanted:
        yield f"the root of {told['day']} is none of those that were kept"


def kept_roots(options):
    found = dict.fromkeys(options.root, "--root")
    if options.roots and not options.roots.is_dir():
        raise ValueError(f"{options.roots} is no folder")
    for path in sorted(options.roots.glob("*.json")) if options.roots else ():
        found[json.loads(path.read_text(encoding="utf-8"))["root"]] = path.name
    found.pop(GENESIS, None)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--roots", type=Path, help="the folder with the roots that were kept")
    parser.add_argument("--root", action="append", default=[], help="a root that was kept")
    options = parser.parse_args()
    try:
        wanted = kept_roots(options)
        with options.file.open(encoding="utf-8") as stream:
            told = json.loads(stream.readline())
            what = told["kechuang"], told["format"]
            if what == ("notice", 1):
                faults = list(check_notice(told, wanted))
            elif what == ("ledger", 1):
                faults = list(check_ledger(map(json.loads, stream), wanted))
            else:
                raise ValueError("neither a ledger nor a notice")
    except (OSError, ValueError, KeyError, TypeError, IndexError) as e:
        print(f"{options.file}: cannot be read: {type(e).__name__} {e}", file=sys.stderr)
        return 2
    for fault in faults:
        print(fault, file=sys.stderr)
    print("does NOT hold" if faults else "holds")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
