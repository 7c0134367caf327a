"""Workflow tables and the one way to move a state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from kechuang.engines.base.errors import Invalid, NotAllowed, Stale, WrongState
from kechuang.engines.base.sayings import Said

from . import books, held, ledger
from .actor import Actor, Verdict
from .models import Entry, Stated

Thing = TypeVar("Thing", bound=Stated)
Changes = Mapping[str, Any] | Callable[[Thing], Mapping[str, Any]]


@dataclass(frozen=True)
class Step(Generic[Thing]):
    """One step. Without ``sources`` it creates; without ``target`` the state stays."""

    name: str
    label: str
    sources: frozenset[str]
    target: str
    permission: Callable[[Actor, Thing], Verdict]
    needs_why: bool = False
    page: bool = True  # offered as a button on the record's page
    asks: tuple[str, ...] = ()  # the fields that a person types in this step
    must: tuple[str, ...] = ()  # those of them that are obligatory here though not in the layout
    awaited: bool = True  # whether a record that could take it waits for it

    @property
    def creates(self) -> bool:
        return not self.sources

    @property
    def versioned(self) -> bool:
        """Whether the step writes over what others may have written: it must say which version it
        saw.
        """
        return bool(self.asks) and not self.creates


def step(
    name: str,
    label: str,
    sources: str,
    target: str,
    permission: Callable[[Actor, Any], Verdict],
    *,
    needs_why: bool = False,
    page: bool = True,
    asks: Sequence[str] = (),
    must: Sequence[str] = (),
    awaited: bool = True,
) -> Step[Any]:
    """A row of a workflow table; ``sources`` are words ("draft submitted"), "" creates."""
    from_states = frozenset(sources.split())
    return Step(
        name,
        label,
        from_states,
        target,
        permission,
        needs_why,
        page,
        tuple(asks),
        tuple(must),
        awaited,
    )


@dataclass(frozen=True)
class Workflow(Generic[Thing]):
    """The table of one model: its states with labels, and its steps."""

    name: str
    model: type[Thing]
    states: Mapping[str, str]
    steps: tuple[Step[Thing], ...]

    def __post_init__(self) -> None:
        for row in self.steps:
            unknown = ({row.target} if row.target else set()) | row.sources
            if not unknown <= set(self.states):
                raise ValueError(
                    f"{self.name}.{row.name}: unknown state {unknown - set(self.states)}"
                )
        WORKFLOWS[self.name] = self

    def step(self, name: str) -> Step[Thing]:
        """The step of that name."""
        return next(s for s in self.steps if s.name == name)

    def permit(self, name: str, thing: Thing, actor: Actor) -> None:
        """Refuse at once what ``advance`` would refuse: before a file is stored or another record
        is named.

        Raises:
            NotAllowed
        """
        _permit(self.step(name), actor, thing)

    def open_steps(self, thing: Thing, actor: Actor) -> list[Step[Thing]]:
        """The steps this person may take now: what a page offers as buttons."""
        return [
            s
            for s in self.steps
            if s.page and thing.state in s.sources and s.permission(actor, thing).allowed
        ]

    def ends(self, state: str) -> bool:
        """Whether nothing leads on from a state."""
        return not any(s.target for s in self.steps if state in s.sources)

    def leads_on(self, row: Step[Thing], state: str) -> bool:
        """Whether a step takes a record from this state further on its way: to a later state (they
        are declared in their order) that is no end. Taking back and sending back are not waited for.
        """
        if (
            not (row.page and row.awaited)
            or state not in row.sources
            or not row.target
            or self.ends(row.target)
        ):
            return False
        order = list(self.states)
        return order.index(row.target) > order.index(state)

    def ahead(self, state: str) -> list[str]:
        """The states that a record in this state has yet to go through, as far as the table says."""
        found: list[str] = []
        while row := next((s for s in self.steps if self.leads_on(s, state)), None):
            state = row.target
            found.append(state)
        return found

    def goes_on(self, state: str) -> bool:
        """Whether a record in this state is on its way."""
        return any(self.leads_on(s, state) for s in self.steps)

    def standing(self, state: str) -> str:
        """What a state means to who looks: it waits for somebody, it stands, or it has ended."""
        if self.goes_on(state):
            return "waits"
        return "stands" if any(state in s.sources for s in self.steps) else "ended"

    def steps_of_others(self, thing: Thing, actor: Actor) -> list[tuple[Step[Thing], Said]]:
        """The steps that start from here but are not this person's, each with the reason."""
        verdicts = (
            (s, s.permission(actor, thing))
            for s in self.steps
            if s.page and thing.state in s.sources
        )
        return [(s, v.why) for s, v in verdicts if not v.allowed]


