"""Many files as one, to be read as one sheet."""

import io
import zipfile
from collections.abc import Sequence

_LONG_AGO = (2000, 1, 1, 0, 0, 0)  # the same files make the same bundle


def pack(files: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip of files (name, content) as they are; of two with one name the later is numbered."""
    stream, names = io.BytesIO(), set[str]()
    with zipfile.ZipFile(stream, "w") as out:
        for number, (name, data) in enumerate(files, 1):
            called = name.replace("/", "_").replace("\\", "_")
            called = f"{number}-{called}" if called in names else called
            names.add(called)
            out.writestr(zipfile.ZipInfo(called, _LONG_AGO), data)
    return stream.getvalue()
