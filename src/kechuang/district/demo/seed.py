"""Filling an empty database with a simulated district."""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kechuang.book.schemas import Book
from kechuang.district.core import clock, ledger, worker
from kechuang.district.core.books import current_book
from kechuang.district.market.services import index
from kechuang.simulation import District, Ground, simulate

from .bringing import Known
from .cast import Cast
from .firm_work import stage_firms_work
from .history import stage_history
from .market_work import stage_market
from .plan_work import stage_plans
from .sheets import bring_sheets
from .stage import Stage
from .vectors import bring_vectors

_AT_ONCE = (
    "market.reactions.index_",
)  # matching works from the first page on; the worker does the rest
Tell = Callable[[str], None]
_YEARS = 6  # a history goes back so many years where no plan began earlier


def ground_of(book: Book) -> Ground:
    """Where the book's district lies."""
    held = book.places
    mine = held[book.place]
    inside = [p for p in held.values() if p.parent == mine.id]
    towns = tuple(p.name for p in inside if p.kind == "town") or (mine.name,)
    parks = tuple(p.name for p in inside if p.kind == "park")
    beside = [p.name for p in held.values() if p.parent == mine.parent and p is not mine]
    above = [held[mine.parent].name] if mine.parent in held else []
    return Ground(mine.name, towns, parks, (*beside, *above) if above else ())


def district_of(book: Book, now: datetime, scale: int = 1) -> District:
    """The simulated district of a book, with a history since its first plan began."""
    today = clock.day_of(now)
    starts = [p.start.year for p in book.plans.values() if p.start.year <= today.year]
    first = max(min([today.year - _YEARS, *starts]), today.year - 2 * _YEARS)
    return simulate(ground_of(book), today, first=first, scale=scale)


def seed(tell: Tell) -> None:
    """Fill an empty database.

    Raises:
        ImproperlyConfigured: Not in demo mode.
    """
    if not settings.KECHUANG_DEMO:
        raise ImproperlyConfigured("Demo records exist in demo mode only.")
    now = clock.now()
    made = district_of(current_book(), now)
    tell(
        f"样例区：企业 {len(made.firms)} 家，成果 {len(made.offers)} 项，需求 {len(made.wants)} 项"
    )
    stage, known = Stage(now), Known()
    cast = Cast(made, known)
    with ledger.writing():
        stage_history(stage, made, known)
        stage.at(date(made.first, 2, 1), cast.enter, 7)
        stage_market(stage, cast)
        stage_plans(stage, cast)
        stage_firms_work(stage, cast)
        stage.play()
    tell(f"技术合同 {len(made.deals)} 份，证书 {len(made.certificates)} 张，年报和任务都已写入")
    bring_sheets(cast)
    while worker.deliver_once(clock.now(), only=_AT_ONCE):
        pass
    vectors = bring_vectors()
    index.write_vectors()
    tell(f"匹配索引已建好，语义向量 {vectors} 个；信件和其余的由后台接着做")