WORKFLOWS: dict[str, "Workflow[Any]"] = {}


def begin(
    workflow: Workflow[Thing],
    name: str,
    thing: Thing,
    actor: Actor,
    at: datetime,
    *,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
    key: str = "",
) -> Entry:
    """Create ``thing`` by a creating step: lock → permission → write → ledger, one transaction."""
    row = workflow.step(name)
    with ledger.writing():
        if done := ledger.done(key):
            return done
        _awake()
        _permit(row, actor, thing)
        thing.state, thing.changed_at, thing.born = row.target, at, True
        thing.save(force_insert=True)
        return _tell(workflow, row, thing, actor, at, "", why, facts, key)


def advance(
    workflow: Workflow[Thing],
    name: str,
    thing: Thing,
    actor: Actor,
    at: datetime,
    *,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
    changes: Changes[Thing] | None = None,
    key: str = "",
    version: int | None = None,
) -> Entry:
    """Take a step: lock → permission → state → version → write → ledger, one transaction.

    Args:
        changes: Fields written together with the state, or what makes them of the locked row once
            the step is
            known to be allowed; only what differs from the locked row is written.
        key: Makes a repeat harmless: the same key answers with the first entry.
        version: The version the person saw; another one is Stale. Obligatory where the step asks
            for fields.

    Raises:
        NotAllowed, WrongState, Stale, Invalid (a reason is missing).
    """
    row = workflow.step(name)
    if row.versioned and version is None:
        raise TypeError(f"{workflow.name}.{name} writes fields: say which version was seen")
    with ledger.writing():
        if done := ledger.done(key):
            return done
        _awake()
        manager = workflow.model._default_manager
        locked = manager.select_for_update(of=("self",)).get(pk=thing.pk)
        _permit(row, actor, locked)
        check_source(workflow, row, locked)
        if version is not None and version != locked.version:
            raise Stale("record.stale", version=locked.version)
        if row.needs_why and not why.strip():
            raise Invalid("step.why_missing", "why")
        old = locked.state
        if callable(changes):
            differing = dict(changes(locked))
        else:
            differing = {n: v for n, v in (changes or {}).items() if getattr(locked, n) != v}
        fields = {
            **differing,
            "state": row.target or old,
            "version": locked.version + 1,
            "changed_at": at,
        }
        manager.filter(pk=thing.pk).update(**fields)
        thing.refresh_from_db()
        now = held.of(thing)
        return _tell(workflow, row, thing, actor, at, old, why, facts, key, now)


def check_source(workflow: Workflow[Thing], row: Step[Thing], thing: Thing) -> None:
    """Refuse a step from a state in which it does not start.

    Raises:
        WrongState
    """
    if thing.state not in row.sources:
        now_at = workflow.states.get(thing.state, thing.state)
        raise WrongState("step.wrong_state", state=now_at, step=row.label)


def _awake() -> None:
    """A house whose law cannot be read shows everything and writes nothing."""
    if books.trouble():
        raise WrongState("law.unreadable")


def _permit(row: Step[Thing], actor: Actor, thing: Thing) -> None:
    verdict = row.permission(actor, thing)
    if not verdict:
        raise NotAllowed(verdict.why)


def _tell(
    workflow: Workflow[Thing],
    row: Step[Thing],
    thing: Thing,
    actor: Actor,
    at: datetime,
    old: str,
    why: str,
    facts: Mapping[str, Any] | None,
    key: str,
    now: str | None = None,
) -> Entry:
    line = ledger.Line(
        f"{workflow.name}.{row.name}",
        workflow.name,
        thing.pk,
        label_of(thing),
        old,
        thing.state,
        why,
        facts or {},
        key or None,
        now,
    )
    return ledger.record_many([line], actor, at)[0]


def label_of(thing: Stated) -> str:
    """How a record is called in ledger, letters and history."""
    label: str = getattr(thing, "label", str(thing))
    return label
