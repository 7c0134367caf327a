"""The leaders' page: five sentences, what needs a decision, the numbers of its charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kechuang.district.plan.models import LIGHTS
from kechuang.engines.base.amounts import plain_figure
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import ratio

from .briefing import Moved, Report, TaskLine
from .readings import Reading

_WORRIES = ("missed", "behind", "at_risk")
_NAMED, _DECISIONS = 3, 6


@dataclass(frozen=True)
class Brief:
    """``sentences`` are five; ``shares`` are per cent of what is asked, by target; ``ways`` the
    readings that have a way to draw, the worst first.
    """

    sentences: tuple[Said, ...]
    decisions: tuple[Said, ...]
    more: int  # decisions that the page has no room for
    lights: tuple[tuple[str, int], ...]
    shares: tuple[tuple[str, float], ...]
    figures: tuple[Said, ...]  # now and asked of every target with a value
    ways: tuple[Reading, ...]


def brief_of(report: Report) -> Brief:
    """The page, from a report of any kind."""
    found = [m.reading for m in report.figures]
    worries = [r for light in _WORRIES for r in found if r.light == light]
    decisions = [*_targets(worries), *_late(report.tasks), *_silent(report.tasks)]
    calm = [r for r in found if r.light not in _WORRIES]
    ways = [r for r in [*worries, *calm] if r.path and r.path.points and r.value is not None]
    return Brief(
        (
            _standing(report, len(found)),
            _ahead(worries),
            _moved(report),
            _tasks(report.tasks),
            _unknown(found),
        ),
        tuple(decisions[:_DECISIONS]),
        max(len(decisions) - _DECISIONS, 0),
        tuple((LIGHTS[name], count) for name, count in report.lights),
        tuple((r.target.title, share) for r in found if (share := _share(r)) is not None),
        tuple(_figure(r) for r in found if r.value is not None),
        tuple(ways),
    )


def _figure(reading: Reading) -> Said:
    target = reading.target
    return Said(
        "brief.figure",
        name=target.title,
        now=plain_figure(reading.value or Decimal(0)),
        asked="—" if target.value is None else plain_figure(target.value),
        unit=reading.indicator.unit,
    )


def _names(things: Sequence[Any]) -> dict[str, Any]:
    """The first titles, and how many there are."""
    return {
        "names": tuple(t.title for t in things[:_NAMED]),
        "count": len(things),
    }


def _standing(report: Report, count: int) -> Said:
    parts = tuple(
        Said("brief.light", light=LIGHTS[name], count=n) for name, n in report.lights if n
    )
    return Said("brief.standing", count=count, lights=parts, day=report.end)


def _ahead(worries: Sequence[Reading]) -> Said:
    if not worries:
        return Said("brief.no_worry")
    return Said("brief.worry", **_names([r.target for r in worries]))


def _moved(report: Report) -> Said:
    """What moved most, by its own size before; nothing where no figure was measured before."""
    moved = [m for m in report.figures if m.change]
    if not moved:
        return Said("brief.nothing_moved", before=report.before_words)
    most = max(moved, key=_size)
    return Said(
        "brief.moved",
        count=len(moved),
        before=report.before_words,
        name=most.reading.target.title,
        was=plain_figure(most.before or Decimal(0)),
        now=plain_figure(most.reading.value or Decimal(0)),
        unit=most.reading.indicator.unit,
    )


def _size(moved: Moved) -> Decimal:
    return abs(moved.change or Decimal(0)) / (abs(moved.before or Decimal(0)) or Decimal(1))


def _tasks(lines: Sequence[TaskLine]) -> Said:
    if not lines:
        return Said("brief.no_tasks")
    return Said(
        "brief.tasks",
        count=len(lines),
        due=sum(t.due for t in lines),
        done=sum(t.done for t in lines),
        silent=sum(len(t.silent) for t in lines),
    )


def _unknown(found: Sequence[Reading]) -> Said:
    unknown = [r.target for r in found if r.light == "unknown"]
    return Said("brief.unknown", **_names(unknown)) if unknown else Said("brief.all_known")


def _targets(worries: Sequence[Reading]) -> list[Said]:
    return [
        Said(
            "brief.decide_target",
            name=r.target.title,
            light=LIGHTS[r.light],
            why=r.standing.why,
        )
        for r in worries
    ]


def _late(lines: Sequence[TaskLine]) -> list[Said]:
    late = [t for t in lines if t.done < t.due]
    return [
        Said("brief.decide_task", number=t.number, title=t.title, lead=t.lead, late=t.due - t.done)
        for t in late
    ]


def _silent(lines: Sequence[TaskLine]) -> list[Said]:
    silent = [body for t in lines for body in t.silent]
    if not silent:
        return []
    return [Said("brief.decide_silent", count=len(silent), names=tuple(silent[:_NAMED]))]


def _share(reading: Reading) -> float | None:
    """Per cent of what is asked; None where less is better or one of the two is unknown."""
    asked = reading.target.value
    if reading.value is None or not asked or asked <= 0 or reading.target.down:
        return None
    return float(ratio(reading.value, asked).percent)
