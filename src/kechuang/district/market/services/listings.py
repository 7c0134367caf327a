"""Achievements and demands: one function per step, for both."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from kechuang.district.accounts.queries import members_of
from kechuang.district.accounts.services import write_letter
from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import Workflow, advance, begin
from kechuang.district.market.models import Achievement, Demand, Listing
from kechuang.district.market.permissions import can_amend, can_write
from kechuang.district.market.queries import offer_of, want_of
from kechuang.district.market.workflow import ACHIEVEMENTS, DEMANDS
from kechuang.engines.base.errors import Invalid, InvalidForm
from kechuang.engines.matching.sense import digest
from kechuang.engines.text import comparable, normalise

L = TypeVar("L", bound=Listing)
COMMON = ("title", "keywords", "field", "trl", "modes", "owner")
FIELDS: dict[type[Listing], tuple[str, ...]] = {
    Achievement: (*COMMON, "summary", "price_fen", "people", "patents"),
    Demand: (*COMMON, "problem", "wanted", "tried", "budget_fen", "due_on", "confidentiality"),
}
REQUIRED = {
    Achievement: {"title": "成果名称", "summary": "成果简介"},
    Demand: {"title": "需求名称", "problem": "要解决的问题", "owner": "企业"},
}


def workflow_of(thing: Listing) -> Workflow[Any]:
    """The table of this kind of listing."""
    return ACHIEVEMENTS if isinstance(thing, Achievement) else DEMANDS


def fill(thing: Listing, values: Mapping[str, Any]) -> dict[str, Any]:
    """Put values on a listing and derive what is derived from them; returns all fields to write."""
    for name in FIELDS[type(thing)]:
        if name in values:
            value = values[name]
            setattr(thing, name, normalise(value) if isinstance(value, str) else value)
    if isinstance(thing, Demand):
        due: date | str | None = thing.due_on
        thing.due_on = date.fromisoformat(due) if isinstance(due, str) and due else (due or None)
    thing.modes = sorted(thing.modes or [])
    thing.area = area_name(thing.field)
    parts = [
        thing.title,
        thing.whole_text,
        *thing.keywords,
        thing.field,
        thing.area,
        thing.reference or "",
    ]
    if isinstance(thing, Achievement):
        parts += [*thing.people, *thing.patents, thing.owner.name if thing.owner else ""]
    thing.search = comparable(" ".join(parts))
    thing.digest = digest(party_text(thing))
    return {n: getattr(thing, n) for n in (*FIELDS[type(thing)], "area", "search", "digest")}


def area_name(field: str) -> str:
    """The book's high-tech area of a field, empty when it has none."""
    book = current_book()
    names = {name for name, _ in book.areas.values()}
    area = book.area_of(field)
    return area if area in names else ""


def party_text(thing: Listing) -> str:
    """The text that is embedded."""
    if isinstance(thing, Achievement):
        return offer_of(thing).whole
    assert isinstance(thing, Demand)
    return want_of(thing).whole


def check_values(thing: Listing) -> list[Invalid]:
    """What is wrong with a listing that shall be submitted: the same checks for form and sheet."""
    errors = [
        Invalid("field.missing", name, label=label)
        for name, label in REQUIRED[type(thing)].items()
        if not getattr(thing, name, None)
    ]
    if isinstance(thing, Demand) and thing.confidentiality == "nameless" and thing.owner:
        text = comparable(f"{thing.title} {thing.whole_text} {' '.join(thing.keywords)}").replace(
            " ", ""
        )
        for name in (thing.owner.name, *thing.owner.former_names):
            core = comparable(name).replace("（样例）", "").replace("(样例)", "")
            short = core.removesuffix("有限公司").removesuffix("股份").removesuffix("有限责任公司")
            if core in text or (len(short) >= 4 and short in text):
                errors.append(Invalid("demand.name_in_text", "problem"))
                break
    return errors


def _refuse(errors: list[Invalid]) -> None:
    if errors:
        raise InvalidForm(errors)


def draft(thing: L, values: Mapping[str, Any], actor: Actor, at: datetime) -> L:
    """A new record, saved half-done if need be."""
    thing.created_by, thing.created_at, thing.written_by = actor.id, at, [actor.id]
    fill(thing, values)
    if not thing.title:
        raise InvalidForm([Invalid("listing.title_missing", "title")])
    begin(workflow_of(thing), "draft", thing, actor, at)
    return thing


