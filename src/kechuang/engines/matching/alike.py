"""Texts that are nearly the same: MinHash over stretches of three characters, then the share itself.

Two entries of one result differ in a blank, a year or a sentence; their stretches of three
characters are the same for the most part (Jaccard's share). MinHash finds the few worth comparing.
"""

from collections.abc import Iterable, Mapping

from rensa import RMinHash, RMinHashLSH

from kechuang.engines.text import comparable

NEAR = 0.8  # share from which two texts may be one
_HASHES, _BANDS = 128, 32  # texts that share 0.8 are compared in more than 99.9 of 100 cases
_SEED = 20211


def stretches(text: str) -> frozenset[str]:
    """The stretches of three characters of a text, blanks and width aside.

    >>> sorted(stretches("ＡＢ cd"))
    ['abc', 'bcd']
    """
    plain = "".join(comparable(text).split())
    return frozenset(plain[i : i + 3] for i in range(max(1, len(plain) - 2)))


def share(one: str, other: str) -> float:
    """Of the stretches of both texts, how many stand in both (Jaccard), 0 to 1."""
    a, b = stretches(one), stretches(other)
    return len(a & b) / len(a | b)


def signature(text: str) -> RMinHash:
    """A text's MinHash; it may be kept and compared with others."""
    made = RMinHash(num_perm=_HASHES, seed=_SEED)
    made.update(sorted(stretches(text)))
    return made


class Alike:
    """A library's signatures, to be asked which of its texts are worth comparing."""

    def __init__(self, signatures: Mapping[int, RMinHash]) -> None:
        self._index = RMinHashLSH(threshold=NEAR, num_perm=_HASHES, num_bands=_BANDS)
        for key, made in signatures.items():
            self._index.insert(key, made)

    def worth_comparing(self, made: RMinHash) -> Iterable[int]:
        """Keys of texts that may be nearly the same."""
        return sorted(self._index.query(made))
