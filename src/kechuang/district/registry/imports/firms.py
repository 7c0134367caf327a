"""Firms with their recognitions, from a sheet: one row a recognition (or a firm without one)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.accounts.services import keep_organisation
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.imports.kinds import Applied, EachRow, RowPlan, StagedRow
from kechuang.district.core.registers import create, take
from kechuang.district.registry.models import Firm, Recognition
from kechuang.district.registry.permissions import can_keep
from kechuang.district.registry.registers import RECOGNITIONS
from kechuang.district.registry.services import keep_firm
from kechuang.district.registry.services.firms import FIELDS
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def firm_differs(values: Mapping[str, Any], organisation: Organisation, firm: Firm | None) -> bool:
    """Whether a row says something else of the firm itself than we have."""
    if organisation.name != values["name"]:
        return True
    if not set(values.get("former_names") or []) <= set(organisation.former_names):
        return True
    given = {n: values.get(n) for n in FIELDS if values.get(n) not in (None, "")}
    return firm is None or any(str(getattr(firm, n)) != str(v) for n, v in given.items())


class FirmSheet(EachRow):
    model = Recognition
    kind = "firms"
    subject_kind = "registry.recognition"

    def permission(self, actor: Actor) -> Verdict:
        return can_keep(actor)

    def by_number(self, numbers: Collection[str]) -> dict[str, tuple[str, str]]:
        """Certificate → reference and name of the firm that holds it, where exactly one does."""
        held = Recognition.objects.filter(number__in=numbers, state="recorded")
        found: dict[str, set[tuple[str, str]]] = {}
        for one in held.select_related("firm__organisation"):
            owner = one.firm.organisation
            found.setdefault(one.number, set()).add((owner.reference, owner.name))
        return {number: whom.pop() for number, whom in found.items() if len(whom) == 1}

    def prepare(
        self, actor: Actor, values: Sequence[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        codes = {v["code"] for v in values if v.get("code")}
        known = organisations_by_code(codes)
        held = Recognition.objects.filter(
            firm__organisation__in=known.values(), state="recorded"
        ).select_related("firm__organisation")
        by_key: dict[tuple[str, str, str], Recognition] = {
            (r.firm.organisation.reference, r.rung, r.number or r.valid_from.isoformat()): r
            for r in held
        }
        firms = {f.organisation_id: f for f in Firm.objects.filter(organisation__in=known.values())}
        names: dict[str, Organisation] = {}
        for organisation in Organisation.objects.filter(
            name__in={v["name"] for v in values if v.get("name")}
        ):
            names[organisation.name] = organisation
        return {"known": known, "held": by_key, "firms": firms, "names": names}

    def check_row(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        found = RowPlan("create")
        organisation = context["known"].get(values["code"])
        self._check_days(values, found)
        namesake = context["names"].get(values["name"])
        if organisation and organisation.name != values["name"]:
            found.notes.append(
                Said("import.note.renamed", was=organisation.name, name=values["name"])
            )
        elif organisation is None and namesake:
            found.notes.append(Said("import.note.namesake", code=namesake.code))
            found.doubts.append(
                (str(namesake.pk), f"{namesake.name}（{namesake.code}）", "名称相同，信用代码不同")
            )
        held = context["held"].get(
            (
                values["code"],
                values.get("rung") or "",
                values.get("number") or values.get("valid_from") or "",
            )
        )
        if organisation:
            found.plan = self._compare(
                values, organisation, context["firms"].get(organisation.pk), held
            )
        if organisation and firm_differs(
            values, organisation, context["firms"].get(organisation.pk)
        ):
            found.before["kept"] = "企业名称和资料"
        if held:
            found.subject_id = str(held.pk)
            days = {"valid_from": held.valid_from, "valid_until": held.valid_until}
            found.before |= {k: v.isoformat() if v else None for k, v in days.items()}
            found.version = held.version
        return found

    def _check_days(self, values: Mapping[str, Any], found: RowPlan) -> None:
        if values.get("rung") and not values.get("valid_from"):
            found.problems.append(Invalid("recognition.valid_from_missing", "valid_from"))
        start, end = values.get("valid_from"), values.get("valid_until")
        if start and end and end < start:
            found.problems.append(Invalid("recognition.days_reversed", "valid_until"))

    def _compare(
        self,
        values: Mapping[str, Any],
        organisation: Organisation,
        firm: Firm | None,
        held: Recognition | None,
    ) -> str:
        if firm is None:
            return "create"
        same_firm = not firm_differs(values, organisation, firm)
        if not values.get("rung"):
            return "same" if same_firm else "update"
        if held is None:
            return "create"
        ends = (
            _day(values.get("valid_until")) or held.valid_until
        )  # a blank end leaves what is there
        same_days = held.valid_from == _day(values["valid_from"]) and held.valid_until == ends
        return "same" if same_firm and same_days else "update"

    def apply_row(
        self, actor: Actor, row: StagedRow, options: Mapping[str, Any], at: datetime
    ) -> Applied:
        values = row.values
        organisation, _ = keep_organisation(
            values["code"],
            values["name"],
            "enterprise",
            actor,
            at,
            former_names=values.get("former_names") or [],
        )
        founded = {"founded_on": _day(values.get("founded_on"))}
        firm = keep_firm(organisation, {**values, **founded}, actor, at)
        if not values.get("rung"):
            return Applied("", organisation.name)
        start, end = _day(values["valid_from"]), _day(values.get("valid_until"))
        assert start is not None
        if row.subject_id:
            held = Recognition.objects.get(pk=row.subject_id)
            days = {"valid_from": start, "valid_until": end or held.valid_until}
            why = Said("import.why_by_sheet")
            if any(getattr(held, name) != day for name, day in days.items()):
                take(RECOGNITIONS, "correct", held, days, actor, at, version=held.version, why=why)
        else:
            given = {n: values.get(n) for n in ("rung", "number", "valid_from", "valid_until")}
            held = create(RECOGNITIONS, "record", {**given, "firm": firm}, actor, at)
        held.refresh_from_db()
        return Applied(str(held.pk), held.label, {"version": held.version})

    def undo_row(self, actor: Actor, row: StagedRow, at: datetime) -> tuple[str, str]:
        if not row.subject_id:
            return "kept", "单位资料保留：其他记录可能已经引用"
        held = Recognition.objects.get(pk=row.subject_id)
        if held.state != "recorded":
            return "kept", "此后已被撤回"
        if held.version != row.after.get("version"):
            return "kept", "导入之后有人改过这条认定"
        if row.plan == "update":
            before = {k: _day(row.before.get(k)) for k in ("valid_from", "valid_until")}
            if all(getattr(held, name) == day for name, day in before.items()):
                return "kept", "单位资料保留：其他记录可能已经引用"
            why, seen = Said("import.why_undone"), held.version
            take(RECOGNITIONS, "correct", held, before, actor, at, version=seen, why=why)
        else:
            take(RECOGNITIONS, "withdraw", held, {}, actor, at, why=Said("import.why_undone"))
        kept = row.before.get("kept")
        return "reversed", f"认定已撤销；{kept}保留，其他记录可能已经引用" if kept else ""
