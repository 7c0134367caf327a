"""Backup and restore: one file with the database as it was at a moment, the private files, and
what proves them.

A backup is taken while the house runs. A restore is not: it refuses a house that is awake, checks
every byte first,
puts what was there aside, and says whether the ledger is the one that was kept.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction

from kechuang.engines.base.errors import Invalid, WrongState

from . import ledger
from .models import Beat
from .worker import beats

FORMAT = 1
KEPT = ("files",)  # folders of the data folder; the index, vectors and laid-out books are made anew
_BEAT = "backup"  # the row that says when one was last made
_MANIFEST = "house.json"
_DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    vendor: str
    made_at: str
    entries: int
    root: str
    keys: dict[str, str]  # name of a key that the house needs beside the backup → its fingerprint
    digests: dict[str, str]  # member → sha256


def fingerprint(secret: str) -> str:
    """Enough of a key's digest to tell that it is the same one, and nothing of the key."""
    return hashlib.sha256(b"kechuang" + secret.encode()).hexdigest()[:12]


@contextmanager
def awake() -> Iterator[None]:
    """Held by server and worker as long as they run: a restore sees it."""
    with _lock_file().open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def _lock_file() -> Path:
    data = Path(settings.KECHUANG_DATA)
    data.parent.mkdir(parents=True, exist_ok=True)
    return data.parent / f".{data.name}-awake"


def backup(target: Path, at: datetime) -> Manifest:
    """Write everything that a house is into one file; atomically, while others go on working.

    Raises:
        Invalid: The file is there already; or the database's own tool is missing.
    """
    if target.exists():
        raise Invalid("backup.exists", "file", name=str(target))
    with tempfile.TemporaryDirectory(dir=target.parent) as home:
        folder = Path(home)
        dump = folder / _DATABASE[connection.vendor]
        proof = _dump(dump)
        for name in KEPT:
            source = Path(settings.KECHUANG_DATA) / name
            if source.exists():
                shutil.copytree(source, folder / name)
        members = [p for p in sorted(folder.rglob("*")) if p.is_file()]
        digests = {str(p.relative_to(folder)): _digest(p) for p in members}
        keys = {"KECHUANG_SECRET_KEY": fingerprint(settings.SECRET_KEY)}
        made = Manifest(
            FORMAT, connection.vendor, at.isoformat(), proof.entries, proof.root, keys, digests
        )
        (folder / _MANIFEST).write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
        fresh = target.with_name(f".{target.name}.part")
        with tarfile.open(fresh, "w:gz") as archive:
            archive.add(folder / _MANIFEST, _MANIFEST)
            for member in members:
                archive.add(member, str(member.relative_to(folder)))
        fresh.replace(target)
    Beat.objects.update_or_create(name=_BEAT, defaults={"last_at": at})
    return made


def last_backup(known: Mapping[str, datetime] | None = None) -> datetime | None:
    """When the house was last written into a file; None: never. ``known``: the beats, where they
    were asked.
    """
    return (beats() if known is None else known).get(_BEAT)


