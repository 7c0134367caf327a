"""Figures that others publish, as printed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.book.schemas import Book, Indicator
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.models import Bulletin
from kechuang.district.plan.workflow import BULLETINS
from kechuang.engines.base.errors import Invalid


def report(values: Mapping[str, Any], actor: Actor, at: datetime) -> Bulletin:
    """Keep a published figure, as printed."""
    bulletin = Bulletin(**values, reported_by=actor.label)
    begin(BULLETINS, "report", bulletin, actor, at, facts={k: str(v) for k, v in values.items()})
    return bulletin


def restate(
    bulletin: Bulletin, changes: Mapping[str, Any], actor: Actor, at: datetime, why: str
) -> Entry:
    """A later print says otherwise; the ledger keeps what stood before."""
    facts = {"was": {k: str(getattr(bulletin, k)) for k in changes}}
    return advance(
        BULLETINS,
        "restate",
        bulletin,
        actor,
        at,
        why=why,
        changes=changes,
        facts=facts,
        version=bulletin.version,
    )


def withdraw(bulletin: Bulletin, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(BULLETINS, "withdraw", bulletin, actor, at, why=why)


def indicator_by_words(book: Book, words: str) -> Indicator:
    """An indicator by its id or its title, or a name that contains no other.

    Raises:
        Invalid: Unknown, with proposals.
    """
    for indicator in book.indicators.values():
        if words in (indicator.id, indicator.title):
            return indicator
    near = [i for i in book.indicators.values() if words in i.title or i.title in words]
    if len(near) == 1:
        return near[0]
    titles = tuple(i.title for i in book.indicators.values())
    raise Invalid(
        "indicator.unknown",
        "indicator",
        proposals=tuple(i.title for i in near) or titles,
        words=words,
    )
