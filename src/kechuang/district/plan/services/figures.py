"""Figures that a body reports and another person confirms."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
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
from kechuang.engines.planning import ratio, suspicious

_PERIOD = re.compile(r"^(\d{4})(?:-(0[1-9]|1[0-2])|Q([1-4]))?$")
MOST_EVIDENCE = 20_000_000


def period_end(period: str, field: str = "period") -> date:
    """The last day of 2025, 2026-10 or 2026Q3.

    Raises:
        Invalid: Not a period.
    """
    found = _PERIOD.match(period.strip())
    if not found:
        raise Invalid("期间请写成 2025、2026-10 或 2026Q3", field, "period")
    year = int(found[1])
    month = int(found[2]) if found[2] else 3 * int(found[3]) if found[3] else 12
    return date(year + month // 12, month % 12 + 1, 1) - date.resolution


def parse_decimal(text: str, field: str) -> Decimal | None:
    """A decimal as typed, with separators; None when empty."""
    plain = re.sub(r"[,，\s%％]", "", text or "")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation as e:
        raise Invalid(f"“{text[:40]}”不是数字", field) from e
    if not value.is_finite() or abs(value) > Decimal(10) ** 15:
        raise Invalid(f"“{text[:40]}”超出可能的范围", field)
    return value


def clean(values: Mapping[str, str]) -> dict[str, Any]:
    """Typed values as what is kept; a ratio is reckoned from its two parts.

    Raises:
        InvalidForm: Each wrong field with its words.
    """
    errors: list[Invalid] = []
    made: dict[str, Any] = {
        n: str(values.get(n, "")).strip() for n in ("indicator", "place", "period", "note")
    }

    def take(name: str) -> Decimal | None:
        try:
            return parse_decimal(str(values.get(name, "")), name)
        except Invalid as e:
            errors.append(e)
            return None

    if made["indicator"] not in current_book().indicators:
        errors.append(Invalid("请选一个指标", "indicator"))
    if not made["place"]:
        errors.append(Invalid("请填写地区", "place"))
    try:
        made["as_of"] = period_end(made["period"])
    except Invalid as e:
        errors.append(e)
    numerator, denominator, value = take("numerator"), take("denominator"), take("value")
    if numerator is not None and denominator is not None:
        try:
            value = ratio(numerator, denominator).percent
        except Invalid as e:
            errors.append(e)
    elif (numerator is None) != (denominator is None):
        errors.append(Invalid("分子和分母要一起填", "denominator"))
    if value is None and not errors:
        errors.append(Invalid("请填写数值，或填写分子和分母", "value"))
    if errors:
        raise InvalidForm(errors)
    made |= {
        "value": format(value, "f"),
        "numerator": _text(numerator),
        "denominator": _text(denominator),
    }
    return made


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def question(made: Mapping[str, Any]) -> str:
    """A question about a suspicious jump; "" when there is none. The person may confirm and go on."""
    last = last_figure(made["indicator"], made["place"], made["as_of"])
    return suspicious(Decimal(made["value"]), Decimal(last.value) if last else None)


def report_figure(
    values: Mapping[str, str], actor: Actor, at: datetime, *, evidence: tuple[str, bytes] | None = None, sure: bool = False
) -> ReportedFigure:  # fmt: skip
    """Keep a reported figure for confirmation.

    Raises:
        InvalidForm: Wrong fields; or a suspicious jump that nobody has confirmed (code figure.jump).
    """
    made = clean(values)
    if not sure and (asked := question(made)):
        raise InvalidForm([Invalid(asked, "value", "figure.jump")])
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
        raise InvalidForm([Invalid("佐证文件超过 20 MB，请压缩或只传关键页", "evidence")])
    return {"evidence": files.keep(data), "evidence_name": name[-200:]}


def revise_figure(
    figure: ReportedFigure, values: Mapping[str, str], actor: Actor, at: datetime, *, sure: bool = False, version: int | None = None
) -> Entry:  # fmt: skip
    made = clean(values)
    if not sure and (asked := question(made)):
        raise InvalidForm([Invalid(asked, "value", "figure.jump")])
    facts = {"was": figure.value}
    return advance(
        FIGURES, "revise_figure", figure, actor, at, changes=made, facts=facts, version=version
    )


def confirm_figure(figure: ReportedFigure, actor: Actor, at: datetime) -> Entry:
    return advance(FIGURES, "confirm_figure", figure, actor, at, facts={"value": figure.value})


def return_figure(figure: ReportedFigure, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(FIGURES, "return_figure", figure, actor, at, why=why)


def withdraw_figure(figure: ReportedFigure, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(FIGURES, "withdraw_figure", figure, actor, at, why=why)
