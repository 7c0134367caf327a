"""What a person keeps for himself: forms half filled in, and lists as he looks at them."""

from datetime import datetime

from kechuang.district.accounts.models import FormDraft, SavedView
from kechuang.engines.base.errors import Invalid
from kechuang.engines.text import normalise


def keep_form_draft(user_id: int, place: str, values: str, at: datetime) -> None:
    """Keep what a person has typed so far."""
    kept = {"values": values[:200_000], "saved_at": at}
    FormDraft.objects.update_or_create(user_id=user_id, place=place[:120], defaults=kept)


def drop_form_draft(user_id: int, place: str) -> None:
    FormDraft.objects.filter(user_id=user_id, place=place[:120]).delete()


def keep_view(user_id: int, page: str, name: str, query: str) -> SavedView:
    """Keep a list's search, filters and order under a name; the same name writes over.

    Raises:
        Invalid: No name.
    """
    if not (called := normalise(name)[:60]):
        raise Invalid("view.name_missing", "name")
    kept = {"query": query[:600]}
    made, _ = SavedView.objects.update_or_create(
        user_id=user_id, page=page, name=called, defaults=kept
    )
    return made


def drop_view(user_id: int, page: str, name: str) -> None:
    SavedView.objects.filter(user_id=user_id, page=page, name=name).delete()
