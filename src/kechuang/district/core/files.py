"""Private files: under the data folder, named by content, never served by address."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings


def _folder(name: str) -> Path:
    folder = Path(settings.KECHUANG_DATA) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_atomically(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Either the whole file stands there, or what was there before.

    ``lasting``: also when the power fails at once.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            if lasting:
                stream.flush()
                os.fsync(stream.fileno())
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def keep(data: bytes) -> str:
    """Store bytes; returns their digest, the name to get them by."""
    digest = hashlib.sha256(data).hexdigest()
    path = _folder("files") / digest[:2] / digest
    if not path.exists():
        write_atomically(path, data)
    return digest


def fetch(digest: str) -> bytes:
    """The bytes of a digest, proved."""
    if len(digest) != 64 or not digest.isalnum():
        raise FileNotFoundError(digest)
    data = (_folder("files") / digest[:2] / digest).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise OSError(f"{digest} has been changed on disk")
    return data


def note_progress(name: str, **facts: Any) -> None:
    """How far a long job is, outside its transaction (which nobody else can see into)."""
    write_atomically(
        _folder("progress") / f"{name}.json", json.dumps(facts).encode(), lasting=False
    )


def progress(name: str) -> dict[str, Any]:
    """What `note_progress` last said."""
    path = _folder("progress") / f"{name}.json"
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
