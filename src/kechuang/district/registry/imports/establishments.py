"""Facilities, platforms, special projects, science parks, from a sheet."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.imports.kinds import Applied, RowPlan, version_in
from kechuang.district.core.models import ImportRow
from kechuang.district.registry.models import Establishment
from kechuang.district.registry.permissions import can_keep_establishment
from kechuang.district.registry.services import (
    correct_establishment,
    establish,
    establishment_errors,
    withdraw_establishment,
)
from kechuang.district.registry.services.establishments import ESTABLISHMENT_FIELDS
from kechuang.engines.base.errors import Invalid


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class EstablishmentSheet:
    """Facilities, platforms, special projects, science parks. Joined by the number of their approval."""

    kind = "establishments"
    subject_kind = "registry.establishment"

    def permission(self, actor: Actor) -> Verdict:
        return can_keep_establishment(actor)

    def prepare(
        self, actor: Actor, values: list[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        numbers = {v["number"] for v in values if v.get("number")}
        known = Establishment.objects.filter(state="recorded", number__in=numbers)
        codes = {v["operator"] for v in values if v.get("operator")}
        return {"known": {e.number: e for e in known}, "owners": organisations_by_code(codes)}

    def check(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        found = RowPlan("create")
        clean = self._clean(values, context["owners"])
        found.problems += establishment_errors(clean, clock.today())
        if values.get("operator") and clean["operator"] is None:
            found.problems.append(
                Invalid("organisation.unknown_code", "operator", code=values["operator"])
            )
        known = context["known"].get(values.get("number") or "")
        if known:
            changed = [n for n in ESTABLISHMENT_FIELDS if getattr(known, n) != clean[n]]
            found.plan, found.subject_id, found.version = (
                ("update" if changed else "same"),
                str(known.pk),
                known.version,
            )
            found.before = {n: _plain(getattr(known, n)) for n in changed}
        return found

    def _clean(
        self, values: Mapping[str, Any], owners: Mapping[str, Organisation]
    ) -> dict[str, Any]:
        return {
            "kind": values.get("kind"), "level": values.get("level"), "name": values.get("name") or "", "number": values.get("number") or "",
            "operator": owners.get(values.get("operator") or ""), "approved_on": _day(values.get("approved_on")), "ended_on": _day(values.get("ended_on")),
        }  # fmt: skip

    def version_of(self, subject_id: str) -> int:
        return version_in(Establishment, subject_id)

    def apply(
        self, actor: Actor, row: ImportRow, options: Mapping[str, Any], at: datetime
    ) -> Applied:
        code = row.values.get("operator") or ""
        clean = self._clean(row.values, organisations_by_code([code]))
        if row.subject_id:
            thing = Establishment.objects.get(pk=row.subject_id)
            correct_establishment(thing, clean, actor, at)
        else:
            thing = establish(clean, actor, at, sample=bool(options.get("sample")))
        return Applied(str(thing.pk), thing.name, {"version": thing.version})

    def undo(self, actor: Actor, row: ImportRow, at: datetime) -> tuple[str, str]:
        thing = Establishment.objects.get(pk=row.subject_id)
        if thing.version != row.after.get("version"):
            return "kept", "导入之后有人改过这条记录"
        if row.plan == "update":
            before = {k: v for k, v in row.before.items() if k != "version"}
            for name in ("approved_on", "ended_on"):
                if name in before:
                    before[name] = _day(before[name])
            if "operator" in before:
                before["operator"] = Organisation.objects.filter(pk=before["operator"]).first()
            correct_establishment(thing, before, actor, at)
        else:
            withdraw_establishment(thing, actor, at, "撤销导入")
        return "reversed", ""


def _plain(value: object) -> object:
    if isinstance(value, Organisation):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value
