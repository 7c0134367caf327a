"""Firms with their recognitions, from a sheet: one row a recognition (or a firm without one)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.accounts.services import keep_organisation
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.imports.kinds import Applied, RowPlan, register
from kechuang.district.core.models import ImportRow
from kechuang.engines.base.errors import Invalid

from .models import Establishment, Firm, Recognition
from .permissions import can_keep, can_keep_establishment
from .services import (
    ESTABLISHMENT_FIELDS,
    FIELDS,
    correct,
    correct_establishment,
    establish,
    establishment_errors,
    keep_firm,
    record,
    withdraw,
    withdraw_establishment,
)


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


class FirmSheet:
    kind = "firms"
    subject_kind = "registry.recognition"

    def permission(self, actor: Actor) -> Verdict:
        return can_keep(actor)

    def prepare(
        self, actor: Actor, values: list[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        codes = {v["code"] for v in values if v.get("code")}
        known = organisations_by_code(codes)
        held = Recognition.objects.filter(
            firm__organisation__code__in=codes, state="recorded"
        ).select_related("firm__organisation")
        by_key: dict[tuple[str, str, str], Recognition] = {
            (r.firm.organisation.code, r.rung, r.number or r.valid_from.isoformat()): r
            for r in held
        }
        firms = {f.organisation_id: f for f in Firm.objects.filter(organisation__in=known.values())}
        names: dict[str, Organisation] = {}
        for organisation in Organisation.objects.filter(
            name__in={v["name"] for v in values if v.get("name")}
        ):
            names[organisation.name] = organisation
        return {"known": known, "held": by_key, "firms": firms, "names": names}

    def check(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        found = RowPlan("create")
        organisation = context["known"].get(values["code"])
        self._check_days(values, found)
        namesake = context["names"].get(values["name"])
        if organisation and organisation.name != values["name"]:
            found.notes.append(f"名称由“{organisation.name}”改为“{values['name']}”，原名留作曾用名")
        elif organisation is None and namesake:
            found.notes.append(
                f"同名单位已有（{namesake.code}），信用代码不同，按两家登记，请人核对"
            )
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
            found.problems.append(
                Invalid("写了认定类别，就要写有效期起（或发证、入库日期）", "valid_from")
            )
        start, end = values.get("valid_from"), values.get("valid_until")
        if start and end and end < start:
            found.problems.append(Invalid("有效期止早于有效期起，请核对", "valid_until"))

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
        same_days = held.valid_from == _day(values["valid_from"]) and held.valid_until == _day(
            values.get("valid_until")
        )
        return "same" if same_firm and same_days else "update"

    def version_of(self, subject_id: str) -> int:
        return (
            Recognition._default_manager.filter(pk=subject_id)
            .values_list("version", flat=True)
            .first()
            or 0
        )

    def apply(
        self, actor: Actor, row: ImportRow, options: Mapping[str, Any], at: datetime
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
            correct(held, {"valid_from": start, "valid_until": end}, actor, at)
        else:
            held = record(firm, values["rung"], values.get("number") or "", start, end, actor, at)
        held.refresh_from_db()
        return Applied(str(held.pk), held.label, {"version": held.version})

    def undo(self, actor: Actor, row: ImportRow, at: datetime) -> tuple[str, str]:
        if not row.subject_id:
            return "kept", "单位资料保留：其他记录可能已经引用"
        held = Recognition.objects.get(pk=row.subject_id)
        if held.state != "recorded":
            return "kept", "此后已被撤回"
        if held.version != row.after.get("version"):
            return "kept", "导入之后有人改过这条认定"
        if row.plan == "update":
            before = {k: _day(row.before.get(k)) for k in ("valid_from", "valid_until")}
            correct(held, before, actor, at)
        else:
            withdraw(held, actor, at, "撤销导入")
        kept = row.before.get("kept")
        return "reversed", f"认定已撤销；{kept}保留，其他记录可能已经引用" if kept else ""


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
                Invalid(
                    f"单位 {values['operator']} 还没有登记，请先登记单位",
                    "operator",
                    "import.no_owner",
                )
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
        return (
            Establishment.objects.filter(pk=subject_id).values_list("version", flat=True).first()
            or 0
        )

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


register(FirmSheet())
register(EstablishmentSheet())
