"""How every target stands: value, how it was found, what others published, way, forecast, light."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kechuang.book.schemas import Book, Indicator, Plan, Target
from kechuang.district.core.together import Asking, answered
from kechuang.district.plan.measures import MEASURES, Found, reckoned
from kechuang.district.plan.measures import Span as Reckoning
from kechuang.district.plan.queries import (
    bulletins_until,
    by_indicator,
    confirmed_until,
    last_day,
    measured,
    month_ends,
)
from kechuang.district.transfer.queries import turnover_by_day, turnover_by_month
from kechuang.engines.base.money import in_unit
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import (
    Coverage,
    Forecast,
    Goal,
    LightRules,
    Path,
    Span,
    Standing,
    flow_forecast,
    line_forecast,
    month_levels,
    path_of,
    running_sums,
    stand,
    stand_on_part,
    whole_years,
)
from kechuang.engines.planning.coverage import Month

from .covering import Beside, Stated, compared_span, coverage_of, stated_of
from .published import Elsewhere, Published

KIND_OF = {"flow": "flow", "stock": "level", "ratio": "share", "events": "events"}
TURNOVER = "technology_contract_turnover"


@dataclass(frozen=True)
class Reading:
    """One target as the plan page shows it.

    ``how``: computed, reported, bulletin, quoted or none: where ``value`` is from, by which the
    target is judged. ``ours`` and ``rows`` are what our records say, whichever judges;
    ``coverage`` how far they may be taken for the whole (None where our records tell nothing).
    ``compared`` are our records beside a published figure, as of its day.
    """

    plan: Plan
    target: Target
    indicator: Indicator
    kind: str
    year: int
    start: date
    day: date  # up to which our records are reckoned
    as_of: date | None
    value: Decimal | None
    how: str
    scope: str
    rows: int
    source: str
    period: str
    parent: Target | None
    published: Published | None
    compared: Beside | None
    coverage: Coverage | None
    ours: Decimal | None
    standing: Standing
    goal: Goal | None
    path: Path | None
    forecast: Forecast | None
    observed: tuple[tuple[date, float], ...] = ()

    @property
    def light(self) -> str:
        """reached, on_track, at_risk, behind, missed or unknown."""
        return self.standing.light


@dataclass(frozen=True)
class _Facts:
    """What readings of a page need, asked once. ``months`` are in 亿元; ``found`` is what our
    records come to in the spans that are looked at.
    """

    elsewhere: Elsewhere
    history: Mapping[str, list[tuple[date, str]]]
    months: Mapping[Month, Fraction]
    stated: Stated
    found: Mapping[Reckoning, Found]


def _facts(book: Book, plan: Plan, targets: Sequence[Target], year: int, today: date) -> _Facts:
    """Two queries: the second once it is known as of which days others published."""
    indicators = [book.indicators[t.indicator] for t in targets]
    spans = {(i.measure, *_span(t, i, plan, year, today)) for t, i in _measured(book, targets)}
    first: list[Asking[Any]] = [
        _elsewhere(book, plan, last_day(year, today)),
        _history({i.id for i in indicators}),
        stated_of({i.id for i in indicators}),
        _months_of(plan, indicators, year, today),
        reckoned(sorted(spans)),
    ]
    elsewhere, history, stated, months, found = answered(first)
    beside = set()
    for _, i in _measured(book, targets):
        known = MEASURES[i.measure]
        if last := elsewhere.newest(i.id, known.nature):
            beside.add(compared_span(i.measure, known, last))
    if rest := sorted(beside - spans):
        found |= answered([reckoned(rest)])[0]
    return _Facts(elsewhere, history, months, stated, found)


def _measured(book: Book, targets: Sequence[Target]) -> list[tuple[Target, Indicator]]:
    """The targets of which our records can tell something."""
    held = ((t, book.indicators[t.indicator]) for t in targets)
    return [(t, i) for t, i in held if i.measure in MEASURES]


def _kind(target: Target, indicator: Indicator) -> str:
    return target.kind or KIND_OF.get(indicator.kind, "level")


def _span(
    target: Target, indicator: Indicator, plan: Plan, year: int, today: date
) -> tuple[date, date]:
    """The days of our records by which a target is read."""
    whole_plan = _kind(target, indicator) in ("events", "sum")
    return plan.start if whole_plan else date(year, 1, 1), last_day(year, today)


def _elsewhere(book: Book, plan: Plan, end: date) -> Asking[Elsewhere]:
    name = place_name(book, plan)
    confirmed, bulletins = yield confirmed_until(name, end), bulletins_until(name, end)
    return Elsewhere(by_indicator(confirmed), by_indicator(bulletins), book, end)


def _history(indicators: set[str]) -> Asking[dict[str, list[tuple[date, str]]]]:
    (rows,) = yield (measured(indicators),)
    return month_ends(rows)


def _months_of(
    plan: Plan, indicators: Sequence[Indicator], year: int, today: date
) -> Asking[dict[Month, Fraction]]:
    if not any(i.measure == TURNOVER for i in indicators):
        return {}
    start = min(plan.start, date(year - 5, 1, 1))
    (days,) = yield (turnover_by_day(start, last_day(year, today)),)
    months = turnover_by_month(days)
    return {m: Fraction(in_unit(fen, "亿元")) for m, fen in months.items()}


def place_name(book: Book, plan: Plan | None = None) -> str:
    """The name of the place that a plan is about."""
    place = (plan.place if plan else "") or book.place
    return book.places[place].name if place in book.places else book.title


def readings(book: Book, year: int, today: date, plan: Plan | None = None) -> list[Reading]:
    """All targets of a plan (the one in force by default) for a year."""
    chosen = plan or book.plan_on(today)
    if chosen is None:
        return []
    facts = _facts(book, chosen, chosen.targets, year, today)
    return [_reading(book, chosen, target, year, today, facts) for target in chosen.targets]


def reading(
    book: Book, target: Target, year: int, today: date, plan: Plan | None = None
) -> Reading:
    """One target: computed where our records can tell, else what was confirmed, else what was
    published.
    """
    chosen = plan or next(p for p in book.plans.values() if any(t is target for t in p.targets))
    return _reading(book, chosen, target, year, today, _facts(book, chosen, [target], year, today))


def _reading(
    book: Book, plan: Plan, target: Target, year: int, today: date, facts: _Facts
) -> Reading:
    indicator = book.indicators[target.indicator]
    kind, known = _kind(target, indicator), MEASURES.get(indicator.measure)
    start, as_of = _span(target, indicator, plan, year, today)
    found = facts.found[indicator.measure, start, as_of] if known else None
    compared, coverage = _covered(book, indicator, kind, start, as_of, facts)
    blank = Reading(
        plan=plan,
        target=target,
        indicator=indicator,
        kind=kind,
        year=year,
        start=start,
        day=as_of,
        as_of=None,
        value=None,
        how="none",
        scope=known.scope if known else "",
        rows=found.rows if found else 0,
        source="",
        period=str(year),
        parent=book.parent_target(target, plan),
        published=_published(indicator, kind, year, facts),
        compared=compared,
        coverage=coverage,
        ours=found.value if found and (found.rows or _whole(coverage)) else None,
        standing=Standing("unknown", Said("standing.no_value")),
        goal=None,
        path=None,
        forecast=None,
    )
    return _judged(_valued(blank, as_of), book, today, facts)


def _covered(
    book: Book, indicator: Indicator, kind: str, start: date, as_of: date, facts: _Facts
) -> tuple[Beside | None, Coverage | None]:
    """Our records beside the last published figure, and how far they are the whole."""
    known = MEASURES.get(indicator.measure)
    if known is None:
        return None, None
    last = facts.elsewhere.newest(indicator.id, known.nature)
    compared = None
    if last:
        span = compared_span(indicator.measure, known, last)
        compared = Beside(last, facts.found[span].value, span[1])
    first = as_of if known.nature == "stock" else start
    statement = facts.stated.covering(indicator.id, first, as_of)
    return compared, coverage_of(known, compared, statement, as_of, book.supervision)


def _whole(coverage: Coverage | None) -> bool:
    return coverage is not None and coverage.enough


def _valued(blank: Reading, as_of: date) -> Reading:
    """With the value that judges: our own where the records are the whole, else what others
    published, else our own as the part that it is.
    """
    published = blank.published
    if blank.ours is not None and (_whole(blank.coverage) or published is None):
        return replace(blank, as_of=as_of, value=blank.ours, how="computed")
    if published:
        return replace(
            blank,
            as_of=published.as_of,
            value=published.value,
            how=published.how,
            source=published.source,
            scope=published.note,
            period=published.period or blank.period,
        )
    return blank


def _published(indicator: Indicator, kind: str, year: int, facts: _Facts) -> Published | None:
    """What somebody else says: of the year for what is counted anew each year, of the last day
    known for what stands.
    """
    if kind == "sum":
        return None  # a yearly figure says nothing of a sum over the plan
    nature = {"flow": "flow", "events": "events"}.get(kind, "stock")
    return facts.elsewhere.newest(indicator.id, nature, year if nature == "flow" else None)


def _judged(made: Reading, book: Book, today: date, facts: _Facts) -> Reading:
    """The reading with goal, way, forecast and light; or with the words why no light is shown."""
    rules, day = book.supervision, last_day(made.year, today)
    lights = LightRules(rules.at_risk_points, rules.behind_points, rules.stale_days)
    goal = goal_of(made.target, made.plan, made.kind)
    if goal is None:
        return replace(made, standing=stand(None, None, None, day, None, lights))
    if unjudged := _not_judged(made, goal):
        return replace(made, goal=goal, standing=unjudged)
    complete = _complete(made, facts)
    path = path_of(goal, whole_years(_months(made, facts), made.year, complete))
    value = None if made.value is None else Fraction(made.value)
    forecast = _forecast(made, goal, facts, today)
    standing = stand(goal, value, _observed_on(made), day, path, lights, forecast)
    if made.how == "computed" and made.coverage and not made.coverage.enough:
        standing = stand_on_part(standing, goal, made.coverage)
    observed = tuple(_observed(made, facts)[0])
    return replace(
        made, goal=goal, path=path, forecast=forecast, standing=standing, observed=observed
    )


def _observed_on(made: Reading) -> date | None:
    """The day for which the value holds, as far as it is known."""
    if made.value is None or made.how == "computed" or made.published is None:
        return made.as_of
    return made.published.until


def _months(made: Reading, facts: _Facts) -> Mapping[Month, Fraction]:
    """What each month's records brought; nothing where only a total is reckoned."""
    return facts.months if made.indicator.measure == TURNOVER else {}


