"""Flows that are reported by month or quarter: the period's own figure, or the year's to date.

Own figures are added up from January on; a year of which a period is missing is not added up over
the gap. 年初至今 of September less that of August is September's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Flow:
    """A reported figure of a flow.

    Args:
        start: First day of the period that it is of.
        end: Its last day.
        value: In the indicator's unit.
        own: The period's own; else the year's up to its end.
    """

    start: date
    end: date
    value: Decimal
    own: bool


@dataclass(frozen=True)
class ToDate:
    """The year's figure up to a day. ``parts``: how many own figures were added up for it; 0: it
    was reported so.
    """

    value: Decimal
    parts: int = 0


def to_date(flows: Iterable[Flow]) -> Mapping[date, ToDate]:
    """Day → the year's figure up to it, of each day of which the figures tell one.

    What was reported as the year's to date goes before what own figures add up to.

    >>> day = date.fromisoformat
    >>> flows = [Flow(day("2026-01-01"), day("2026-01-31"), Decimal(3), own=True),
    ...          Flow(day("2026-02-01"), day("2026-02-28"), Decimal(4), own=True),
    ...          Flow(day("2026-04-01"), day("2026-04-30"), Decimal(9), own=True)]
    >>> [(str(d), str(t.value), t.parts) for d, t in to_date(flows).items()]
    [('2026-01-31', '3', 1), ('2026-02-28', '7', 2)]
    """
    found: dict[date, ToDate] = {}
    for flow in sorted(flows, key=lambda f: (f.end, f.own)):  # 年初至今 first
        if not flow.own:
            found[flow.end] = ToDate(flow.value)
            continue
        if flow.end in found:
            continue
        first = flow.start == date(flow.start.year, 1, 1)
        before = ToDate(Decimal(0)) if first else found.get(flow.start - _DAY)
        if before is not None:
            found[flow.end] = ToDate(before.value + flow.value, before.parts + 1)
    return found


def other_meaning(flow: Flow, others: Iterable[Flow]) -> str:
    """Whether a figure looks like the other of the two, by what was reported before in its year.

    Returns:
        "falls" for a year to date below an earlier one; "sums" for a period's own that is no less
        than all of the year before it; "" for neither.
    """
    known = to_date(f for f in others if f.end.year == flow.end.year and f.end < flow.end)
    if not known:
        return ""
    before = known[max(known)].value
    if flow.own:
        # one period before it may well be smaller; two and more hardly add up to less
        return "sums" if len(known) > 1 and flow.value >= before > 0 else ""
    return "falls" if flow.value < before else ""
