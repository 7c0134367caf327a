"""How each indicator is reckoned from the records below. Asked anew every time; nothing is incremented."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kechuang.district.registry import queries as registry
from kechuang.district.transfer import queries as transfer
from kechuang.engines.base.money import in_unit


@dataclass(frozen=True)
class Found:
    """A value in the indicator's unit, and how many records it rests on."""

    value: Decimal
    rows: int


@dataclass(frozen=True)
class Measure:
    """``find(year, as_of)`` reckons; ``scope`` says in words what is counted; ``kinds`` what moves it."""

    find: Callable[[int, date], Found]
    scope: str
    kinds: tuple[str, ...]


def _turnover(year: int, as_of: date) -> Found:
    fen = transfer.registered_turnover(year, as_of)
    return Found(in_unit(fen, "亿元"), transfer.registered(year, as_of).count())


def _firms(rung: str) -> Callable[[int, date], Found]:
    def find(year: int, as_of: date) -> Found:
        return Found(Decimal(registry.standing(rung, as_of)), registry.counted(rung, as_of).count())

    return find


_RECOGNITION = ("registry.recognition.*",)
MEASURES: dict[str, Measure] = {
    "technology_contract_turnover": Measure(
        _turnover,
        "在本区登记、未注销的技术合同，按登记日期计入当年，合同成交额合计",
        ("transfer.contract.*",),
    ),
    "high_tech": Measure(_firms("high_tech"), "当日证书在有效期内的企业，每家计一次", _RECOGNITION),
    "young_eagle": Measure(
        _firms("young_eagle"), "当年 1 月 1 日以来评价入库的企业，每家计一次", _RECOGNITION
    ),
    "gazelle": Measure(
        _firms("gazelle"), "当年 1 月 1 日以来评价入库的企业，每家计一次", _RECOGNITION
    ),
    "leading": Measure(
        _firms("leading"), "当日在有效期内的领军（培育）企业，每家计一次", _RECOGNITION
    ),
}
