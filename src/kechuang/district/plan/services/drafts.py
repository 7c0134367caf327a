"""A document becomes a draft, a person corrects it, and it is saved as a book that the checker
passes.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from kechuang.book import read_book
from kechuang.district.core import clock, files
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import book_folder
from kechuang.district.core.models import Entry
from kechuang.district.core.strangers import read_document_apart
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.models import PlanDraft
from kechuang.district.plan.workflow import DRAFTS
from kechuang.engines.base.errors import DomainError, Invalid, InvalidForm, WrongState
from kechuang.engines.plantext import as_json, of_task, read_plan

from .ties import unsettled
from .writing import book_files

_OPEN_DAYS = {
    "unclear": "draft.day_unclear",
    "impossible": "draft.day_impossible",
    "early": "draft.day_early",
}
_ID = re.compile(r"[a-z][a-z0-9-]{1,40}")


def read_draft(name: str, data: bytes, actor: Actor, at: datetime) -> PlanDraft:
    """Read a document; what was found waits to be corrected.

    Raises:
        Invalid: Not a document that can be read, or no plan in it.
    """
    text = read_document_apart(data, name)
    found = read_plan(text)
    lost = next((p for p in found.problems if p.kind == "no_plan"), None)
    if lost:
        raise Invalid("plantext.no_plan", "document")
    made = as_json(found)
    draft = PlanDraft(
        name=name[-200:],
        digest=files.keep(data),
        title=found.title[:300] or name[-200:],
        text=text,
        read=made,
        draft=made,
        created_by=actor.label,
        created_at=at,
    )
    begin(
        DRAFTS,
        "read_draft",
        draft,
        actor,
        at,
        facts={"digest": draft.digest, "targets": len(found.targets), "tasks": len(found.tasks)},
    )
    return draft


def revise_draft(
    thing: PlanDraft,
    made: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    *,
    version: int | None = None,
) -> Entry:
    """Keep a person's corrections."""
    return advance(
        DRAFTS,
        "revise_draft",
        thing,
        actor,
        at,
        changes={"draft": dict(made)},
        version=thing.version if version is None else version,
    )


def folder_of(thing: PlanDraft) -> Path:
    """Where a saved draft's book stands: in the data folder, beside the books it extends."""
    return Path(settings.KECHUANG_DATA) / "books" / thing.book


def save_draft(
    thing: PlanDraft, identity: str, extends: str, title: str, actor: Actor, at: datetime
) -> Path:
    """Write the draft as a book and check it; nothing stays when the check finds something.

    Raises:
        InvalidForm: The id is not one, or exists; a target of which nobody said which indicator
            it means; or the checker's complaints.
    """
    if not _ID.fullmatch(identity):
        raise InvalidForm([Invalid("draft.id", "identity")])
    home = Path(settings.KECHUANG_DATA) / "books"
    if (home / identity).exists() or (book_folder().parent / identity).exists():
        raise InvalidForm([Invalid("draft.id_taken", "identity", id=identity)])
    if thing.state != "draft":
        raise WrongState("draft.settled")
    parents = _parents(extends)
    if open_ones := [*unsettled(thing.draft), *_open_days(thing.draft)]:
        raise InvalidForm(open_ones)
    _bring(home, parents)
    for name, text in book_files(
        thing.draft, identity, extends, title, thing.name, clock.day_of(at)
    ).items():
        path = home / identity / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(path, text.encode())
    book, problems = read_book(home / identity)
    if problems or book is None:
        shutil.rmtree(home / identity)
        raise InvalidForm([Invalid(p.said(), "identity") for p in problems[:8]])
    facts = {"book": identity}
    try:
        advance(DRAFTS, "save_draft", thing, actor, at, changes=facts, facts=facts)
    except DomainError:
        shutil.rmtree(home / identity)
        raise
    return home / identity


def _open_days(draft: Mapping[str, Any]) -> Iterator[Invalid]:
    """Deadlines of which a person must say what day they mean, or that they mean none."""
    for task in (k for a in draft.get("areas", []) for k in a["tasks"]):
        for told in of_task(task, draft):
            if told.open:
                facts = {"name": task["name"], "words": told.words, "day": told.day or ""}
                yield Invalid(_OPEN_DAYS[told.how], "due", **facts)


def _parents(extends: str) -> list[str]:
    """The books that a book extends, one after the other.

    Raises:
        InvalidForm: One of them does not stand here.
    """
    source, found = book_folder().parent, []
    while extends:
        if not _ID.fullmatch(extends) or not (source / extends / "book.yaml").exists():
            raise InvalidForm([Invalid("draft.no_such_book", "extends", id=extends)])
        found.append(extends)
        head = yaml.safe_load((source / extends / "book.yaml").read_text(encoding="utf-8"))
        extends = str(head.get("extends") or "")
    return found


def _bring(home: Path, parents: Sequence[str]) -> None:
    """A saved book stands beside copies of the books it extends, so that it can be checked and
    moved as one folder.
    """
    source = book_folder().parent
    for parent in parents:
        for path in (source / parent).rglob("*"):
            target = home / parent / path.relative_to(source / parent)
            if path.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())


def discard_draft(thing: PlanDraft, actor: Actor, at: datetime) -> Entry:
    return advance(DRAFTS, "discard_draft", thing, actor, at)
