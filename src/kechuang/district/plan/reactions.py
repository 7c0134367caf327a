"""A record moves, the indicator is reckoned again."""

from collections.abc import Sequence
from datetime import datetime

from kechuang.district.core import clock
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.reactions import every, on
from kechuang.district.transfer.queries import years_with_contracts

from .services import measure


def _measure(names: set[str], entry_id: int | None) -> None:
    today = clock.today()
    for indicator in current_book().indicators.values():
        if indicator.measure in names:
            for year in sorted({today.year, *years_with_contracts()}):
                measure(indicator, year, today, clock.now(), entry_id)


@on("transfer.contract.*", batch=500)
def measure_turnover(entries: Sequence[Entry]) -> None:
    _measure({"technology_contract_turnover"}, entries[-1].pk)


@on("registry.recognition.*", batch=500)
def measure_firms(entries: Sequence[Entry]) -> None:
    _measure({"high_tech", "young_eagle", "gazelle", "leading"}, entries[-1].pk)


@every(hours=6)
def measure_all(now: datetime) -> None:
    """Certificates lapse without an entry: the clock moves these counts too."""
    _measure({i.measure for i in current_book().indicators.values() if i.measure}, None)
