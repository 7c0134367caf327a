"""Files that prove what was done, kept privately."""

from collections.abc import Sequence

from kechuang.district.core import files
from kechuang.engines.base.errors import Invalid

MOST_PROOF = 20_000_000
Proof = tuple[str, bytes]


def keep_proofs(sent: Sequence[Proof]) -> list[list[str]]:
    """Store files privately; returns [digest, name] of each."""
    for name, data in sent:
        if len(data) > MOST_PROOF:
            raise Invalid("file.too_large", "proof", name=name)
    return [[files.keep(data), name[-200:]] for name, data in sent]
