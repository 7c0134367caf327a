"""Yearly returns from a sheet: one row a firm and a year. What is blank stays as it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.core import clock
from kechuang.district.core.actor import YES, Actor, Verdict, no
from kechuang.district.core.books import current_book
from kechuang.district.core.imports.kinds import Applied, EachRow, RowPlan, StagedRow
from kechuang.district.registry.models import Firm, FirmYear
from kechuang.district.registry.services import years
from kechuang.district.registry.services.years import FIRST_YEAR, Ask
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said


def facts_in(values: Mapping[str, Any]) -> dict[str, str]:
    """The facts that a row holds."""
    return {n: str(values[n]) for n in current_book().facts if values.get(n) not in (None, "")}


class YearSheet(EachRow):
    model = FirmYear
    kind = "firm_years"
    subject_kind = "registry.year"

    def permission(self, actor: Actor) -> Verdict:
        if actor.is_system or actor.has("officer", "enterprise"):
            return YES
        return no("year.who_fills")

    def prepare(
        self, actor: Actor, values: Sequence[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        known = organisations_by_code({v["code"] for v in values if v.get("code")})
        firms = {f.organisation_id: f for f in Firm.objects.filter(organisation__in=known.values())}
        held = FirmYear.objects.filter(firm__in=firms.values()).select_related("firm__organisation")
        return {"known": known, "firms": firms, "held": {(y.firm_id, y.year): y for y in held}}

    def check_row(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        found = RowPlan("create")
        organisation = context["known"].get(values["code"])
        firm = context["firms"].get(organisation.pk) if organisation else None
        own = (
            actor.is_system or actor.has("officer") or (firm is not None and firm.pk in actor.firms)
        )
        if (
            firm is None or not own
        ):  # the same words: whether a stranger's code is known is nobody's business
            refusal = "year.unknown_firm" if actor.has("officer") else "year.own_only"
            found.problems.append(Invalid(refusal, "code"))
            return found
        year, today = int(values["year"]), clock.today()
        if not FIRST_YEAR <= year <= today.year:
            found.problems.append(
                Invalid("year.out_of_range", "year", first=FIRST_YEAR, last=today.year)
            )
        facts = facts_in(values)
        if not facts:
            found.problems.append(Invalid("year.row_empty", "year"))
        self._against(found, context["held"].get((firm.pk, year)), facts)
        last = context["held"].get((firm.pk, year - 1))
        found.notes += [a.words for a in self._asks(firm, year, facts, last)]
        return found

    def _against(self, found: RowPlan, held: FirmYear | None, facts: Mapping[str, str]) -> None:
        if held is None:
            return
        changed = {n: v for n, v in facts.items() if held.facts.get(n, {}).get("v") != v}
        found.plan = "update" if changed else "same"
        found.subject_id, found.version = str(held.pk), held.version
        found.before = {"facts": held.facts, "state": held.state}
        if held.state in ("draft", "returned"):
            found.notes.append(Said("import.note.year_draft"))
        if changed:
            found.notes.append(Said("import.note.year_overwrites", count=len(changed)))

    def _asks(
        self, firm: Firm, year: int, facts: Mapping[str, str], last: FirmYear | None
    ) -> list[Ask]:
        """The questions of the form, asked in the preview too; they do not stand in the way."""
        trial = FirmYear(
            firm=firm, year=year, facts={n: {"v": v, "s": "list"} for n, v in facts.items()}
        )
        return years.asks_beside(trial, last)

    def apply_row(
        self, actor: Actor, row: StagedRow, options: Mapping[str, Any], at: datetime
    ) -> Applied:
        organisation = organisations_by_code([row.values["code"]])[row.values["code"]]
        firm = Firm.objects.get(organisation=organisation)
        source = row.values.get("source") or ("self" if firm.pk in actor.firms else "list")
        thing = years.take_in(
            firm, int(row.values["year"]), facts_in(row.values), source, actor, at
        )
        thing.refresh_from_db()
        return Applied(str(thing.pk), thing.label, {"version": thing.version})

    def undo_row(self, actor: Actor, row: StagedRow, at: datetime) -> tuple[str, str]:
        thing = FirmYear.objects.get(pk=row.subject_id)
        if thing.version != row.after.get("version"):
            return "kept", "导入之后有人改过这份年报"
        if row.plan != "update":
            years.undo_year(thing, actor, at)
            return "reversed", "年报留作空白草稿"
        years.restore_year(
            thing, row.before.get("facts", {}), row.before.get("state", ""), actor, at
        )
        return "reversed", ""
