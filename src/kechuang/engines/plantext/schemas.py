"""What a document says of its plan, each thing with the span of text it came from.

Offsets count characters.
"""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

Span = tuple[int, int]


@dataclass(frozen=True)
class Noise:
    """A piece of the page that is not of the document.

    ``kind``: navigation, foreign, unreadable.
    """

    text: str
    span: Span
    kind: str


@dataclass(frozen=True)
class Document:
    """A document that the text is, or names."""

    title: str
    number: str = ""
    issued_on: str = ""
    span: Span = (0, 0)


@dataclass(frozen=True)
class DraftTarget:
    """A target as printed. ``figure`` is in ``unit`` as printed (4万件: "4", "万件")."""

    name: str
    span: Span
    confidence: float
    figure: str = ""
    unit: str = ""
    bound: str = ""
    by: str = ""
    printed: str = ""
    marks: tuple[tuple[str, str], ...] = ()  # (by, figure) of earlier years
    name_at: Span | None = None  # where the name itself stands
    begins: str = ""  # the figure that it starts from (由300亿元增长到500亿元)


@dataclass(frozen=True)
class DraftGroup:
    """A group of targets; ``name`` "" where the text gives none."""

    name: str
    targets: tuple[DraftTarget, ...]
    span: Span = (0, 0)


@dataclass(frozen=True)
class DraftTask:
    """A task; ``details`` are the text's own sentences about it, ``bodies`` who is named as
    responsible.
    """

    name: str
    span: Span
    confidence: float
    details: tuple[str, ...] = ()
    lead: str = ""
    cooperating: tuple[str, ...] = ()
    name_at: Span | None = None
    due: str = ""  # by when, as printed: 6月底


@dataclass(frozen=True)
class DraftArea:
    """A chapter of tasks."""

    name: str
    tasks: tuple[DraftTask, ...]
    span: Span = (0, 0)


@dataclass(frozen=True)
class NamedBody:
    """A university, platform, fund, place … that the text names."""

    name: str
    kind: str
    span: Span


@dataclass(frozen=True)
class Problem:
    """Something a person must look at. ``kind``: no_plan, count, twice, unreadable, unclear."""

    kind: str
    words: str
    span: Span | None = None


@dataclass(frozen=True)
class Draft:
    """A draft plan, and what it is unsure of."""

    title: str = ""
    documents: tuple[Document, ...] = ()
    issuer: str = ""
    issued_on: str = ""
    period: tuple[str, str] | None = None
    groups: tuple[DraftGroup, ...] = ()
    areas: tuple[DraftArea, ...] = ()
    safeguards: tuple[str, ...] = ()
    bodies: tuple[NamedBody, ...] = ()
    noise: tuple[Noise, ...] = ()
    problems: tuple[Problem, ...] = ()
    stated: dict[str, Any] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[DraftTarget, ...]:
        """All targets in order."""
        return tuple(t for g in self.groups for t in g.targets)

    @property
    def tasks(self) -> tuple[DraftTask, ...]:
        """All tasks in order."""
        return tuple(t for a in self.areas for t in a.tasks)


def moved(draft: Draft, at: list[int]) -> Draft:
    """The draft with every span led back to the text that it was put together from: ``at[i]`` is
    where character i stood.
    """

    def back(thing: Any) -> Any:
        if isinstance(thing, tuple):
            return tuple(back(x) for x in thing)
        if not is_dataclass(thing) or isinstance(thing, type):
            return thing
        changes = {
            f.name: _led_back(value, at) if f.name in ("span", "name_at") else back(value)
            for f in fields(thing)
            if (value := getattr(thing, f.name)) is not None
        }
        return replace(thing, **changes)

    found: Draft = back(draft)
    return found


def _led_back(span: Span, at: list[int]) -> Span:
    start, end = (min(max(n, 0), len(at) - 1) for n in (span[0], span[1] - 1))
    return (at[start], at[end] + 1) if span[1] > span[0] else (at[start], at[start])


def as_json(draft: Draft) -> dict[str, Any]:
    """The draft in the shape that ``kechuang plan read`` prints; what is not known is left out."""
    return {
        "title": draft.title,
        "documents": [_without(d.__dict__, "span") for d in draft.documents],
        **_without({"issuer": draft.issuer, "issued_on": draft.issued_on}),
        **({"period": list(draft.period)} if draft.period else {}),
        "groups": [
            {"name": g.name, "targets": [_spanned(t) for t in g.targets]} for g in draft.groups
        ],
        "areas": [{"name": a.name, "tasks": [_task(t) for t in a.tasks]} for a in draft.areas],
        "safeguards": list(draft.safeguards),
        "bodies": [{"name": b.name, "kind": b.kind, "span": list(b.span)} for b in draft.bodies],
        "noise": [{"text": n.text, "span": list(n.span), "kind": n.kind} for n in draft.noise],
        "stated": draft.stated,
        "problems": [
            {"kind": p.kind, "text": p.words, **({"span": list(p.span)} if p.span else {})}
            for p in draft.problems
        ],
    }


def _without(facts: dict[str, Any], *names: str) -> dict[str, Any]:
    return {k: v for k, v in facts.items() if v not in ("", None, ()) and k not in names}


def _spanned(target: DraftTarget) -> dict[str, Any]:
    facts = {**_without(target.__dict__, "name_at", "marks"), "span": list(target.span)}
    if target.marks:
        facts["marks"] = [list(m) for m in target.marks]
    return facts


def _task(task: DraftTask) -> dict[str, Any]:
    facts = _without(task.__dict__, "name_at")
    return {
        **facts,
        "details": list(task.details),
        "span": list(task.span),
        **({"cooperating": list(task.cooperating)} if task.cooperating else {}),
    }
