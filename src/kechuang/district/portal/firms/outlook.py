"""What a firm's page says first: its ladder as a picture, what to do by when, three years' trends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from kechuang.district.core.books import current_book
from kechuang.district.portal.components.answers import step_in_words
from kechuang.district.portal.reports.marks import Spark, spark_of
from kechuang.district.registry.queries import FED
from kechuang.district.registry.services.outlook import Outlook, failing_of, lacks
from kechuang.district.registry.services.standings import NONE, YES, Standing
from kechuang.district.registry.services.years import values_of
from kechuang.engines.rules import Number

_SOON = 180  # days in which a certificate that ends is named
_YEARS = 3


@dataclass(frozen=True)
class RungTile:
    """``state``: has, due, next, later or closed (no conditions that could be reckoned)."""

    standing: Standing
    state: str
    days: int | None = None

    @property
    def failing(self) -> tuple[str, ...]:
        """The conditions that fail."""
        return failing_of(self.standing)

    @property
    def fails(self) -> int:
        """How many they are."""
        return len(self.failing)

    @property
    def unknown(self) -> int:
        """How many more things are not known yet."""
        return lacks(self.standing) - self.fails


@dataclass(frozen=True)
class Deed:
    """``kind``: renew, mend, apply, reach or fill; the rung or the year it is about."""

    kind: str
    until: date | None
    url: str
    tile: RungTile | None = None
    year: int = 0


def tiles_of(outlook: Outlook, today: date) -> list[RungTile]:
    """Each rung as a step of the ladder, lowest first."""
    return [_tile(s, outlook, today) for s in outlook.standings]


def _tile(s: Standing, outlook: Outlook, today: date) -> RungTile:
    if s.held:
        days = (s.held.valid_until - today).days if s.held.valid_until else None
        return RungTile(s, "due" if days is not None and days <= _SOON else "has", days)
    if s is outlook.next:
        return RungTile(s, "next")
    return RungTile(s, "closed" if s.verdict == NONE else "later")


def deeds_of(firm: Any, outlook: Outlook, held: Sequence[Any], today: date) -> list[Deed]:
    """What to do next, by deadline; what has none comes last."""
    tiles = tiles_of(outlook, today)
    found = [
        Deed("renew", t.standing.held.valid_until, _rung(firm, t), t)
        for t in tiles
        if t.state == "due" and t.standing.held
    ]
    found += [
        Deed("mend", None, reverse("firm-year", args=[firm.pk, y.year]), year=y.year)
        for y in held
        if y.state == "returned"
    ]
    found += [Deed(_next(t), None, _rung(firm, t), t) for t in tiles if t.state == "next"]
    return sorted(found, key=lambda d: (d.until is None, d.until or today))


def _next(tile: RungTile) -> str:
    if tile.standing.verdict == YES:
        return "apply"
    return "reach" if tile.fails else "fill"


def _rung(firm: Any, tile: RungTile) -> str:
    return reverse("firm-rung", args=[firm.pk, tile.standing.rung.id])


def conditions_in_words(outlook: Outlook) -> list[tuple[Any, dict[str, Any] | None]]:
    """Each condition with the figures and thresholds it rests on."""
    return [
        (c, step_in_words(outlook.law, c.step, {}) if c.step else None) for c in outlook.conditions
    ]


def trends_of(held: Sequence[Any]) -> list[tuple[str, Spark, str, str]]:
    """(name, line, first, last) of the first figure of each group over the last three years that
    were handed in.
    """
    rows = sorted((y for y in held if y.state in FED), key=lambda y: y.year)
    groups = dict.fromkeys(f.group for f in current_book().facts.values())
    names = [next(iter(_numbers(g)), "") for g in groups]
    found = [_trend(name, rows) for name in names if name]
    return [t for t in found if t]


def _numbers(group: str) -> list[str]:
    facts = current_book().facts
    return [n for n, f in facts.items() if f.group == group and f.given.unit in ("元", "人", "项")]


def _trend(name: str, rows: Sequence[Any]) -> tuple[str, Spark, str, str] | None:
    told = [(y, v) for y in rows if isinstance(v := values_of(y).get(name), Number) and v.exact]
    last = told[-_YEARS:]
    spark = spark_of([(date(y.year, 12, 31), float(v.low)) for y, v in last])
    if spark is None:
        return None
    first, newest = last[0][0], last[-1][0]
    was, now = (f"{y.year} {y.facts[name]['v']}" for y in (first, newest))
    return name, spark, was, now


def effects_of(outlook: Outlook, today: date) -> list[tuple[Any, int, Standing]]:
    """(target, +1 or −1, rung): what it would move if the next rung is reached or one that ends
    soon is lost.
    """
    plan = current_book().plan_on(today)
    tiles = tiles_of(outlook, today)
    moves = [(t.standing, 1) for t in tiles if t.state == "next"]
    moves += [(t.standing, -1) for t in tiles if t.state == "due"]
    return [
        (target, change, s)
        for s, change in moves
        for target in (plan.targets if plan else ())
        if current_book().indicators[target.indicator].measure == (s.rung.counts_in or s.rung.id)
    ]
