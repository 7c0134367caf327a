"""The declaration of a record: what it holds, the states it goes through, who may do what, what
its sheet looks like.

A room writes one ``Register`` a record, in its ``registers.py``. What people do not do with every
record is an effect
or a page of its own, never a flag here: an option is added when three registers need it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from kechuang.book.sheets import Column, Layout
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry, Stated
from kechuang.district.core.workflow import Step, Workflow
from kechuang.engines.base.errors import Invalid
from kechuang.engines.search import Face

Thing = TypeVar("Thing", bound=Stated)
Values = Mapping[str, Any]
Check = Callable[["Register[Any]", Any, date], Iterable[Invalid]]
Question = Callable[["Register[Any]", Any, date, Sequence[Any]], Iterable[Invalid]]


@dataclass(frozen=True)
class Done:
    """A step that was just taken: by whom, when, and what the fields held before (by attribute)."""

    thing: Any
    was: Mapping[str, Any]
    entry: Entry
    actor: Actor
    at: datetime


Effect = Callable[[Done], None]
Stamp = Callable[[Any, Actor, datetime], Mapping[str, Any]]
Doubts = dict[int, list[tuple[str, str, str]]]  # place in the part of a sheet → (id, label, why)
ALL = ("*",)  # a step that asks for every field of the layout


@dataclass(frozen=True)
class Refers:
    """A field that names another record by what people write: a credit code.

    Args:
        found: Written → record, for many at once.
        written: Record → written.
        keep: Registers one that is not known yet, from its code and name; without it an unknown
            one is refused.
        named_by: The column of a sheet that names the unknown one.
    """

    found: Callable[[Collection[str]], Mapping[str, Any]]
    written: Callable[[Any], str]
    keep: Callable[[str, str, Actor, datetime], Any] | None = None
    blank: Callable[[str, str], Any] | None = None  # stands in for the unknown one in a preview
    named_by: str = ""
    order: str = ""  # the field of the other record by which a list is sorted
    title: str = ""  # what people call it where its name is shown, not its code


@dataclass(frozen=True)
class SheetRules:
    """How the rows of a sheet become records.

    Args:
        permission: Who may bring a sheet.
        create: The step for a row that is not known yet, from its values and the import's options.
        update: The step for a known record; "" when it may not be changed any more.
        undo: The step that takes back a record that a sheet brought.
        freed: Fields that an undo empties so that the same sheet may come again.
        gone: States in which a record is as if it were not there.
        twin: Fields by which a record without its key is known again.
        remarks: What a person should know of a row before saying yes, from the record as the row
            says it, its values and the record that is known, if one is.
        doubts: Other records that may be the same, as (id, label, why); a person decides after
            the import.
    """

    permission: Callable[[Actor, Any], Verdict]
    create: Callable[[Values, Values], str]
    update: Callable[[Any, Actor], str]
    undo: str
    freed: Callable[[Any], Values] = lambda thing: {}
    gone: tuple[str, ...] = ()
    twin: tuple[str, ...] = ()
    remarks: Callable[[Any, Values, Any], Iterable[str]] = lambda thing, values, known: ()
    doubts: Callable[["Register[Any]", Sequence[Any], Actor], Doubts] | None = None
    defaults: Callable[[Values, Values, Actor], Values] = lambda values, options, actor: values


@dataclass(frozen=True)
class Listed:
    """What a list of the records shows."""

    columns: tuple[str, ...]
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ("search",)  # fields of text
    hint: str = ""
    order: str = ""
    minor: tuple[str, ...] = ()  # left out on a narrow screen
    find: Callable[[QuerySet, str, Actor], QuerySet] | None = (
        None  # where searching depends on who asks
    )


@dataclass(frozen=True)
class Register(Generic[Thing]):
    """The declaration of a record.

    Args:
        name: "room.record", the kind of its entries in the ledger.
        layout: The book's layout of its sheet; its columns are the fields of form, list, page and
            API.
        key: Fields by which a row of a sheet is known again.
        visible: What exists for a person; in the list ⇔ may open.
        checks: What is wrong with a record as it would be, on a day: the same for form, sheet and
            API.
        questions: What a person is asked about a record before it is written, and may say to be
            sure of; a sheet's preview says it beside the row.
        files: Fields that hold the digest of a private file, beside ``<field>_name``, and what
            each is called; whoever reads the history may fetch them.
        derive: Sets what follows from the fields (a text to search, an area).
        born: Stamps a new record (who recorded it).
        number: Gives new records their own number; they have their primary keys already.
        stamps: Step → fields that it writes and nobody types (who checked, the day of publication).
        effects: Step → what else happens, in the same transaction; it is told what the fields
            held before.
        unique: Fields, or sets of them, that no two records have alike.
        share: The field that says how much of a sum a record is.
        slug: Its place in addresses: /<slug>/.
        blank: A new record as this person would begin it: what permissions to create are asked of.
        hides: Fields of a record that are not a person's to know.
        may_hide: Fields that `hides` may name: no list is put in their order.
        inside: Who sees the history of a record; nobody but whom the register names.
        faces: What search finds of a record, and who: beside `visible`, in the same words.
        then: Step → the step that its form offers to take along ("save and submit").
        half_done: States in which only what is ``always`` wanted is required.
        menu: Roles in whose menu the list stands; ``public``: visitors may look.
    """

    name: str
    model: type[Thing]
    title: str
    layout: str
    slug: str
    states: Mapping[str, str]
    steps: tuple[Step[Any], ...]
    visible: Callable[[Actor], QuerySet[Thing]]
    listed: Listed
    key: tuple[str, ...] = ()
    refers: Mapping[str, Refers] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    questions: tuple[Question, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    derive: Callable[[Any], None] = lambda thing: None
    born: Callable[[Any, Actor, datetime], None] = lambda thing, actor, at: None
    number: Callable[[Sequence[Any]], None] = lambda things: None
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    unique: tuple[str | tuple[str, ...], ...] = ()
    facts: tuple[str, ...] = ()  # fields that every entry of the ledger carries
    sheet: SheetRules | None = None
    blank: Callable[[Actor], Any] | None = None
    hides: Callable[[Actor, Any], frozenset[str]] = lambda actor, thing: frozenset()
    may_hide: frozenset[str] = frozenset()
    inside: Callable[[Actor, Any], bool] = lambda actor, thing: False
    then: Mapping[str, str] = field(default_factory=dict)
    half_done: frozenset[str] = frozenset()
    always: tuple[str, ...] = ()
    faces: Callable[[Any], Sequence[Face]] | None = None
    own_layout: Layout | None = None  # where the book in force has none
    share: str = ""
    public: bool = False
    menu: tuple[str, ...] = ()
    flow: Workflow[Any] = field(init=False)

    def __post_init__(self) -> None:
        flow = Workflow(self.name, self.model, self.states, self.steps)
        object.__setattr__(self, "flow", flow)
        REGISTERS[self.name] = self
        for tell in _LISTENERS:
            tell(self)

    @property
    def book_layout(self) -> Layout:
        """The layout in the book in force."""
        held = current_book().layouts.get(self.layout) or self.own_layout
        if held is None:
            raise KeyError(self.layout)
        return held

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the layout that are fields of the record."""
        layout = self.book_layout
        known = _COLUMNS.get(self.name)
        if known is None or known[0] is not layout:
            known = _COLUMNS[self.name] = (layout, self.columns_in(layout))
        return known[1]

    def columns_in(self, layout: Layout) -> tuple[Column, ...]:
        """The columns of a layout that are fields of the record."""
        held = fields_of(self.model)
        return tuple(c for c in layout.columns if c.field in held)

    def blank_for(self, actor: Actor) -> Any:
        """A new record as this person would begin it."""
        return self.blank(actor) if self.blank else self.model()

    def heading(self, name: str) -> str:
        """What a field is called in the layout."""
        return next((c.heading for c in self.book_layout.columns if c.field == name), name)

    def attname(self, name: str) -> str:
        """The attribute under which a field keeps its value (the key of what it refers to)."""
        return _attnames(self.model)[name]

    def path(self, name: str) -> str:
        """Where the database finds a field: its column, or its place among the facts of a
        declared record.
        """
        if name in getattr(self.model, "extra_fields", {}):
            return f"facts__{name}"
        return self.attname(name)

    def asked(self, step: Step[Any]) -> tuple[Column, ...]:
        """The columns that a step asks for."""
        if step.asks == ALL:
            return self.columns
        return tuple(c for c in self.columns if c.field in step.asks)

    def files_asked(self, step: Step[Any]) -> tuple[str, ...]:
        """The fields of files that a step asks for."""
        return tuple(f for f in self.files if step.asks == ALL or f in step.asks)


_COLUMNS: dict[str, tuple[Layout, tuple[Column, ...]]] = {}
REGISTERS: dict[str, "Register[Any]"] = {}
_LISTENERS: list[Callable[["Register[Any]"], None]] = []


def on_declared(tell: Callable[["Register[Any]"], None]) -> None:
    """Be told of every register, of those declared already too."""
    _LISTENERS.append(tell)
    for register in REGISTERS.values():
        tell(register)


def register_at(slug: str) -> "Register[Any] | None":
    """The register at an address."""
    return next((r for r in REGISTERS.values() if r.slug == slug), None)


_FIELDS: dict[type[Stated], dict[str, Any]] = {}


@lru_cache(maxsize=256)
def _attnames(model: type[Stated]) -> dict[str, str]:
    return {name: str(held.attname) for name, held in fields_of(model).items()}


def fields_of(model: type[Stated]) -> dict[str, Any]:
    """The fields of a model that are columns, by name."""
    if model not in _FIELDS:
        held = {f.name: f for f in model._meta.concrete_fields}
        _FIELDS[model] = {**held, **getattr(model, "extra_fields", {})}
    return _FIELDS[model]
