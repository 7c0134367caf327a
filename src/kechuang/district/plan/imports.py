"""Monthly bulletins: figures by indicator, place and day, as the city publishes them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.books import current_book
from kechuang.district.core.imports.kinds import Applied, EachRow, RowPlan, register
from kechuang.district.core.models import ImportRow
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.numbers import parse_decimal
from kechuang.engines.base.sayings import Said

from .models import Bulletin
from .permissions import can_report
from .services import indicator_by_words, report, restate, withdraw


def parse_value(text: str) -> str:
    """A number as printed, without its unit: "7,912家" → "7912"."""
    value = parse_decimal(re.sub(r"家|件|个|项|亿元", "", text), "value")
    if value is None:
        raise Invalid("bulletin.no_value", "value")
    return format(value.normalize(), "f")


class BulletinSheet(EachRow):
    model = Bulletin
    kind = "bulletins"
    subject_kind = "plan.bulletin"

    def permission(self, actor: Actor) -> Verdict:
        return can_report(actor)

    def prepare(
        self, actor: Actor, values: Sequence[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> dict[tuple[str, str, str], Bulletin]:
        return {
            (b.indicator, b.place, b.as_of.isoformat()): b
            for b in Bulletin.objects.filter(state="recorded")
        }

    def check_row(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        found = RowPlan("create")
        try:
            clean = self._values(values)
        except Invalid as e:
            found.problems.append(e)
            return found
        known = context.get((clean["indicator"], clean["place"], clean["as_of"].isoformat()))
        if known:
            changes = self._changes(known, clean)
            found.plan, found.subject_id = ("update" if changes else "same"), str(known.pk)
            found.before = {k: getattr(known, k) for k in changes}
            found.version = known.version
            if changes:
                found.notes.append(
                    Said("import.note.bulletin_corrects", value=known.value, source=known.source)
                )
        return found

    def _values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        indicator = indicator_by_words(current_book(), values["indicator"])
        return {
            "indicator": indicator.id,
            "place": values["place"],
            "as_of": date.fromisoformat(values["as_of"]),
            "value": parse_value(values["value"]),
            "counting": values.get("counting") or "",
            "source": values["source"],
        }

    def _changes(self, known: Bulletin, clean: Mapping[str, Any]) -> dict[str, Any]:
        return {
            k: clean[k] for k in ("value", "counting", "source") if getattr(known, k) != clean[k]
        }

    def apply_row(
        self, actor: Actor, row: ImportRow, options: Mapping[str, Any], at: datetime
    ) -> Applied:
        clean = self._values(row.values)
        if row.subject_id:
            bulletin = Bulletin.objects.get(pk=row.subject_id)
            restate(bulletin, self._changes(bulletin, clean), actor, at, "按新通报更正")
        else:
            bulletin = report(clean, actor, at)
        return Applied(str(bulletin.pk), bulletin.label, {"version": bulletin.version})

    def undo_row(self, actor: Actor, row: ImportRow, at: datetime) -> tuple[str, str]:
        bulletin = Bulletin.objects.get(pk=row.subject_id)
        if bulletin.version != row.after.get("version"):
            return "kept", "导入之后有人改过这个数"
        if row.plan == "update":
            restate(
                bulletin,
                {k: v for k, v in row.before.items() if k != "version"},
                actor,
                at,
                "撤销导入",
            )
        else:
            withdraw(bulletin, actor, at, "撤销导入")
        return "reversed", ""


register(BulletinSheet())