def _complete(made: Reading, facts: _Facts) -> list[Span]:
    """The days of which our records are all: stated, closed, or as many as others published."""
    spans = facts.stated.spans(made.indicator.id, facts.elsewhere.day)
    found, coverage = made.compared, made.coverage
    if found and coverage and coverage.how == "compared" and coverage.enough:
        spans.append((found.start, found.published.until))
    return spans


def _not_judged(made: Reading, goal: Goal) -> Standing | None:
    """Why a value is shown beside its target without a light; None when it is judged."""
    if made.how == "computed" and made.coverage and made.coverage.how == "other":
        return Standing("unknown", Said("standing.not_official"))
    if made.year > goal.by.year:
        return Standing("unknown", Said("standing.period_over"))
    marked = any(d.year == made.year for d, _ in goal.marks)
    if goal.kind == "flow" and made.year != goal.by.year and not marked:
        return Standing(
            "unknown", Said("standing.other_year", target_year=goal.by.year, year=made.year)
        )
    return None


def goal_of(target: Target, plan: Plan, kind: str) -> Goal | None:
    """A target as arithmetic sees it; None when it has no number or its bound cannot be judged."""
    if target.value is None or target.bound not in (">=", ">", "<=", "<"):
        return None
    first = target.baseline
    return Goal(
        "flow" if kind == "flow" else "level",
        first.on if first else plan.start,
        target.by,
        Fraction(target.value),
        Fraction(first.value) if first else Fraction(0) if kind in ("events", "sum") else None,
        tuple((m.on, Fraction(m.value)) for m in target.marks),
        target.down or target.bound in ("<=", "<"),
        target.bound in (">", "<"),
    )


