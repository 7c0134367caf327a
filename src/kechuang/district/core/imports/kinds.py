"""What a room tells the import mechanism about one kind of sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.models import Stated
from kechuang.engines.base.errors import DomainError, Invalid
from kechuang.engines.base.sayings import Said

Values = Mapping[str, Any]


class StagedRow(NamedTuple):
    """A row of a checked sheet on its way into the records, and out again: see `ImportRow`."""

    id: int
    line: int
    plan: str
    subject_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    values: Values = MappingProxyType({})  # an undoing does not ask what the cells meant


@dataclass(slots=True)
class RowPlan:
    """What would become of a row: create, update or same; problems forbid it, notes are for the
    eye.
    """

    plan: str
    problems: list[Invalid] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    subject_id: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    version: int = 0  # of the record as the preview saw it
    doubts: list[tuple[str, str, str]] = field(default_factory=list)  # other id, its label, why
    asked: list[str] = field(default_factory=list)  # codes of what confirming the sheet answers
    identity: tuple[Any, ...] = ()  # another row of the sheet with the same one is the same record
    identity_at: str = ""  # the column at which that is said


def version_in(model: type[Stated], subject_id: str) -> int:
    """The version of a record now; 0 when it is gone."""
    versions = model._default_manager.filter(pk=subject_id).values_list("version", flat=True)
    return versions.first() or 0


class Applied(NamedTuple):
    """What an applied row became; ``after`` is what an undo compares with."""

    subject_id: str
    label: str
    after: Values = MappingProxyType({})


class ImportKind(Protocol):
    """One kind of sheet.

    ``kind`` is the layout's name in the book. Rows come by parts, some hundreds at once.
    """

    kind: str
    subject_kind: str
    whole: Said | None  # why a sheet of this kind goes in whole or not at all

    def permission(self, actor: Actor) -> Verdict: ...

    def check(self, actor: Actor, rows: Sequence[Values], options: Values) -> list[RowPlan]:
        """The same checks as the form, for every row."""

    def apply(
        self, actor: Actor, rows: Sequence[StagedRow], options: Values, at: datetime
    ) -> list[Applied]:
        """Write the rows, inside ``ledger.writing()``.

        What was checked may have changed since: look again.

        Raises:
            DomainError: Nothing of these rows may be written.
        """

    def undo(self, actor: Actor, rows: Sequence[StagedRow], at: datetime) -> list[tuple[str, str]]:
        """A (fate, why) a row: reversed, kept (a person has since touched it) or failed."""


class EachRow:
    """A kind whose rows are handled one by one: what many rows need is asked once, by `prepare`."""

    kind: str
    subject_kind: str
    whole: Said | None = None
    model: type[Stated]

    def prepare(self, actor: Actor, values: Sequence[Values], options: Values) -> Any:
        raise NotImplementedError

    def check_row(self, actor: Actor, values: Values, context: Any, options: Values) -> RowPlan:
        raise NotImplementedError

    def apply_row(self, actor: Actor, row: StagedRow, options: Values, at: datetime) -> Applied:
        raise NotImplementedError

    def undo_row(self, actor: Actor, row: StagedRow, at: datetime) -> tuple[str, str]:
        raise NotImplementedError

    def check(self, actor: Actor, rows: Sequence[Values], options: Values) -> list[RowPlan]:
        """Each row by itself; a row that is refused is a faulty row."""
        context = self.prepare(actor, rows, options)
        found = []
        for values in rows:
            try:
                found.append(self.check_row(actor, values, context, options))
            except DomainError as e:
                found.append(RowPlan("wrong", [as_invalid(e)]))
        return found

    def apply(
        self, actor: Actor, rows: Sequence[StagedRow], options: Values, at: datetime
    ) -> list[Applied]:
        """Each row by itself, after making sure that nobody changed its record since the preview."""
        made = []
        for row in rows:
            seen = row.before.get("version")
            if row.subject_id and seen and version_in(self.model, row.subject_id) != seen:
                raise Invalid("import.row_stale", line=row.line)
            try:
                made.append(self.apply_row(actor, row, options, at))
            except DomainError as e:
                raise at_line(e, row.line) from e
        return made

    def undo(self, actor: Actor, rows: Sequence[StagedRow], at: datetime) -> list[tuple[str, str]]:
        """Each row by itself."""
        found = []
        for row in rows:
            try:
                found.append(self.undo_row(actor, row, at))
            except DomainError as e:
                found.append(("failed", e.words.as_text()))
        return found


def as_invalid(error: DomainError) -> Invalid:
    """A refusal as what is wrong with a row."""
    return error if isinstance(error, Invalid) else Invalid(error.words)


def at_line(error: DomainError, line: int) -> Invalid:
    """A refusal with the line of the sheet it came from."""
    return Invalid("import.row", getattr(error, "field", ""), line=line, error=error.words)


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    """Make a kind of sheet known."""
    KINDS[kind.kind] = kind
