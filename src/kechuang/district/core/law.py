"""Putting a version of the books in force: a person's choice, written in the ledger, the same for
every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path

from kechuang.engines.base.errors import Invalid, Stale, WrongState
from kechuang.engines.text import without_controls

from . import books, ledger
from .actor import Actor
from .models import LawInForce, LawVersion

OURS, THEIRS = "ours", "theirs"


def keep(
    texts: Mapping[str, str],
    how: str,
    actor: Actor,
    at: datetime,
    made_from: LawVersion | None = None,
) -> LawVersion:
    """Keep the text of a version; the same text is the same version."""
    with ledger.writing():
        made, new = LawVersion.objects.get_or_create(
            digest=books.digest_of(texts),
            defaults={
                "how": how,
                "files": dict(texts),
                "made_at": at,
                "made_by": actor.label,
                "made_from": made_from,
            },
        )
        if made_from is not None and made_from.pk not in (made.made_from_id, made.pk):
            made.made_from = made_from  # the same text, but laid on newer shipped books
            made.save(update_fields=["made_from"])
        elif not new:
            return made
        ledger.record(
            "core.lawtext.keep",
            subject_kind="core.lawtext",
            subject_id=made.pk,
            label=str(made),
            actor=actor,
            at=at,
            facts={"digest": made.digest},
        )
    return made


def keep_shipped(actor: Actor, at: datetime) -> LawVersion:
    """Keep the books as they came with the software: what a change made here grows from."""
    return keep(books.texts_of(books.shipped_folder()), "shipped", actor, at)


def keep_changed(folder: Path, actor: Actor, at: datetime) -> LawVersion:
    """Keep a checked copy of the books with a change in it."""
    now = books.version_in_force()
    root = (now.made_from or now) if now else keep_shipped(actor, at)
    return keep(books.texts_of(folder), "changed", actor, at, root)


def digest_in_force() -> str:
    """Which version holds; "" for the book that came with the software."""
    version = books.version_in_force()
    return version.digest if version else ""


def enact(
    version: LawVersion | None, actor: Actor, at: datetime, why: str, seen: str | None = None
) -> None:
    """Put a version in force; None is the book that came with the software.

    Args:
        seen: The digest that was in force when this person chose.

    Raises:
        Stale: Another version was put in force since.
    """
    why = without_controls(why).strip()
    if not why:
        raise Invalid("step.why_missing", "why")
    with ledger.writing():
        was = books.version_in_force()
        if seen is not None and seen != (was.digest if was else ""):
            raise Stale("law.moved_meanwhile")
        LawInForce.objects.all().delete()
        LawInForce.objects.create(version=version, since=at, by=actor.label, why=why)
        facts = {"was": was.digest if was else "", "digest": version.digest if version else ""}
        ledger.record(
            "core.law.enact",
            subject_kind="core.law",
            subject_id=version.pk if version else 0,
            label=str(version or "shipped"),
            actor=actor,
            at=at,
            why=why,
            facts=facts,
        )
    books.forget()


def shipped_has_changed() -> bool:
    """Whether the books that came with the software are others than when the version in force
    grew from them.
    """
    now = books.version_in_force()
    if now is None or now.made_from is None:
        return False
    return now.made_from.digest != books.digest_of(books.texts_of(books.shipped_folder()))


@dataclass(frozen=True)
class Piece:
    """Lines of a merged file.

    Where both sides changed the same lines, ``ours`` and ``theirs`` differ: a person chooses.
    """

    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    before: tuple[str, ...] = ()

    @property
    def conflict(self) -> bool:
        return self.ours != self.theirs

    @property
    def ours_text(self) -> str:
        return "\n".join(self.ours)

    @property
    def theirs_text(self) -> str:
        return "\n".join(self.theirs)


@dataclass(frozen=True)
class Merged:
    """A file that was changed here, beside the same file of the new shipped books."""

    path: str
    pieces: tuple[Piece, ...]
    shipped_changed: bool

    @property
    def conflicts(self) -> list[Piece]:
        return [p for p in self.pieces if p.conflict]

    def text(self, choices: Sequence[str]) -> str:
        """The merged file: what only one side changed, and at each conflict what was chosen."""
        lines: list[str] = []
        left = list(choices)
        for piece in self.pieces:
            side = left.pop(0) if piece.conflict else OURS
            lines += piece.theirs if side == THEIRS else piece.ours
        return "\n".join(lines)


def merge() -> list[Merged]:
    """The version in force laid on the new shipped books, file by file that was changed here."""
    now = books.version_in_force()
    if now is None or now.made_from is None:
        return []
    base, theirs = now.made_from.files, books.texts_of(books.shipped_folder())
    return [
        Merged(
            path,
            tuple(merge_lines(base.get(path, ""), text, theirs.get(path, ""))),
            theirs.get(path) != base.get(path),
        )
        for path, text in sorted(now.files.items())
        if text != base.get(path, "")
    ]


def take_shipped_update(
    choices: Mapping[str, Sequence[str]],
    actor: Actor,
    at: datetime,
    why: str,
    seen: str | None = None,
) -> LawVersion:
    """Put the new shipped books in force with what was changed here laid on them, as a person
    chose at each conflict. What is merged is the version that was seen, and no other is replaced.

    Raises:
        Invalid: A conflict without a choice. InvalidForm: What the check of the merged books found.
        Stale: Another version was put in force since.
    """
    seen = digest_in_force() if seen is None else seen
    if not shipped_has_changed():
        raise WrongState("law.nothing_new")
    changed: dict[str, str] = {}
    for merged in merge():
        chosen = list(choices.get(merged.path, ()))
        if len(chosen) != len(merged.conflicts) or not set(chosen) <= {OURS, THEIRS}:
            raise Invalid("law.choose", merged.path, path=merged.path)
        changed[merged.path] = merged.text(chosen)
    texts = {**books.texts_of(books.shipped_folder()), **changed}
    with books.tried_book(texts), ledger.writing():  # refused, nothing of it is kept
        made = keep(texts, "merged", actor, at, keep_shipped(actor, at))
        enact(made, actor, at, why, seen)
    return made


def merge_lines(base: str, ours: str, theirs: str) -> list[Piece]:
    """Three texts laid beside one another, by lines."""
    old, left, right = (t.split("\n") for t in (base, ours, theirs))
    anchors = _anchors(old, left, right)
    pieces: list[Piece] = []
    a = b = c = 0
    for i, j, k, size in anchors:
        pieces += _piece(old[a:i], left[b:j], right[c:k])
        if size:
            same = tuple(old[i : i + size])
            pieces.append(Piece(same, same, same))
        a, b, c = i + size, j + size, k + size
    return pieces


def _anchors(old: list[str], left: list[str], right: list[str]) -> list[tuple[int, int, int, int]]:
    """Runs of lines that all three have, in order, and the end."""
    found = []
    lefts = SequenceMatcher(None, old, left, autojunk=False).get_matching_blocks()
    rights = SequenceMatcher(None, old, right, autojunk=False).get_matching_blocks()
    for l_at, l_to, l_size in lefts:
        for r_at, r_to, r_size in rights:
            start, end = max(l_at, r_at), min(l_at + l_size, r_at + r_size)
            if start < end:
                found.append((start, l_to + start - l_at, r_to + start - r_at, end - start))
    found.sort()
    return [*found, (len(old), len(left), len(right), 0)]


def _piece(old: list[str], left: list[str], right: list[str]) -> list[Piece]:
    if not (old or left or right):
        return []
    if right in (left, old):
        return [Piece(tuple(left), tuple(left), tuple(old))]
    if left == old:
        return [Piece(tuple(right), tuple(right), tuple(old))]
    return [Piece(tuple(left), tuple(right), tuple(old))]
