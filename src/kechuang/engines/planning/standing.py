"""The standing of a target: gap, light, and why, by rules that the book states."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kechuang.engines.base.sayings import Said

from .coverage import Coverage
from .forecast import Forecast
from .trajectory import Goal, Path


@dataclass(frozen=True)
class LightRules:
    """The book's rules. Points are per cent of the whole way.

    ``at_risk_points`` behind the way is at risk, ``behind_points`` behind is behind; a value
    older than ``stale_days`` says nothing any more. Records that hold ``enough_percent`` of the
    last published figure are taken for the whole.
    """

    at_risk_points: int = 10
    behind_points: int = 30
    stale_days: int = 400
    enough_percent: int = 90


@dataclass(frozen=True)
class Standing:
    """``light``: reached, on_track, at_risk, behind, missed or unknown; ``why`` says it in words."""

    light: str
    why: str
    gap: Fraction | None = None
    expected: Fraction | None = None
    done: Fraction | None = None  # share of the way, 1 is the goal
    lag_points: Fraction | None = None


def stand(
    goal: Goal | None,
    value: Fraction | None,
    observed_on: date | None,
    today: date,
    path: Path | None,
    rules: LightRules,
    forecast: Forecast | None = None,
) -> Standing:
    """How a target stands on a day.

    Args:
        goal: None when the target has no number.
        value, observed_on: The latest value and the day for which it holds; None when nothing is
            known.
        today: The day on which it is judged; from the goal's day on only a value of that day
            tells that it was missed.
    """
    if goal is None:
        return Standing("unknown", Said("standing.no_number"))
    if value is None or observed_on is None:
        return Standing("unknown", Said("standing.no_value"))
    gap = max(Fraction(0), (value - goal.value) if goal.down else (goal.value - value))
    if goal.reached(value):
        return Standing("reached", Said("standing.reached"), Fraction(0), done=Fraction(1))
    if observed_on >= goal.by:
        return Standing("missed", Said("standing.missed"), gap)
    if today >= goal.by:
        why = Said("standing.no_final", day=observed_on, by=goal.by)
        return Standing("unknown", why, gap)
    if (today - observed_on).days > rules.stale_days:
        return Standing(
            "unknown", Said("standing.stale", day=observed_on, days=rules.stale_days), gap
        )
    expected = path.at(observed_on) if path else None
    if path is None or expected is None:
        return Standing("unknown", path.why if path and path.why else Said("standing.no_path"), gap)
    return _compare(goal, value, expected, gap, rules, forecast)


def _compare(
    goal: Goal,
    value: Fraction,
    expected: Fraction,
    gap: Fraction,
    rules: LightRules,
    forecast: Forecast | None,
) -> Standing:
    start = goal.baseline if goal.baseline is not None and goal.kind != "flow" else Fraction(0)
    way = abs(goal.value - start) or Fraction(1)
    behind = (value - expected) if goal.down else (expected - value)
    lag = behind / way * 100
    done = (start - value if goal.down else value - start) / way
    facts = {"gap": gap, "expected": expected, "done": done, "lag_points": lag}
    if lag > rules.behind_points:
        return Standing(
            "behind", Said("standing.behind", points=_round(lag), most=rules.behind_points), **facts
        )
    if lag > rules.at_risk_points:
        return Standing(
            "at_risk",
            Said("standing.behind", points=_round(lag), most=rules.at_risk_points),
            **facts,
        )
    if (
        forecast
        and forecast.high is not None
        and forecast.low is not None
        and _falls_short(goal, forecast)
    ):
        return Standing("at_risk", Said("standing.forecast_short"), **facts)
    return Standing(
        "on_track",
        Said("standing.keeps_up")
        if lag <= 0
        else Said("standing.little_behind", points=_round(lag)),
        **facts,
    )


def _falls_short(goal: Goal, forecast: Forecast) -> bool:
    if forecast.low is None or forecast.high is None:
        return False
    return forecast.low > float(goal.value) if goal.down else forecast.high < float(goal.value)


def _round(points: Fraction) -> str:
    return str(
        round(points, 1) if points.denominator == 1 else round(float(points), 1)
    ).removesuffix(".0")


def stand_on_part(standing: Standing, goal: Goal, coverage: Coverage) -> Standing:
    """A standing reckoned from records that may not be all: a value that can only grow.

    What the part proves stays: a goal that it reaches, a way that it keeps up with; where less is
    better, a goal that it misses. Anything else is not to be told.
    """
    proved = ("at_risk", "behind", "missed") if goal.down else ("reached", "on_track")
    if standing.light in proved or standing.light == "unknown":
        return standing
    why = Said("standing.part", coverage=coverage.words)
    return Standing("unknown", why, standing.gap, standing.expected, standing.done)
