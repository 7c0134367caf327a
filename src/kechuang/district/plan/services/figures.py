"""Figures that a body reports and another person confirms."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from kechuang.district.core import files
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.models import ReportedFigure
from kechuang.district.plan.queries import last_figure
from kechuang.district.plan.workflow import FIGURES
from kechuang.engines.base.errors import Invalid, InvalidForm
from kechuang.engines.base.numbers import parse_decimal
from kechuang.engines.base.periods import period_end
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import ratio, suspicious

MOST_EVIDENCE = 20_000_000


def clean(values: Mapping[str, str]) -> dict[str, Any]:
    """Typed values as what is kept; a ratio is reckoned from its two parts.

    Raises:
        InvalidForm: Each wrong field with its words.
    """
    errors: list[Invalid] = []
    made: dict[str, Any] = {
        n: str(values.get(n, "")).strip() for n in ("indicator", "place", "period", "note")
    }

    if made["indicator"] not in current_book().indicators:
        errors.append(Invalid("figure.indicator_missing", "indicator"))
    if not made["place"]:
        errors.append(Invalid("figure.place_missing", "place"))
    try:
        made["as_of"] = period_end(made["period"])
    except Invalid as e:
        errors.append(e)
    made |= _amounts(values, errors)
    if errors:
        raise InvalidForm(errors)
    return made


def _amounts(values: Mapping[str, str], errors: list[Invalid]) -> dict[str, str]:
    """Value, numerator and denominator as texts; what is wrong goes to ``errors``."""
    found: dict[str, Decimal | None] = {}
    for name in ("value", "numerator", "denominator"):
        try:
            found[name] = parse_decimal(values.get(name, "") or "", name)
        except Invalid as e:
            found[name] = None
            errors.append(e)
    above, below = found["numerator"], found["denominator"]
    if above is not None and below is not None:
        try:
            found["value"] = ratio(above, below).percent
        except Invalid as e:
            errors.append(e)
    elif (above is None) != (below is None):
        errors.append(Invalid("figure.both_parts", "denominator"))
    if found["value"] is None and not errors:
        errors.append(Invalid("figure.value_missing", "value"))
    return {name: _text(value) for name, value in found.items()}


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def question(made: Mapping[str, Any]) -> Said | None:
    """A question about a suspicious jump, if there is one. The person may confirm and go on."""
    last = last_figure(made["indicator"], made["place"], made["as_of"])
    return suspicious(Decimal(made["value"]), Decimal(last.value) if last else None)


def is_question(error: Invalid) -> bool:
    """Whether a refusal only asks: the person may confirm and go on."""
    return error.code.startswith(("figure.jump", "figure.drop"))


def report_figure(
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    *,
    evidence: tuple[str, bytes] | None = None,
    sure: bool = False,
) -> ReportedFigure:
    """Keep a reported figure for confirmation.

    Raises:
        InvalidForm: Wrong fields; or a suspicious jump that nobody has confirmed (code
            figure.jump).
    """
    made = clean(values)
    if not sure and (asked := question(made)):
        raise InvalidForm([Invalid(asked, "value")])
    figure = ReportedFigure(
        **made, reported_by=actor.id, reporter=actor.label, **_evidence(evidence)
    )
    begin(FIGURES, "report_figure", figure, actor, at, facts={k: str(v) for k, v in made.items()})
    return figure


def _evidence(sent: tuple[str, bytes] | None) -> dict[str, str]:
    if sent is None:
        return {}
    name, data = sent
    if len(data) > MOST_EVIDENCE:
        raise InvalidForm([Invalid("file.proof_too_large", "evidence")])
    return {"evidence": files.keep(data), "evidence_name": name[-200:]}


def revise_figure(
    figure: ReportedFigure,
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    *,
    sure: bool = False,
    version: int | None = None,
) -> Entry:
    made = clean(values)
    if not sure and (asked := question(made)):
        raise InvalidForm([Invalid(asked, "value")])
    facts = {"was": figure.value}
    return advance(
        FIGURES,
        "revise_figure",
        figure,
        actor,
        at,
        changes=made,
        facts=facts,
        version=figure.version if version is None else version,
    )


def confirm_figure(figure: ReportedFigure, actor: Actor, at: datetime) -> Entry:
    return advance(FIGURES, "confirm_figure", figure, actor, at, facts={"value": figure.value})


def return_figure(figure: ReportedFigure, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(FIGURES, "return_figure", figure, actor, at, why=why)


def withdraw_figure(figure: ReportedFigure, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(FIGURES, "withdraw_figure", figure, actor, at, why=why)