def revise(
    thing: Listing,
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> Entry:
    """Change what is not published yet."""
    changes = fill(thing, values)
    if thing.state != "draft":
        _refuse(check_values(thing))
    _may_own(thing, actor)
    changes["written_by"] = sorted({*thing.written_by, actor.id})
    return advance(workflow_of(thing), "revise", thing, actor, at, changes=changes, version=version)


def rework(
    thing: Listing,
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> Entry:
    """Change what was checked or published: it goes back to be checked, so that nobody publishes what nobody read."""
    changes, fields = _corrected(thing, values, actor)
    changes |= {"submitted_by": actor.id, "checked_by": None, "written_by": [actor.id]}
    facts = {"fields": fields}
    flow = workflow_of(thing)
    return advance(flow, "rework", thing, actor, at, changes=changes, facts=facts, version=version)


def _corrected(
    thing: Listing, values: Mapping[str, Any], actor: Actor
) -> tuple[dict[str, Any], list[str]]:
    """What is to be written of a record that others may have read already, and the names of what differs."""
    was = {n: getattr(thing, n) for n in FIELDS[type(thing)]}
    changes = fill(thing, values)
    _refuse(check_values(thing))
    _may_own(thing, actor)
    return changes, sorted(n for n in was if was[n] != changes[n])


def save(
    thing: Listing,
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    version: int | None = None,
    why: str = "",
) -> Entry:
    """The step that fits the record's state and the person: revise, rework or amend."""
    if amends(thing, actor):
        return amend(thing, values, actor, at, why, version)
    if thing.state in ("checked", "published", "paused"):
        return rework(thing, values, actor, at, version)
    return revise(thing, values, actor, at, version)


def is_checked_again(thing: Listing, actor: Actor) -> bool:
    """Whether this person's change would send the record back to be checked."""
    return thing.state in ("checked", "published", "paused") and not can_amend(actor, thing)


def amends(thing: Listing, actor: Actor) -> bool:
    """Whether this person's change of a published record takes effect at once: then it needs a reason."""
    return thing.state in ("published", "paused") and not is_checked_again(thing, actor)


def _may_own(thing: Listing, actor: Actor) -> None:
    """Nobody gives a record to an organisation for which he may not write."""
    if not (verdict := can_write(actor, thing)):
        raise InvalidForm([Invalid(verdict.why, "owner")])


def merge(kind: str, newer: str, older: str, actor: Actor, at: datetime) -> Entry:
    """Two records are one: the newer is closed in favour of the older."""
    model = Achievement if kind == "market.achievement" else Demand
    thing, kept = model.objects.get(pk=newer), model.objects.get(pk=older)
    facts = {"kept": kept.pk, "reference": kept.reference}
    return advance(
        workflow_of(thing),
        "merge",
        thing,
        actor,
        at,
        why=f"与 {kept.reference} 是同一条",
        facts=facts,
    )


def amend(
    thing: Listing,
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    why: str,
    version: int | None = None,
) -> Entry:
    """Correct what is published; the ledger keeps which fields changed, and why."""
    changes, fields = _corrected(thing, values, actor)
    facts = {"fields": fields}
    flow = workflow_of(thing)
    return advance(
        flow, "amend", thing, actor, at, why=why, changes=changes, facts=facts, version=version
    )


def submit(thing: Listing, actor: Actor, at: datetime) -> Entry:
    _refuse(check_values(thing))
    return advance(
        workflow_of(thing), "submit", thing, actor, at, changes={"submitted_by": actor.id}
    )


@ledger.writing()
def send_back(thing: Listing, actor: Actor, at: datetime, why: str) -> Entry:
    """Back to its owner, with what to mend; the owner's people get a letter."""
    entry = advance(workflow_of(thing), "send_back", thing, actor, at, why=why)
    people = members_of(thing.owner_id) if thing.owner_id else []
    kind = "achievements" if isinstance(thing, Achievement) else "demands"
    for user in people:
        write_letter(
            f"send_back-{entry.pk}-{user.pk}",
            f"请修改：{thing.title}",
            why,
            at,
            user=user,
            link=f"/{kind}/{thing.pk}/",
        )
    return entry


def check(thing: Listing, actor: Actor, at: datetime) -> Entry:
    return advance(workflow_of(thing), "check", thing, actor, at, changes={"checked_by": actor.id})


def publish(thing: Listing, actor: Actor, at: datetime) -> Entry:
    return advance(
        workflow_of(thing), "publish", thing, actor, at, changes={"published_on": clock.day_of(at)}
    )


def pause(thing: Listing, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(workflow_of(thing), "pause", thing, actor, at, why=why)


def resume(thing: Listing, actor: Actor, at: datetime) -> Entry:
    return advance(workflow_of(thing), "resume", thing, actor, at)


def close(thing: Listing, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(workflow_of(thing), "close", thing, actor, at, why=why)


def retract(thing: Listing, actor: Actor, at: datetime) -> Entry:
    """Undo an import; the record's number is free again."""
    freed = {"reference": f"{thing.reference or ''}·撤{thing.pk}"[-40:]}
    facts = {"reference": thing.reference}
    return advance(
        workflow_of(thing), "retract", thing, actor, at, why="撤销导入", changes=freed, facts=facts
    )


def take_in(thing: L, values: Mapping[str, Any], actor: Actor, at: datetime) -> L:
    """From a sheet, for checking."""
    _stamp(thing, values, actor, at)
    begin(workflow_of(thing), "take_in", thing, actor, at, facts={"reference": thing.reference})
    return thing


def take_in_published(thing: L, values: Mapping[str, Any], actor: Actor, at: datetime) -> L:
    """From an officer's sheet, published at once."""
    _stamp(thing, values, actor, at)
    thing.published_on = clock.day_of(at)
    begin(
        workflow_of(thing),
        "take_in_published",
        thing,
        actor,
        at,
        facts={"reference": thing.reference},
    )
    return thing


def _stamp(thing: Listing, values: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    thing.created_by = thing.submitted_by = actor.id
    thing.written_by = [actor.id]
    thing.created_at = at
    thing.reference = values.get("reference") or None
    fill(thing, values)
    _refuse(check_values(thing))
