"""What a room tells the import mechanism about one kind of sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.models import ImportRow, Stated
from kechuang.engines.base.errors import Invalid


@dataclass
class RowPlan:
    """What would become of a row: create, update or same; problems forbid it, notes are for the eye."""

    plan: str
    problems: list[Invalid] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    subject_id: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    version: int = 0  # of the record as the preview saw it
    doubts: list[tuple[str, str, str]] = field(default_factory=list)  # other id, its label, why


def version_in(model: type[Stated], subject_id: str) -> int:
    """The version of a record now; 0 when it is gone."""
    versions = model._default_manager.filter(pk=subject_id).values_list("version", flat=True)
    return versions.first() or 0


@dataclass(frozen=True)
class Applied:
    """What an applied row became; ``after`` is what an undo compares with."""

    subject_id: str
    label: str
    after: Mapping[str, Any] = field(default_factory=dict)


class ImportKind(Protocol):
    """One kind of sheet. ``kind`` is the layout's name in the book."""

    kind: str
    subject_kind: str

    def permission(self, actor: Actor) -> Verdict: ...

    def prepare(
        self, actor: Actor, values: list[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> Any:
        """What checks of many rows need, asked once."""

    def check(
        self, actor: Actor, values: Mapping[str, Any], context: Any, options: Mapping[str, Any]
    ) -> RowPlan:
        """The same checks as the form."""

    def version_of(self, subject_id: str) -> int:
        """The version of a record now; 0 when it is gone."""

    def apply(
        self, actor: Actor, row: ImportRow, options: Mapping[str, Any], at: datetime
    ) -> Applied: ...

    def undo(self, actor: Actor, row: ImportRow, at: datetime) -> tuple[str, str]:
        """(fate, why): reversed, kept (a person has since touched it) or failed."""


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    """Make a kind of sheet known."""
    KINDS[kind.kind] = kind
