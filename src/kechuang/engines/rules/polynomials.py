"""Polynomials over the integers 0, 1, 2, …: exact values, and the whole numbers at which a sign
changes.

A polynomial is a tuple of fractions, the constant first. Sign changes are found on forward
differences: where the
difference of a sequence keeps its sign the sequence is monotone, so a bisection finds its change
of sign exactly.
"""

from fractions import Fraction
from itertools import pairwise

Poly = tuple[Fraction, ...]


def trim(p: Poly) -> Poly:
    """Without leading zeros."""
    end = len(p)
    while end > 1 and p[end - 1] == 0:
        end -= 1
    return p[:end]


def plus(a: Poly, b: Poly, sign: int = 1) -> Poly:
    """Sum, or difference with ``sign`` -1."""
    size = max(len(a), len(b))
    zero = Fraction(0)
    return trim(
        tuple(
            (a[i] if i < len(a) else zero) + sign * (b[i] if i < len(b) else zero)
            for i in range(size)
        )
    )


def times(a: Poly, b: Poly) -> Poly:
    """Product."""
    out = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    return trim(tuple(out))


def value(p: Poly, k: int) -> Fraction:
    """At a whole number (Horner)."""
    total = Fraction(0)
    for c in reversed(p):
        total = total * k + c
    return total


def sign(p: Poly, k: int) -> int:
    """-1, 0 or 1."""
    x = value(p, k)
    return (x > 0) - (x < 0)


def difference(p: Poly) -> Poly:
    """p(k + 1) − p(k)."""
    shifted: Poly = (Fraction(0),)
    for c in reversed(p):
        shifted = plus(times(shifted, (Fraction(1), Fraction(1))), (c,))
    return plus(shifted, p, -1)


def changes(p: Poly, low: int, high: int) -> list[int]:
    """Every whole number m in (low, high] at which the sign differs from that at m − 1,
    ascending.
    """
    if low >= high or len(p) == 1:
        return []
    turns = changes(difference(p), low, high - 1)
    edges = [low, *turns, high]
    found: set[int] = set()
    for start, end in pairwise(edges):
        found |= _monotone(p, start, end)
    return sorted(found)


def _monotone(p: Poly, low: int, high: int) -> set[int]:
    """Changes where the sequence is monotone from low to high: at most two (through zero)."""
    found: set[int] = set()
    at, last = low, sign(p, high)
    while at < high and sign(p, at) != last:
        before, left, right = sign(p, at), at, high
        while right - left > 1:
            middle = (left + right) // 2
            if sign(p, middle) == before:
                left = middle
            else:
                right = middle
        found.add(right)
        at = right
    return found