def _forecast(made: Reading, goal: Goal, facts: _Facts, today: date) -> Forecast | None:
    """To the goal's day for levels, to the year's end for flows; never into the past, and only
    from records that are the whole.
    """
    if made.how != "computed" or made.as_of is None or made.coverage is None:
        return None
    if made.as_of >= goal.by or made.as_of < today:
        return None
    if not made.coverage.enough:
        return Forecast(goal.by, why=Said("forecast.part", coverage=made.coverage.words))
    if goal.kind == "flow":
        if made.indicator.measure != TURNOVER or made.value is None:
            return Forecast(goal.by, why=Said("forecast.no_months"))
        years = whole_years(facts.months, made.year, _complete(made, facts))
        return flow_forecast(float(made.value), made.as_of, years)
    observed, unknown = _observed(made, facts)
    if unknown:
        return Forecast(goal.by, why=Said("forecast.unknown_months", count=unknown))
    return line_forecast(observed, goal.by)


def _observed(made: Reading, facts: _Facts) -> tuple[list[tuple[date, float]], int]:
    """Earlier values to draw and to extend, oldest first: kept levels at every month's end, or
    running sums of months; and how many months before the last known one are unknown.
    """
    if made.how != "computed" or made.as_of is None:
        return [], 0
    if made.kind == "sum":
        months, complete = _months(made, facts), _complete(made, facts)
        sums, unknown = running_sums(months, made.start, made.as_of, complete)
        return [(d, float(v)) for d, v in sums], unknown
    kept = [(d, Fraction(v)) for d, v in facts.history.get(made.indicator.id, [])]
    if made.kind == "flow":
        kept = [(d, v) for d, v in kept if d.year == made.year]
    return [(d, float(v)) for d, v in month_levels(kept, made.as_of)], 0
