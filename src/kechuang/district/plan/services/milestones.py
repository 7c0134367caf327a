"""Milestones: what a task is to have reached by a day, and which others it waits on."""

from collections.abc import Sequence
from datetime import date, datetime

from kechuang.book.schemas import Plan, Task
from kechuang.district.core import clock
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.models import Milestone
from kechuang.district.plan.workflow import MILESTONES
from kechuang.engines.base.errors import Invalid, InvalidForm, WrongState
from kechuang.engines.planning.waiting import circle
from kechuang.engines.text import normalise

from .proofs import Proof, keep_proofs


def task_of(plan: Plan, number: int) -> Task:
    found = plan.task(number)
    if found is None:
        raise Invalid("task.none_of_number", "task", number=number)
    return found


def take_from_book(plan: Plan, at: datetime) -> None:
    """The milestones that the plan itself names, for tasks that have none yet; then what they
    wait on.
    """
    held = set(Milestone.objects.filter(plan=plan.id).values_list("task", flat=True))
    made: dict[str, Milestone] = {}
    for task in plan.tasks:
        for mark in task.milestones if task.number not in held else ():
            made[mark.title] = Milestone(
                plan=plan.id, task=task.number, title=mark.title, due=mark.due
            )
            begin(MILESTONES, "add_milestone", made[mark.title], SYSTEM, at)
    for mark in (m for t in plan.tasks for m in t.milestones if m.after and m.title in made):
        after = [made[title].pk for title in mark.after if title in made]
        order_milestone(made[mark.title], after, SYSTEM, at)


def add_milestone(
    plan: Plan,
    number: int,
    title: str,
    due: date | None,
    actor: Actor,
    at: datetime,
    after: Sequence[int] = (),
) -> Milestone:
    """A new milestone of a task; ``after`` are those it waits on."""
    task_of(plan, number)
    errors = [] if normalise(title) else [Invalid("milestone.title_missing", "title")]
    if len(normalise(title)) > 200:
        errors.append(Invalid("milestone.title_too_long", "title"))
    if due is None:
        errors.append(Invalid("milestone.due_missing", "due"))
    if errors or due is None:
        raise InvalidForm(errors)
    made = Milestone(plan=plan.id, task=number, title=normalise(title), due=due)
    made.after = _known(made, after)
    begin(MILESTONES, "add_milestone", made, actor, at, facts={"due": due, "after": made.after})
    return made


def order_milestone(thing: Milestone, after: Sequence[int], actor: Actor, at: datetime) -> Entry:
    """Say which milestones this one waits on; an empty list frees it.

    Raises:
        Invalid: One of them is not in this plan, or the milestones would wait in a circle.
    """
    known = _known(thing, after)
    waits = dict(Milestone.objects.filter(plan=thing.plan).values_list("pk", "after"))
    if found := circle(waits | {thing.pk: known}):
        names = dict(Milestone.objects.filter(pk__in=found).values_list("pk", "title"))
        way = " → ".join(names[pk] for pk in found)
        raise Invalid("milestone.circle", "after", way=way)
    facts = {"after": known, "was": thing.after}
    return advance(
        MILESTONES,
        "order_milestone",
        thing,
        actor,
        at,
        changes={"after": known},
        facts=facts,
        version=thing.version,
    )


def _known(thing: Milestone, after: Sequence[int]) -> list[int]:
    wanted = sorted(set(after))
    found = set(
        Milestone.objects.filter(plan=thing.plan, pk__in=wanted).values_list("pk", flat=True)
    )
    if thing.pk in wanted:
        raise Invalid("milestone.itself", "after")
    if set(wanted) - found:
        raise Invalid("milestone.not_of_this_plan", "after")
    return wanted


def move_milestone(thing: Milestone, due: date, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(
        MILESTONES,
        "move_milestone",
        thing,
        actor,
        at,
        why=why,
        changes={"due": due},
        facts={"was": thing.due},
        version=thing.version,
    )


def reach_milestone(
    thing: Milestone, reached_on: date, actor: Actor, at: datetime, sent: Sequence[Proof] = ()
) -> Entry:
    """Done, with proof.

    Raises:
        WrongState: One that it waits on is still open; the words name it.
    """
    MILESTONES.permit("reach_milestone", thing, actor)
    if reached_on > clock.day_of(at):
        raise Invalid("milestone.reached_in_future", "reached_on")
    waiting = Milestone.objects.filter(pk__in=thing.after, state="open")
    if names := [m.title for m in waiting[:3]]:
        raise WrongState("milestone.waits_on", titles=names)
    changes = {"reached_on": reached_on, "evidence": keep_proofs(sent)}
    return advance(
        MILESTONES,
        "reach_milestone",
        thing,
        actor,
        at,
        changes=changes,
        facts={"reached_on": reached_on},
    )


def drop_milestone(thing: Milestone, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(MILESTONES, "drop_milestone", thing, actor, at, why=why)
