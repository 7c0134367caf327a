"""The roots of finished days, kept where this house cannot rewrite them; the ledger written out for
whoever checks it without Kechuang.
"""

import hashlib
import json
import secrets
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings

from kechuang.engines.base.errors import Invalid

from . import clock, ledger
from .models import Entry

FORMAT = 1
_ASK = "application/timestamp-query"
_WAIT = 20  # seconds that a time-stamping authority has
_MOST = 100_000  # bytes of an answer


@dataclass(frozen=True)
class Root:
    """What the ledger came to at the end of a day: its last entry and that entry's hash."""

    day: date
    entry: int
    root: str

    def as_json(self) -> str:
        told = {"day": self.day.isoformat(), "entry": self.entry, "root": self.root}
        return json.dumps(told)


def of_day(day: date) -> Root | None:
    """The root of a day; None when the ledger began later."""
    last = Entry.objects.filter(day__lte=day).order_by("-id").values_list("id", "hash").first()
    return Root(day, *last) if last else None


def last_finished(at: datetime) -> date:
    """The newest day of which nothing more is written."""
    return clock.day_of(at) - timedelta(days=1)


def keep(at: datetime) -> Root | None:
    """Write the root of the day that has ended into the folder for roots, once, with its
    time-stamp where an authority is named. What is there stays as it is.

    Raises:
        OSError, Invalid: The folder cannot be written, or the authority gives no stamp; the root
            is asked for again with the next beat.
    """
    folder, root = settings.KECHUANG_ROOTS, of_day(last_finished(at))
    if not folder or root is None:
        return root
    place = Path(folder) / f"{root.day}.json"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8") as out:
            out.write(root.as_json() + "\n")
    stamp = place.with_suffix(".tsr")
    if settings.KECHUANG_TSA and not stamp.exists():
        answer = stamped(settings.KECHUANG_TSA, place.read_bytes())
        with stamp.open("xb") as held:
            held.write(answer)
    return root


def kept(folder: Path | None = None) -> dict[str, str]:
    """The roots in the folder for roots: day → root.

    Raises:
        Invalid: A file there is none.
    """
    place = folder or (Path(settings.KECHUANG_ROOTS) if settings.KECHUANG_ROOTS else None)
    found = {}
    for path in sorted(place.glob("*.json")) if place else ():
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            found[str(told["day"])] = str(told["root"])
        except (ValueError, KeyError, TypeError) as e:
            raise Invalid("roots.unreadable", "roots", name=path.name) from e
    return found


def stamped(address: str, data: bytes) -> bytes:
    """What a time-stamping authority answers for these bytes (RFC 3161), to be kept beside them.

    That it is signed by whom one trusts, `openssl ts -verify` says; here only that it is a stamp,
    for these bytes.

    Raises:
        OSError: It does not answer. Invalid: It refuses, or answers something else.
    """
    digest = hashlib.sha256(data).digest()
    asked = urllib.request.Request(  # noqa: S310 - an address of the settings
        address, _query(digest), {"Content-Type": _ASK, "User-Agent": "kechuang"}
    )
    with urllib.request.urlopen(asked, timeout=_WAIT) as answer:  # noqa: S310
        told: bytes = answer.read(_MOST)
    if not _granted(told) or digest not in told:
        raise Invalid("roots.no_stamp", "tsa", address=address)
    return told


def _granted(told: bytes) -> bool:
    """Whether a TimeStampResp begins with the status granted (0, or 1 with changes)."""
    if len(told) < 12 or told[0] != 0x30:
        return False
    start = 2 + (told[1] & 0x7F if told[1] & 0x80 else 0)  # past the outer length
    status = told[start : start + 5]
    return status[0] == 0x30 and status[2:4] == b"\x02\x01" and status[4] in (0, 1)


def _query(digest: bytes) -> bytes:
    """TimeStampReq: version 1, SHA-256 and the digest, a nonce, and the signer's certificate."""
    sha256 = bytes.fromhex("300d06096086480165030402010500")
    imprint = _tlv(0x30, sha256 + _tlv(0x04, digest))
    nonce = _tlv(0x02, b"\x01" + secrets.token_bytes(8))
    return _tlv(0x30, _tlv(0x02, b"\x01") + imprint + nonce + _tlv(0x01, b"\xff"))


def _tlv(tag: int, content: bytes) -> bytes:
    assert len(content) < 128  # the short form of DER
    return bytes([tag, len(content)]) + content


def lines() -> Iterator[dict[str, Any]]:
    """Every entry as the checker reads it, after a line that says what this is."""
    yield {"kechuang": "ledger", "format": FORMAT}
    names = [f.attname for f in Entry._meta.concrete_fields]
    for entry in Entry.objects.order_by("id").values_list(*names, named=True).iterator(2000):
        yield {"entry": entry.id, **_link(entry), "content": ledger.content_of(entry)}


def _link(entry: Any) -> dict[str, Any]:
    return {"form": entry.form, "before": entry.before, "hash": entry.hash}


def export(out: TextIO) -> int:
    """Write the whole ledger, one line of JSON an entry; returns how many."""
    count = -1
    for told in lines():
        out.write(json.dumps(told, ensure_ascii=False) + "\n")
        count += 1
    return count


def notice(entry: Entry) -> dict[str, Any]:
    """One entry with what proves it: the digests that lead from it to the root of its day, and
    nothing of what other entries say.
    """
    names = [f.attname for f in Entry._meta.concrete_fields]
    last = of_day(entry.day)
    assert last
    after = Entry.objects.filter(id__gt=entry.pk, id__lte=last.entry).order_by("id")
    path, root = [], entry.hash
    for later in after.values_list(*names, named=True).iterator(2000):
        path.append(ledger.digest_of(later))
        root = later.hash
    told = {"entry": entry.pk, **_link(entry), "content": ledger.content_of(entry)}
    if entry.form == ledger.OLD:
        return {"kechuang": "notice", "format": FORMAT, **told}
    return {
        "kechuang": "notice",
        "format": FORMAT,
        **told,
        "path": path,
        "day": entry.day.isoformat(),
        "root": root,
    }