def _dump(target: Path) -> "ledger.Proof":
    """Write the database as it is at one moment; returns the proof of the ledger at that moment."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(target) as copy:
            connection.connection.backup(copy)
        copy.close()
        return _proof_in(target)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        moment = cursor.fetchone()[0]
        _postgres(
            "pg_dump", "--format=custom", "--no-owner", f"--snapshot={moment}", f"--file={target}"
        )
        return ledger.verify()


def _proof_in(dump: Path) -> "ledger.Proof":
    """The proof of the copy itself: the house may have gone on since."""
    rows = sqlite3.connect(f"file:{dump}?mode=ro", uri=True)
    try:
        count = rows.execute("SELECT COUNT(*) FROM core_entry").fetchone()[0]
        last = rows.execute("SELECT hash FROM core_entry ORDER BY id DESC LIMIT 1").fetchone()
    finally:
        rows.close()
    return ledger.Proof(count, root=last[0] if last else ledger.GENESIS)


def _postgres(tool: str, *words: str) -> None:
    held = connection.settings_dict
    env = {**os.environ, "PGPASSWORD": str(held["PASSWORD"])}
    command = [tool, *words, f"--dbname={held['NAME']}"]
    for flag, name in (("host", "HOST"), ("port", "PORT"), ("username", "USER")):
        if held[name]:
            command.append(f"--{flag}={held[name]}")
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - the database's own tools
    except FileNotFoundError as e:
        raise Invalid("backup.no_tool", "file", tool=tool) from e
    if done.returncode:
        raise Invalid("backup.tool_failed", "file", tool=tool, words=done.stderr.strip()[-400:])


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself, when every byte of it is as it was written.

    Raises:
        Invalid: Not a backup, cut off, changed, or of another kind of database.
    """
    try:
        with tarfile.open(source, "r:gz") as archive:
            head = archive.extractfile(_MANIFEST)
            assert head
            made = Manifest(**json.load(head))
            found = {
                m.name: _digest_of(archive, m)
                for m in archive
                if m.isfile() and m.name != _MANIFEST
            }
    except (
        OSError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        AssertionError,
        tarfile.TarError,
    ) as e:
        raise Invalid("backup.broken", "file", name=source.name) from e
    if found != made.digests or made.format != FORMAT or not made.entries:
        raise Invalid("backup.broken", "file", name=source.name)
    if made.vendor != connection.vendor:
        raise Invalid("backup.other_database", "file", theirs=made.vendor, ours=connection.vendor)
    return made


def restore(source: Path, at: datetime) -> tuple[Manifest, Path | None]:
    """Put a backup in the place of this house.

    Returns what it says of itself, and where the old data stands now.

    Raises:
        WrongState: The house is awake.
        Invalid: As `read_manifest`; or what stands there afterwards is not what was kept.
    """
    with _lock_file().open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise WrongState("backup.house_awake") from e
        made = read_manifest(source)
        if connection.vendor == "postgresql":
            _nobody_connected()
        connections.close_all()
        aside = _put_in_place(source, at)
        proof = ledger.verify()
        if proof.broken_at or (proof.entries, proof.root) != (made.entries, made.root):
            raise Invalid("backup.other_ledger", "file", entries=proof.entries, kept=made.entries)
    return made, aside


def _put_in_place(source: Path, at: datetime) -> Path | None:
    data = Path(settings.KECHUANG_DATA)
    data.mkdir(parents=True, exist_ok=True)
    aside = data.with_name(f"{data.name}-before-{at:%Y%m%d-%H%M%S}")
    with tempfile.TemporaryDirectory(dir=data.parent) as home:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(home, filter="data")
        folder = Path(home)
        kept = [p for p in data.iterdir() if p.name != "static"]
        moved = bool(kept)
        aside.mkdir()
        for path in kept:
            path.rename(aside / path.name)
        for name in KEPT:
            if (folder / name).exists():
                shutil.move(str(folder / name), str(data / name))
        dump = folder / _DATABASE[connection.vendor]
        if connection.vendor == "sqlite":
            place = Path(connection.settings_dict["NAME"])
            for beside in ("", "-wal", "-shm"):  # still here when it stands outside the data folder
                old = Path(f"{place}{beside}")
                if old.exists():
                    shutil.move(str(old), str(aside / old.name))
                    moved = True
            shutil.move(str(dump), str(place))
        else:
            _postgres(
                "pg_restore",
                "--clean",
                "--if-exists",
                "--no-owner",
                "--single-transaction",
                str(dump),
            )
    return aside if moved else None


def _nobody_connected() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if cursor.fetchone()[0]:
            raise WrongState("backup.house_awake")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    stream: Any = archive.extractfile(member)
    return hashlib.file_digest(stream, "sha256").hexdigest()
