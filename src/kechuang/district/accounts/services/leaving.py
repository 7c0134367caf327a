"""What somebody who leaves has in hand, room by room, and handing it to a colleague in one act."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kechuang.district.accounts.models import Contact, FormDraft, SavedView, User
from kechuang.district.accounts.permissions import can_manage_people
from kechuang.district.accounts.queries import actor_of, is_refused, verified_address
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.engines.base.errors import Invalid, NotAllowed

from .contacts import give_contact


@dataclass(frozen=True)
class Charge:
    """One kind of thing that a person has in hand.

    Args:
        held: What somebody has in hand now.
        fits: Whether a colleague may have it: what the room asks of who works on it.
        hand: Give one of them to a colleague, with its entry in the ledger.
    """

    name: str
    title: str
    held: Callable[[User], Sequence[Any]]
    fits: Callable[[Actor, Any], bool]
    hand: Callable[[Any, User, Actor, datetime], None]


CHARGES: dict[str, Charge] = {}


def charge(made: Charge) -> Charge:
    """Say that a room knows of something that people have in hand."""
    CHARGES[made.name] = made
    return made


def in_hand(user: User) -> list[tuple[Charge, Sequence[Any]]]:
    """All that a person has in hand, by kind."""
    return [(c, found) for c in CHARGES.values() if (found := c.held(user))]


def hand_over(user: User, colleague: User, actor: Actor, at: datetime, why: str = "") -> int:
    """Give all of it to a colleague, one entry of the ledger each; returns how many things.

    Raises:
        Invalid: The colleague is the same person, not at work here, or may not have one of them.
    """
    if not (verdict := can_manage_people(actor)):
        raise NotAllowed(verdict.why)
    if colleague.pk == user.pk:
        raise Invalid("handover.same_person", "colleague")
    if not colleague.is_active or is_refused(colleague):
        raise Invalid("handover.not_active", "colleague", name=colleague.name)
    taker = actor_of(colleague)
    with ledger.writing():
        todo = [(c, thing) for c, found in in_hand(user) for thing in found]
        for kind, thing in todo:
            if not kind.fits(taker, thing):
                raise Invalid(
                    "handover.does_not_fit", "colleague", name=colleague.name, what=kind.title
                )
        for kind, thing in todo:
            kind.hand(thing, colleague, actor, at)
        ledger.record(
            "accounts.person.hand_over",
            subject_kind="accounts.person",
            subject_id=user.pk,
            label=str(user),
            actor=actor,
            at=at,
            why=why,
            facts={"to": colleague.pk, "name": colleague.name, "count": len(todo)},
        )
    return len(todo)


def told(kind: str, thing: Any, label: str, colleague: User, actor: Actor, at: datetime) -> None:
    """The entry of one thing that changed hands."""
    ledger.record(
        f"{kind}.hand_over",
        subject_kind=kind,
        subject_id=thing.pk,
        label=label,
        actor=actor,
        at=at,
        facts={"to": colleague.pk, "name": colleague.name},
    )


def _anybody(actor: Actor, thing: Any) -> bool:
    return True


def _give_draft(draft: FormDraft, colleague: User, actor: Actor, at: datetime) -> None:
    if FormDraft.objects.filter(user=colleague, place=draft.place).exists():
        return  # the colleague is at the same form: theirs stays
    FormDraft.objects.filter(pk=draft.pk).update(user=colleague)
    told("accounts.form", draft, draft.place, colleague, actor, at)


def _give_view(view: SavedView, colleague: User, actor: Actor, at: datetime) -> None:
    if SavedView.objects.filter(user=colleague, page=view.page, name=view.name).exists():
        return
    SavedView.objects.filter(pk=view.pk).update(user=colleague)
    told("accounts.view", view, view.name, colleague, actor, at)


def _contacts_at(user: User) -> Sequence[Contact]:
    address = verified_address(user)
    return list(Contact.objects.filter(email=address)) if address else []


charge(
    Charge(
        "forms",
        "填到一半的表单",
        lambda user: list(FormDraft.objects.filter(user=user)),
        _anybody,
        _give_draft,
    )
)
charge(
    Charge(
        "views",
        "保存的视图",
        lambda user: list(SavedView.objects.filter(user=user)),
        _anybody,
        _give_view,
    )
)
charge(
    Charge(
        "contacts",
        "单位联系人",
        _contacts_at,
        lambda actor, thing: bool(actor.id),
        give_contact,
    )
)
