"""Values of rules: exact numbers, intervals that experts fill, truth in three values, and what
cannot be told.

A number is an interval of two fractions; one number is an interval of width zero. Money counts in
fen, shares are
fractions (60 % is 3/5), everything else counts its unit. ``UNKNOWN`` cannot be told from what is
given, ``UNDEFINED`` is a
division by zero, ``ABSENT`` is a rule that did not exist on that day.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

COMPARISONS = frozenset((">=", "<=", ">", "<", "==", "!="))
UNITS = ("元", "%", "人", "项", "分", "个月", "年", "家", "件", "天", "倍", "平方米", "是否")
# the units of numbers as a pattern, the longest first: 个月 before 个
NUMBERED = "|".join(sorted((u for u in UNITS if u != "是否"), key=len, reverse=True))


class Lack(Enum):
    """Why there is no value."""

    UNKNOWN = "待定"
    UNDEFINED = "无法计算"
    ABSENT = "当时无此规定"


UNKNOWN, UNDEFINED, ABSENT = Lack.UNKNOWN, Lack.UNDEFINED, Lack.ABSENT


@dataclass(frozen=True)
class Number:
    """An exact number, or the interval in which it lies."""

    low: Fraction
    high: Fraction

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


Value = Number | bool | Lack


def one(value: Fraction | int) -> Number:
    """A single number."""
    exact = Fraction(value)
    return Number(exact, exact)


def lacking(values: Sequence[object]) -> Lack | None:
    """What stands in the way of arithmetic, the gravest first."""
    for lack in (ABSENT, UNDEFINED, UNKNOWN):
        if any(v is lack for v in values):
            return lack
    return None


def add(a: Number, b: Number) -> Number:
    """Sum of intervals."""
    return Number(a.low + b.low, a.high + b.high)


def subtract(a: Number, b: Number) -> Number:
    """Difference of intervals."""
    return Number(a.low - b.high, a.high - b.low)


def multiply(a: Number, b: Number) -> Number:
    """Product of intervals."""
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Number(min(corners), max(corners))


def divide(a: Number, b: Number) -> Value:
    """Quotient; a divisor of zero, or an interval that holds zero, cannot be reckoned with."""
    if b.low == b.high == 0:
        return UNDEFINED
    if b.low <= 0 <= b.high:
        return UNKNOWN
    corners = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Number(min(corners), max(corners))


_TESTS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def compare(op: str, a: Number, b: Number) -> Value:
    """True or False when every point of both intervals agrees, else UNKNOWN."""
    if op in ("==", "!="):
        if a.exact and b.exact:
            return (a.low == b.low) == (op == "==")
        apart = a.high < b.low or b.high < a.low
        return (op == "!=") if apart else UNKNOWN
    test = _TESTS[op]
    found = {test(x, y) for x in (a.low, a.high) for y in (b.low, b.high)}
    return found.pop() if len(found) == 1 else UNKNOWN


def every(values: Sequence[Value]) -> Value:
    """且: one False decides."""
    return False if any(v is False for v in values) else lacking(values) or True


def some(values: Sequence[Value]) -> Value:
    """或: one True decides."""
    return True if any(v is True for v in values) else lacking(values) or False


def rounded(x: Fraction) -> Fraction:
    """Half away from zero, to the whole unit (fen for money)."""
    sign = -1 if x < 0 else 1
    y = abs(x)
    return Fraction(sign * ((2 * y.numerator + y.denominator) // (2 * y.denominator)))


def floored(x: Fraction) -> Fraction:
    """Down to the whole unit."""
    return Fraction(x.numerator // x.denominator)
