"""Commands that keep and prove: ledger verify, backup, restore; imported by house.py after Django
is awake.
"""

import argparse
import sys

from django.conf import settings
from django.db import DatabaseError, connection

from kechuang.district.accounts.services import examine as look
from kechuang.district.core import clock, keeping, roots
from kechuang.district.core.proving import prove
from kechuang.engines.base.errors import DomainError
from kechuang.engines.base.sayings import sentence


def database_name() -> str:
    """Which database the command speaks of."""
    held = connection.settings_dict
    where = f"{held['HOST']}/{held['NAME']}" if connection.vendor == "postgresql" else held["NAME"]
    demo = "（演示）" if settings.KECHUANG_DEMO else ""
    return f"数据库{demo}：{connection.vendor} {where}"


def verify(options: argparse.Namespace) -> int:
    """Prove the ledger."""
    print(database_name(), file=sys.stderr)
    try:
        kept = roots.kept(options.roots)
        proof = prove(root=options.root, at_least=options.at_least, roots=kept)
    except DatabaseError as e:
        print(f"这个数据库读不出台账：{e}", file=sys.stderr)
        return 1
    for line in (proof.chain.words, *proof.faults):
        if line:
            print(line, file=sys.stderr)
    if not proof.holds:
        return 1
    chain = proof.chain
    print(f"{chain.entries} 条，散列链完整，根 {chain.root}")
    print(f"{proof.records} 条记录与台账相符；保存在外的根 {len(kept)} 个都在链里")
    if proof.sealed:
        print(f"其中 {proof.sealed} 条自封存之日起才有证明")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write the ledger for a check without Kechuang."""
    print(database_name(), file=sys.stderr)
    try:
        with options.file.open("x", encoding="utf-8") as out:
            count = roots.export(out)
    except (DatabaseError, OSError) as e:
        print(e, file=sys.stderr)
        return 1
    print(f"已写出 {count} 条到 {options.file}；核对：python tools/check_ledger.py {options.file}")
    return 0


def backup(options: argparse.Namespace) -> int:
    """Write the house into one file."""
    print(database_name(), file=sys.stderr)
    try:
        made = keeping.backup(options.file, clock.now())
    except (DomainError, DatabaseError, OSError) as e:
        print(e, file=sys.stderr)
        return 1
    keys = "、".join(f"{name}（指纹 {mark}）" for name, mark in made.keys.items())
    print(f"已备份到 {options.file}：台账 {made.entries} 条，根 {made.root}。")
    print(f"另外要保存：{keys}；恢复时要用同一个，备份里没有它。")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Put a backup in the place of this house."""
    print(database_name(), file=sys.stderr)
    try:
        made, aside = keeping.restore(options.file, clock.now())
    except (DomainError, DatabaseError, OSError) as e:
        print(e, file=sys.stderr)
        return 1
    print(f"已恢复：台账 {made.entries} 条，根 {made.root}，与备份时一致。")
    if aside:
        print(f"原来的数据移到了 {aside}，确认无误后可以删去。")
    if made.keys["KECHUANG_SECRET_KEY"] != keeping.fingerprint(settings.SECRET_KEY):
        print(
            "KECHUANG_SECRET_KEY 与备份时不同：信里的链接和登录都要重来。请换回备份时的那个。",
            file=sys.stderr,
        )
    return 0


def examine(options: argparse.Namespace) -> int:
    """Say what the house lacks; 1 when something of it is serious."""
    print(database_name(), file=sys.stderr)
    try:
        found = look(clock.now(), reach_mail=not options.no_mail)
    except DatabaseError as e:
        print(f"这个数据库读不出来，请先运行 kechuang migrate：{e}", file=sys.stderr)
        return 1
    for finding in found:
        words = finding.words
        said = sentence(words.code, words.facts, "en") if options.english else str(words)
        print(f"{'!!' if finding.serious else ' !'} {words.code}  {said}")
    if not found:
        print("All is well." if options.english else "没有发现问题。")
    return int(any(f.serious for f in found))
