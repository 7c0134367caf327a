"""The sheets of achievements and demands: outsiders do not choose numbers, and a patent tells an
achievement too.
"""

from collections.abc import Sequence
from typing import Any

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import Actor
from kechuang.district.core.imports.drafts import Draft
from kechuang.district.core.imports.kinds import register
from kechuang.district.core.imports.register_sheet import RegisterSheet
from kechuang.engines.base.sayings import Said

from .queries import is_own, patents_in
from .registers import ACHIEVEMENTS, DEMANDS


class ListingSheet(RegisterSheet):
    """As every register's sheet; but of the numbers in an outsider's sheet only his own records'
    mean anything.
    """

    def known(self, actor: Actor, drafts: Sequence[Draft]) -> dict[int, Any]:
        found = self.same(actor, drafts)
        if is_staff(actor):
            return found
        found = {place: thing for place, thing in found.items() if is_own(actor, thing)}
        for place, draft in enumerate(drafts):
            own = found[place].reference if place in found else None
            if draft.thing.reference and draft.thing.reference != own:
                draft.thing.reference, draft.values = own, {**draft.values, "reference": None}
                draft.plan.problems.clear()  # that it is used is not told either
                draft.plan.notes.append(Said("import.note.own_number"))
        return found

    def same(self, actor: Actor, drafts: Sequence[Draft]) -> dict[int, Any]:
        """Which rows are records already, whoever asks."""
        return super().known(actor, drafts)


class AchievementSheet(ListingSheet):
    """A patent that exactly one record of the same owner has is that record."""

    def same(self, actor: Actor, drafts: Sequence[Draft]) -> dict[int, Any]:
        found = super().same(actor, drafts)
        places = [
            n
            for n, d in enumerate(drafts)
            if n not in found and d.thing.patents and d.thing.owner_id
        ]
        live = self.register.visible(actor).exclude(state__in=("retracted", "closed"))
        patents = patents_in(live) if places else {}
        for place in places:
            thing = drafts[place].thing
            hits = {pk for number in thing.patents for pk, _ in patents.get(number, [])}
            same = live.filter(pk__in=hits, owner_id=thing.owner_id).first()
            if len(hits) == 1 and same:
                found[place] = same
        return found


register(AchievementSheet(ACHIEVEMENTS))
register(ListingSheet(DEMANDS))
