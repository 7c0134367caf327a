"""How every target stands: value, how it was found, what others published, way, forecast, light."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kechuang.book.schemas import Book, Figure, Indicator, Plan, Target
from kechuang.district.plan.measures import MEASURES, Found, Measure
from kechuang.district.plan.models import Bulletin, ReportedFigure
from kechuang.district.plan.queries import bulletins_of, confirmed_figures, last_day, month_ends
from kechuang.district.transfer.queries import turnover_by_month
from kechuang.engines.base.money import in_unit
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import (
    Forecast,
    Goal,
    LightRules,
    Path,
    Standing,
    flow_forecast,
    line_forecast,
    path_of,
    stand,
)

KIND_OF = {"flow": "flow", "stock": "level", "ratio": "share", "events": "events"}
TURNOVER = "technology_contract_turnover"


@dataclass(frozen=True)
class Published:
    """A figure from elsewhere beside ours.

    ``how``: reported (confirmed here), bulletin or quoted.
    """

    value: Decimal
    as_of: date | None
    how: str
    source: str
    note: str = ""
    period: str = ""


@dataclass(frozen=True)
class Reading:
    """One target as the plan page shows it.

    ``how``: computed, reported, bulletin, quoted or none. ``published`` stands beside a computed
    value, and
    ``difference`` is ours minus theirs when both speak of the same year.
    """

    plan: Plan
    target: Target
    indicator: Indicator
    kind: str
    year: int
    start: date
    as_of: date | None
    value: Decimal | None
    how: str
    scope: str
    rows: int
    source: str
    period: str
    parent: Target | None
    published: Published | None
    difference: Decimal | None
    standing: Standing
    goal: Goal | None
    path: Path | None
    forecast: Forecast | None
    observed: tuple[tuple[date, float], ...] = ()
    bulletin: Bulletin | None = None
    reported: ReportedFigure | None = None

    @property
    def light(self) -> str:
        """reached, on_track, at_risk, behind, missed or unknown."""
        return self.standing.light


@dataclass
class _Facts:
    """What readings of a page need, asked once."""

    bulletins: Mapping[str, Bulletin]
    figures: Mapping[str, ReportedFigure]
    history: Mapping[str, list[tuple[date, str]]]
    months: Mapping[tuple[int, int], int]


def _facts(book: Book, plan: Plan, year: int, today: date) -> _Facts:
    name = place_name(book, plan)
    indicators = {t.indicator for t in plan.targets}
    needs_months = any(book.indicators[i].measure == TURNOVER for i in indicators)
    months = turnover_by_month(date(year - 5, 1, 1), last_day(year, today)) if needs_months else {}
    return _Facts(
        bulletins_of(name, year), confirmed_figures(name, year), month_ends(indicators), months
    )


def place_name(book: Book, plan: Plan | None = None) -> str:
    """The name of the place that a plan is about."""
    place = (plan.place if plan else "") or book.place
    return book.places[place].name if place in book.places else book.title


def readings(book: Book, year: int, today: date, plan: Plan | None = None) -> list[Reading]:
    """All targets of a plan (the main one by default) for a year."""
    chosen = plan or book.plan
    if chosen is None:
        return []
    facts = _facts(book, chosen, year, today)
    return [_reading(book, chosen, target, year, today, facts) for target in chosen.targets]


def reading(
    book: Book, target: Target, year: int, today: date, plan: Plan | None = None
) -> Reading:
    """One target: computed where our records can tell, else what was confirmed, else what was
    published.
    """
    chosen = plan or next(p for p in book.plans.values() if any(t is target for t in p.targets))
    return _reading(book, chosen, target, year, today, _facts(book, chosen, year, today))


def _reading(
    book: Book, plan: Plan, target: Target, year: int, today: date, facts: _Facts
) -> Reading:
    indicator = book.indicators[target.indicator]
    kind = target.kind or KIND_OF.get(indicator.kind, "level")
    known = MEASURES.get(indicator.measure)
    as_of = last_day(year, today)
    start = plan.start if kind in ("events", "sum") else date(year, 1, 1)
    found = known.find(start, as_of) if known else None
    blank = Reading(
        plan=plan,
        target=target,
        indicator=indicator,
        kind=kind,
        year=year,
        start=start,
        as_of=None,
        value=None,
        how="none",
        scope=known.scope if known else "",
        rows=0,
        source="",
        period=str(year),
        parent=book.parent_target(target, plan),
        published=_published(book, target, kind, year, facts),
        difference=None,
        standing=Standing("unknown", Said("standing.no_value")),
        goal=None,
        path=None,
        forecast=None,
        bulletin=facts.bulletins.get(indicator.id),
        reported=facts.figures.get(indicator.id),
    )
    return _judged(_valued(blank, found, as_of), book, known, today, facts)


def _valued(blank: Reading, found: Found | None, as_of: date) -> Reading:
    """With a value: our own where there are records, else what others published."""
    published = blank.published
    if found and found.rows:
        gap = found.value - published.value if published else None
        return replace(
            blank, as_of=as_of, value=found.value, how="computed", rows=found.rows, difference=gap
        )
    if published:
        return replace(
            blank,
            as_of=published.as_of,
            value=published.value,
            how=published.how,
            source=published.source,
            scope=published.note or blank.scope,
            period=published.period or blank.period,
        )
    return blank


def _published(book: Book, target: Target, kind: str, year: int, facts: _Facts) -> Published | None:
    """What somebody else says of the year: a confirmed report, the newest bulletin, a figure of
    the book.
    """
    if kind == "sum":
        return None  # a yearly figure says nothing of a sum over the plan
    if figure := facts.figures.get(target.indicator):
        return Published(
            Decimal(figure.value),
            figure.as_of,
            "reported",
            figure.reporter,
            figure.note,
            figure.period,
        )
    if bulletin := facts.bulletins.get(target.indicator):
        counting = bulletin.get_counting_display() or "未注明"
        return Published(
            Decimal(bulletin.value),
            bulletin.as_of,
            "bulletin",
            bulletin.source,
            f"通报口径：{counting}",
        )
    if quote := quoted(book, target, year):
        return Published(quote.value, quote.as_of, "quoted", quote.source, quote.note, quote.period)
    return None


def quoted(book: Book, target: Target, year: int) -> Figure | None:
    """A published figure of that year for this place, when the book has one."""
    return next(
        (
            f
            for f in book.figures
            if f.indicator == target.indicator
            and f.place == book.place
            and str(f.period).startswith(str(year))
        ),
        None,
    )


def _judged(
    made: Reading, book: Book, known: Measure | None, today: date, facts: _Facts
) -> Reading:
    """The reading with goal, way, forecast and light; or with the words why no light is shown."""
    rules = book.supervision
    lights = LightRules(rules.at_risk_points, rules.behind_points, rules.stale_days)
    goal = goal_of(made.target, made.plan, made.kind)
    if goal is None:
        return replace(made, standing=stand(None, None, None, today, None, lights))
    if unjudged := _not_judged(made, goal, known):
        return replace(made, goal=goal, standing=unjudged)
    of_turnover = known is not None and made.indicator.measure == TURNOVER
    path = path_of(goal, _complete_years(facts.months, made.year) if of_turnover else [])
    value = None if made.value is None else Fraction(made.value)
    forecast = _forecast(made, goal, facts, today)
    observed_on = made.as_of or (date(made.year, 12, 31) if value is not None else None)
    standing = stand(goal, value, observed_on, today, path, lights, forecast)
    observed = tuple(_observed(made, facts))
    return replace(
        made, goal=goal, path=path, forecast=forecast, standing=standing, observed=observed
    )


def _not_judged(made: Reading, goal: Goal, known: Measure | None) -> Standing | None:
    """Why a value is shown beside its target without a light; None when it is judged."""
    if made.how == "computed" and known and not known.official:
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


def _complete_years(months: Mapping[tuple[int, int], int], year: int) -> list[dict[int, Fraction]]:
    years = sorted({y for y, _ in months if y < year})
    return [{m: Fraction(months.get((y, m), 0)) for m in range(1, 13)} for y in years]


def _forecast(made: Reading, goal: Goal, facts: _Facts, today: date) -> Forecast | None:
    """To the goal's day for levels, to the year's end for flows; never into the past."""
    if made.as_of is None or made.as_of >= goal.by or made.as_of < today:
        return None
    if goal.kind == "flow":
        if made.indicator.measure != TURNOVER or made.value is None:
            return Forecast(goal.by, why=Said("forecast.no_months"))
        years = _complete_years(facts.months, made.year)
        shares = [
            float(sum(y[m] for m in range(1, made.as_of.month + 1)) / sum(y.values()))
            for y in years
            if sum(y.values())
        ]
        return flow_forecast(float(made.value), made.as_of.month, shares, date(made.year, 12, 31))
    return line_forecast(_observed(made, facts), goal.by)


def _observed(made: Reading, facts: _Facts) -> list[tuple[date, float]]:
    """Earlier values to draw and to extend, oldest first: month ends kept by the task, or running
    sums of months.
    """
    if made.as_of is None:
        return []
    if made.kind == "sum":
        return _running_sums(made, facts) if made.indicator.measure == TURNOVER else []
    kept = facts.history.get(made.indicator.id, [])
    same_year = made.kind == "flow"
    return [
        (d, float(v))
        for d, v in kept
        if d <= made.as_of and not (same_year and d.year != made.year)
    ]


def _running_sums(made: Reading, facts: _Facts) -> list[tuple[date, float]]:
    """Turnover since the plan began, at every month's end, in the indicator's unit (亿元)."""
    assert made.as_of
    total, found = 0, []
    for (year, month), fen in sorted(facts.months.items()):
        end = date(year, month, monthrange(year, month)[1])
        if made.start <= end <= made.as_of:
            total += fen
            found.append((end, float(in_unit(total, "亿元"))))
    return found
