"""Achievements and demands from sheets. Joined by their number or a patent, never by name alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.imports.kinds import Applied, RowPlan, register, version_in
from kechuang.district.core.models import ImportRow
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.text import comparable

from .models import Achievement, Demand, Listing
from .permissions import can_publish_import, can_take_in, can_write
from .queries import achievements_visible_to, demands_visible_to, is_staff
from .services import listings


class ListingSheet:
    """What both sheets have in common."""

    model: type[Listing]
    kind: str
    subject_kind: str

    def permission(self, actor: Actor) -> Verdict:
        thing = self.model(created_by=actor.id, owner_id=next(iter(actor.organisations), None))
        return can_take_in(actor, thing)

    def _visible(self, actor: Actor) -> Any:
        """What exists for this person: nothing else may show in a note, a doubt or a count."""
        return (achievements_visible_to if self.model is Achievement else demands_visible_to)(actor)

    def prepare(
        self, actor: Actor, values: list[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        codes = {v["owner"] for v in values if v.get("owner")} | {options.get("owner") or ""}
        references = {v["reference"] for v in values if v.get("reference")}
        known = {x.reference: x for x in self._visible(actor).filter(reference__in=references)}
        titles: dict[str, list[tuple[int, str, str]]] = {}
        live = self._visible(actor).exclude(state__in=("retracted", "closed")).order_by("id")
        for pk, title, digest in live.values_list("pk", "title", "digest"):
            titles.setdefault(comparable(title), []).append((pk, title, digest))
        patents: dict[str, list[tuple[int, str]]] = {}
        if self.model is Achievement and any(v.get("patents") for v in values):
            for pk, title, numbers in (
                self._visible(actor)
                .exclude(state__in=("retracted", "closed"))
                .exclude(patents=[])
                .values_list("pk", "title", "patents")
            ):
                for number in numbers:
                    patents.setdefault(number, []).append((pk, title))
        return {
            "owners": organisations_by_code(codes),
            "known": known,
            "titles": titles,
            "patents": patents,
            "seen": {},
        }

    def check(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        found = RowPlan("create")
        code = values.get("owner") or options.get("owner") or ""
        owner = context["owners"].get(code)
        if code and owner is None:
            found.problems.append(Invalid("import.no_owner", "owner", code=code))
        thing = self.model(created_by=actor.id)
        listings.fill(thing, self._values(values, owner))
        found.problems += [
            e for e in listings.check_values(thing) if e.field != "owner" or not found.problems
        ]
        known = self._known(values, thing, context)
        if not self._may(actor, thing, options) or (known and not can_write(actor, known)):
            found.problems.append(Invalid("import.not_yours", "owner"))
            return found
        if known:
            self._compare(known, thing, found)
        else:
            self._doubt(thing, values, context, found)
            if values.get("reference") and not is_staff(actor):
                found.notes.append(Said("import.note.own_number"))
        return found

    def _known(self, values: Mapping[str, Any], thing: Listing, context: Any) -> Listing | None:
        """The record that this row is: by its number, else by a patent that exactly one record of its owner has."""
        if known := context["known"].get(values.get("reference") or ""):
            return known if known.state != "retracted" else None
        hits = {pk for n in values.get("patents") or [] for pk, _ in context["patents"].get(n, [])}
        if len(hits) != 1 or not thing.owner_id:
            return None
        return self.model._default_manager.filter(pk__in=hits, owner_id=thing.owner_id).first()

    def _may(self, actor: Actor, thing: Listing, options: Mapping[str, Any]) -> bool:
        permission = can_publish_import if options.get("publish") else can_take_in
        return bool(permission(actor, thing))

    def _values(self, values: Mapping[str, Any], owner: object) -> dict[str, Any]:
        cleaned = {
            k: ("" if v is None and k in ("field", "wanted", "tried", "summary") else v)
            for k, v in values.items()
        }
        if cleaned.get("confidentiality", "") is None:
            cleaned["confidentiality"] = "open"
        return {**cleaned, "owner": owner}

    def _compare(self, known: Listing, thing: Listing, found: RowPlan) -> None:
        found.version = known.version
        fields = listings.FIELDS[self.model]
        changed = [n for n in fields if n != "owner" and getattr(known, n) != getattr(thing, n)]
        if known.owner_id != thing.owner_id and thing.owner_id:
            changed.append("owner")
        found.plan, found.subject_id = ("update" if changed else "same"), str(known.pk)
        if changed and known.state not in ("published", "paused", "draft", "submitted", "checked"):
            found.problems.append(Invalid("import.closed", "reference", state=known.state_label))
        if changed:
            found.before = {n: self._plain(getattr(known, n)) for n in fields if n != "owner"} | {
                "owner_id": known.owner_id
            }
            found.notes.append(
                Said("import.note.will_update", reference=known.reference, count=len(changed))
            )

    def _plain(self, value: object) -> object:
        return value.isoformat() if hasattr(value, "isoformat") else value

    def _doubt(
        self, thing: Listing, values: Mapping[str, Any], context: Any, found: RowPlan
    ) -> None:
        if (first := context["seen"].get(thing.digest)) is not None:
            found.problems.append(Invalid("import.twice_above", "title", title=first))
        context["seen"][thing.digest] = thing.title
        for number in values.get("patents") or []:
            for pk, title in context["patents"].get(number, [])[:3]:
                found.doubts.append((str(pk), title, f"专利号相同：{number}"))
        for pk, title, digest in context["titles"].get(comparable(thing.title), [])[:3]:
            if digest == thing.digest:
                found.problems.append(Invalid("import.exists", "title"))
                return
            found.doubts.append((str(pk), title, "名称相同，内容不同"))
        if found.doubts:
            found.notes.append(Said("import.note.may_be_known"))

    def version_of(self, subject_id: str) -> int:
        return version_in(self.model, subject_id)

    def apply(
        self, actor: Actor, row: ImportRow, options: Mapping[str, Any], at: datetime
    ) -> Applied:
        code = row.values.get("owner") or options.get("owner") or ""
        owner = organisations_by_code([code]).get(code) if code else None
        values = self._values(row.values, owner)
        if row.subject_id:
            thing = self.model._default_manager.get(pk=row.subject_id)
            listings.save(thing, values, actor, at, thing.version, "按导入的表更正")
        else:
            if not is_staff(actor):
                values["reference"] = None
            if (
                values.get("reference")
                and self.model._default_manager.filter(reference=values["reference"]).exists()
            ):
                raise Invalid("import.reference_taken", "reference", reference=values["reference"])
            thing = self.model(sample=bool(options.get("sample")))
            take = listings.take_in_published if options.get("publish") else listings.take_in
            take(thing, values, actor, at)
        return Applied(str(thing.pk), thing.title, {"version": thing.version})

    def undo(self, actor: Actor, row: ImportRow, at: datetime) -> tuple[str, str]:
        thing = self.model._default_manager.get(pk=row.subject_id)
        if thing.version != row.after.get("version"):
            return "kept", "导入之后有人改动或推进过这条记录"
        if row.plan == "update":
            before = {k: v for k, v in row.before.items() if k != "version"}
            owner_id = before.pop("owner_id")
            thing.owner_id = owner_id
            listings.save(
                thing, {**before, "owner": thing.owner}, actor, at, thing.version, "撤销导入"
            )
        else:
            listings.retract(thing, actor, at)
        return "reversed", ""


class AchievementSheet(ListingSheet):
    model = Achievement
    kind = "achievements"
    subject_kind = "market.achievement"


class DemandSheet(ListingSheet):
    model = Demand
    kind = "demands"
    subject_kind = "market.demand"


register(AchievementSheet())
register(DemandSheet())
