"""A record moves, the indicator is reckoned again; a month turns, returns are asked for; silence
is followed up.
"""

from collections.abc import Sequence
from datetime import datetime

from kechuang.district.core import clock
from kechuang.district.core.books import current_book, declared_registers
from kechuang.district.core.models import Entry
from kechuang.district.core.reactions import every, on
from kechuang.district.transfer.queries import years_with_contracts

from .measures import MEASURES
from .models import TaskFile
from .services import asking, measure
from .services.measuring import measure_turnover

TURNOVER = "technology_contract_turnover"


def _measure(kind: str, entry_id: int | None) -> None:
    """Every measure that says it is moved by this kind of entry; "" for all but turnover, which
    has a query of its own.
    """
    today = clock.today()
    moved = {n for n, m in MEASURES.items() if n != TURNOVER and (not kind or kind in m.kinds)}
    years = sorted({today.year, *years_with_contracts()})
    for indicator in current_book().indicators.values():
        if indicator.measure in moved:
            for year in years:
                measure(indicator, year, today, clock.now(), entry_id)


@on("transfer.contract.*", batch=5000)
def measure_contracts(entries: Sequence[Entry]) -> None:
    measure_turnover(clock.today(), clock.now(), entries[-1].pk)


@on("registry.recognition.*", batch=5000)
def measure_firms(entries: Sequence[Entry]) -> None:
    _measure("registry.recognition.*", entries[-1].pk)


@on("registry.establishment.*", batch=5000)
def measure_establishments(entries: Sequence[Entry]) -> None:
    _measure("registry.establishment.*", entries[-1].pk)


@on(*(f"registry.{r.id}.*" for r in declared_registers()), batch=5000)
def measure_declared(entries: Sequence[Entry]) -> None:
    for kind in sorted({e.kind.rpartition(".")[0] for e in entries}):
        _measure(f"{kind}.*", entries[-1].pk)


@on("market.achievement.*", batch=5000)
def measure_patents(entries: Sequence[Entry]) -> None:
    _measure("market.achievement.*", entries[-1].pk)


@every(hours=6)
def measure_all(now: datetime) -> None:
    """Certificates lapse without an entry: the clock moves these counts too."""
    _measure("", None)
    measure_turnover(clock.today(), now)


@every(hours=6)
def supervise(now: datetime) -> None:
    """Ask for the month's returns when their day has come, remind and escalate."""
    book, today = current_book(), clock.today()
    if today >= asking.due_day(book, today.year, today.month):
        going = TaskFile.objects.exclude(state="closed").values_list("plan", flat=True).distinct()
        plans = [p for p in book.plans.values() if p.id in set(going)]
        asking.ask_month(book, plans, f"{today:%Y-%m}", now, today)
    asking.follow_up(book, now, today)
