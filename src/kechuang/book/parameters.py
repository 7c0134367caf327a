"""Dated numbers of the law: parameters.yaml, and changes of them that are proposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Given, Number, Overlay, Parameter, Tier, Tiers
from kechuang.engines.rules.values import one

from . import law_shapes as law
from .desk import Desk, Problem
from .files import read_file
from .inputs import amount, ends
from .kinds import Quantity
from .lines import Lined
from .references import SOURCES, named

FIRST = date(1949, 10, 1)
Measure = Quantity | tuple[Quantity, Quantity]
Written = Measure | law.TierList | str | None


def read_parameter(name: str, given: law.ParameterEntry, desk: Desk) -> Parameter | None:
    """A parameter with all its values; None, and lost, when none of them can be read."""
    named(desk, given.at, "来源", given.source, SOURCES)
    if not given.checked and not given.note and not {"核实", "备注"} & given.at.lost:
        desk.complain(given.at, "核实", Said("book.unchecked_without_note"))
    by = given.by or ""
    reading = _Reading(name, given.unit, by, given.at.inner("取值"), desk)
    versions = {d: found for d, x in given.versions.items() if (found := reading.version(d, x))}
    if not versions:
        desk.lost.add(name)
        return None
    own = {d: x for d, x in given.versions.items() if isinstance(x, law.Version)}
    return Parameter(
        name,
        given.unit,
        by,
        tuple(sorted(versions.values(), key=lambda v: v[0])),
        given.clause,
        given.source,
        given.checked,
        given.note,
        given.about,
        {d: x.known for d, x in own.items() if x.known},
        {d: said for d, x in own.items() if (said := _said(x, desk))},
    )


def _said(given: law.Version, desk: Desk) -> tuple[str, str] | None:
    """Clause and source of a value's own: both, or neither."""
    told = {"依据": given.clause, "来源": given.source}
    if not any(told.values()):
        return None
    for key, text in told.items():
        if not text and key not in given.at.lost:
            desk.complain(given.at, key, Said("book.missing", key=key))
    if given.source:
        named(desk, given.at, "来源", given.source, SOURCES)
    return given.clause, given.source


@dataclass(frozen=True)
class _Reading:
    """Reads the values of one parameter in its units; what is wrong is told at their days."""

    name: str
    unit: str
    by: str
    at: Lined
    desk: Desk

    def version(self, day: date, written: Written | law.Version) -> tuple[date, Given] | None:
        value = written.value if isinstance(written, law.Version) else written
        key = day.isoformat()
        if key in self.at.lost:
            return None
        if value is None or isinstance(value, str):
            return day, value
        found = (
            self._tiers(value.root, key)
            if isinstance(value, law.TierList)
            else self._number(value, self.at, key)
        )
        return None if found is None else (day, found)

    def _number(self, value: Measure, at: Lined, key: str) -> Number | None:
        if isinstance(value, Quantity):
            exact = amount(value, self.unit, at, key, self.desk)
            return None if exact is None else one(exact)
        span = ends(value, self.unit, at, key, self.desk)
        return None if span is None else Number(*span)

    def _tiers(self, rows: tuple[law.TierEntry, ...], key: str) -> Tiers | None:
        if not self.by:
            self.desk.complain(self.at, key, Said("book.tiers_by_nothing", name=self.name))
            return None
        upward = rows[0].upto is not None
        steps = [self._step(row, upward, row is rows[-1]) for row in rows]
        found = tuple(s for s in steps if s is not None)
        bounds = [s.bound for s in found if s.bound is not None]
        if len(found) < len(rows):
            return None
        if bounds != sorted(set(bounds), reverse=not upward):
            words = Said("book.tiers_out_of_order")
            self.desk.complain(rows[0].at, "至" if upward else "自", words)
            return None
        return Tiers(found, upward)

    def _step(self, row: law.TierEntry, upward: bool, last: bool) -> Tier | None:
        key = "至" if upward else "自"
        bound = row.upto if upward else row.above
        if (row.rest is None) is last or (bound is None) is not last:
            self.desk.complain(row.at, key, Said("book.tier_keys"))
        elif row.rest is not None:
            rest = self._number(row.rest, row.at, "其余")
            return None if rest is None else Tier(rest)
        elif row.included is None:
            self._untold(row, "含", Said("book.tier_includes", key=key, bound=row.at.get(key)))
        elif row.value is None:
            self._untold(row, "值", Said("book.missing", key="值"))
        elif bound is not None:
            exact = amount(bound, self.by, row.at, key, self.desk)
            value = self._number(row.value, row.at, "值")
            if exact is not None and value is not None:
                return Tier(value, exact, row.included)
        return None

    def _untold(self, row: law.TierEntry, key: str, words: Said) -> None:
        """Complain of what a step lacks, unless it was there and wrong."""
        if key not in row.at.lost:
            self.desk.complain(row.at, key, words)


def read_change(
    path: Path, parameters: Mapping[str, Parameter]
) -> tuple[Overlay | None, list[Problem]]:
    """A proposed change: ``name: {取值: {day: value}}`` for parameters of the books, in their own
    units.
    """
    desk, changes = Desk(), {}
    if not path.is_file():
        return None, [Problem(path, 1, Said("book.no_file"))]
    given = read_file(path, law.ChangeFile, desk)
    for name, entry in given.root.items() if given else ():
        if name not in parameters:
            desk.complain(entry.at, name, Said("book.change_of_no_parameter", name=name))
            continue
        known = parameters[name]
        reading = _Reading(name, known.unit, known.by, entry.at.inner("取值"), desk)
        ((day, written),) = entry.versions.items()
        if found := reading.version(day, written):
            changes[name] = found
    if not changes and not desk.problems:
        desk.problems.append(Problem(path, 1, Said("book.no_change")))
    return (None if desk.problems else Overlay(changes)), desk.problems
