"""Registered technology contracts, from the registry's list. Joined by their number."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.accounts.services import keep_organisation
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.imports.kinds import Applied, RowPlan, register, version_in
from kechuang.district.core.models import ImportRow
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

from .models import Contract
from .permissions import can_keep_register
from .services import FIELDS, amend, cancel, check_values, fill, record, take_in


class ContractSheet:
    kind = "contracts"
    subject_kind = "transfer.contract"

    def permission(self, actor: Actor) -> Verdict:
        return can_keep_register(actor, Contract())

    def prepare(
        self, actor: Actor, values: list[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        codes = {v[side] for v in values for side in ("seller", "buyer") if v.get(side)}
        numbers = {v["number"] for v in values if v.get("number")}
        known = Contract.objects.filter(number__in=numbers).select_related("seller", "buyer")
        return {"owners": organisations_by_code(codes), "known": {c.number: c for c in known}}

    def check(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        found = RowPlan("create")
        parties = {side: context["owners"].get(values[side]) for side in ("seller", "buyer")}
        for place, (side, label) in enumerate((("seller", "卖方"), ("buyer", "买方")), 1):
            if parties[side] is None and not values.get(f"{side}_name"):
                found.problems.append(
                    Invalid("import.no_party", side, side=label, code=values[side])
                )
            elif parties[side] is None:
                parties[side] = Organisation(
                    pk=-place, code=values[side], name=values[f"{side}_name"]
                )
                found.notes.append(
                    Said(
                        "import.note.will_register", name=values[f"{side}_name"], code=values[side]
                    )
                )
        if values["seller"] == values["buyer"]:
            found.problems.append(Invalid("contract.same_party", "buyer"))
        if found.problems:
            return found
        registered = bool(values.get("number") or values.get("registered_on"))
        contract = Contract(recorded_by=actor.id)
        fill(contract, {**values, **parties})
        found.problems += check_values(contract, clock.now(), registered=registered)
        known = context["known"].get(values.get("number"))
        if not registered:
            found.notes.append(Said("import.note.unregistered"))
            if self._twin(contract) is not None:
                found.plan = "same"
        if known:
            changed = [n for n in FIELDS if getattr(known, n) != getattr(contract, n)]
            found.plan, found.subject_id = ("update" if changed else "same"), str(known.pk)
            found.before = {n: str(getattr(known, n)) for n in changed}
            found.version = known.version
            if changed and known.state != "registered":
                found.problems.append(Invalid("contract.not_registered", "number"))
            if changed:
                found.notes.append(Said("import.note.contract_corrects", count=len(changed)))
        return found

    def _twin(self, contract: Contract) -> Contract | None:
        """A recorded contract of the same name, parties, amount and day: the same one coming back."""
        if not contract.seller_id or not contract.buyer_id:
            return None
        same = {
            n: getattr(contract, n)
            for n in ("name", "seller_id", "buyer_id", "amount_fen", "signed_on")
        }
        return Contract.objects.filter(state="recorded", **same).first()

    def _values(self, row: ImportRow, actor: Actor, at: datetime) -> dict[str, Any]:
        owners = organisations_by_code([row.values["seller"], row.values["buyer"]])
        for side in ("seller", "buyer"):
            code = row.values[side]
            if code not in owners:
                owners[code], _ = keep_organisation(
                    code, row.values[f"{side}_name"], "enterprise", actor, at
                )
        return {
            **row.values,
            "seller": owners[row.values["seller"]],
            "buyer": owners[row.values["buyer"]],
        }

    def version_of(self, subject_id: str) -> int:
        return version_in(Contract, subject_id)

    def apply(
        self, actor: Actor, row: ImportRow, options: Mapping[str, Any], at: datetime
    ) -> Applied:
        if row.subject_id:
            contract = Contract.objects.get(pk=row.subject_id)
            amend(contract, self._values(row, actor, at), actor, at, "按登记表更正")
        else:
            bring = take_in if row.values.get("number") else record
            contract = bring(
                self._values(row, actor, at), actor, at, sample=bool(options.get("sample"))
            )
        return Applied(str(contract.pk), contract.name, {"version": contract.version})

    def undo(self, actor: Actor, row: ImportRow, at: datetime) -> tuple[str, str]:
        contract = Contract.objects.get(pk=row.subject_id)
        if contract.version != row.after.get("version"):
            return "kept", "导入之后有人更正或注销过这份合同"
        if row.plan == "update":
            before: dict[str, Any] = {k: v for k, v in row.before.items() if k != "version"}
            for name in ("seller", "buyer"):
                before.pop(name, None)
            for name in ("amount_fen", "technology_fen"):
                if name in before:
                    before[name] = None if before[name] == "None" else int(before[name])
            for name in ("signed_on", "registered_on"):
                if name in before:
                    before[name] = date.fromisoformat(before[name])
            if {"seller", "buyer"} & set(row.before):
                return "failed", "买卖双方也改过，请在合同页上更正"
            amend(contract, before, actor, at, "撤销导入")
        else:
            cancel(contract, actor, at, "撤销导入", free_number=True)
        return "reversed", ""


register(ContractSheet())
