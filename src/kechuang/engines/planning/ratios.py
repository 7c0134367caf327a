"""Ratios of reported statistics, numerator and denominator kept; suspicious jumps."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

_PLACES = Decimal("0.0001")
# times the last value, or its eighth: a unit was probably mistaken (万元 for 亿元 is 10,000 times)
_JUMP = 8


@dataclass(frozen=True)
class Ratio:
    """Numerator over denominator, both exact and in the same unit."""

    numerator: Decimal
    denominator: Decimal

    @property
    def exact(self) -> Fraction:
        """The ratio itself."""
        return Fraction(self.numerator) / Fraction(self.denominator)

    @property
    def percent(self) -> Decimal:
        """In %, rounded half up to four places: for showing, never for comparing."""
        scaled = self.exact * 100
        whole = (scaled.numerator * 20000 + scaled.denominator) // (2 * scaled.denominator)
        return (Decimal(whole) / 10000).quantize(_PLACES).normalize()


def ratio(numerator: Decimal, denominator: Decimal, field: str = "denominator") -> Ratio:
    """A ratio that can be reckoned.

    Raises:
        Invalid: The denominator is zero or negative.
    """
    if denominator <= 0:
        raise Invalid("ratio.zero", field)
    return Ratio(numerator, denominator)


def suspicious(value: Decimal, last: Decimal | None) -> Said | None:
    """A question when a value is far from the last one. Asked, never refused.

    >>> suspicious(Decimal(500000), Decimal(48))
    '这个数是上一期（48）的约 10417 倍，单位是不是写成了万元？核对后可以照样提交'
    """
    if last is None or last <= 0 or value <= 0:
        return None
    times = Fraction(value) / Fraction(last)
    if times >= _JUMP:
        code = "figure.jump_unit" if times > 1000 else "figure.jump"
        return Said(code, last=last, times=round(times))
    if times * _JUMP <= 1:
        code = "figure.drop_unit" if times * 1000 < 1 else "figure.drop"
        return Said(code, last=last, times=round(1 / times))
    return None
