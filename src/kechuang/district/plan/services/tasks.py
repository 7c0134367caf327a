"""Tasks in operation: duties, proofs, closing."""

from collections.abc import Sequence
from datetime import datetime

from kechuang.book.schemas import Plan
from kechuang.district.accounts.services import keep_contact
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.models import Duty, Milestone, TaskFile
from kechuang.district.plan.permissions import can_keep_tasks
from kechuang.district.plan.workflow import TASKS
from kechuang.engines.base.errors import Invalid, InvalidForm, NotAllowed, WrongState
from kechuang.engines.text import normalise

from . import milestones
from .milestones import task_of
from .owed import PURPOSE
from .proofs import Proof, keep_proofs


def set_up(plan: Plan, at: datetime) -> int:
    """Open a file for every task and take duties and milestones from the book; what exists stays.

    Returns how many files are new.
    """
    made = 0
    with ledger.writing():
        for task in plan.tasks:
            if TaskFile.objects.filter(plan=plan.id, task=task.number).exists():
                continue
            made += 1
            for body, role in ((task.lead, "lead"), *((b, "with") for b in task.cooperating)):
                if body:
                    Duty.objects.get_or_create(
                        plan=plan.id, task=task.number, body=body, defaults={"role": role}
                    )
            begin(
                TASKS,
                "open_task",
                TaskFile(plan=plan.id, task=task.number, title=task.title),
                SYSTEM,
                at,
            )
        if made:
            milestones.take_from_book(plan, at)
    return made


def set_duty(
    plan: Plan,
    number: int,
    body: str,
    role: str,
    contact: str,
    email: str,
    actor: Actor,
    at: datetime,
) -> Duty:
    """Name a responsible body; a new lead makes the old one cooperating. A contact given with it
    is the body's for every task.
    """
    if not (verdict := can_keep_tasks(actor)):
        raise NotAllowed(verdict.why)
    task_of(plan, number)
    body = normalise(body)
    errors = [] if body else [Invalid("task.body_missing", "body")]
    if role not in ("lead", "with"):
        errors.append(Invalid("task.role_missing", "role"))
    if errors:
        raise InvalidForm(errors)
    with ledger.writing():
        if contact.strip() or email.strip():
            keep_contact(body, PURPOSE, contact, email, actor, at)
        if role == "lead":
            Duty.objects.filter(plan=plan.id, task=number, role="lead").exclude(body=body).update(
                role="with"
            )
        duty, _ = Duty.objects.update_or_create(
            plan=plan.id,
            task=number,
            body=body,
            defaults={"role": role},
        )
        ledger.record(
            "plan.duty.set",
            subject_kind="plan.task",
            subject_id=_file(plan.id, number).pk,
            label=f"{number} {body}",
            actor=actor,
            at=at,
            facts={"role": role},
        )
    return duty


def remove_duty(duty: Duty, actor: Actor, at: datetime) -> None:
    if not (verdict := can_keep_tasks(actor)):
        raise NotAllowed(verdict.why)
    file = _file(duty.plan, duty.task)
    with ledger.writing():
        duty.delete()
        ledger.record(
            "plan.duty.remove",
            subject_kind="plan.task",
            subject_id=file.pk,
            label=f"{duty.task} {duty.body}",
            actor=actor,
            at=at,
        )


def _file(plan: str, number: int) -> TaskFile:
    found = TaskFile.objects.filter(plan=plan, task=number).first()
    if found is None:
        raise WrongState("task.not_set_up")
    return found


def open_task(plan: Plan, number: int, actor: Actor, at: datetime) -> TaskFile:
    task = task_of(plan, number)
    made = TaskFile(plan=plan.id, task=number, title=task.title)
    begin(TASKS, "open_task", made, actor, at)
    return made


def add_proof(
    thing: TaskFile, sent: Sequence[Proof], actor: Actor, at: datetime, why: str = ""
) -> Entry:
    if not sent:
        raise Invalid("task.proof_missing", "proof")
    kept = keep_proofs(sent)
    return advance(
        TASKS,
        "add_proof",
        thing,
        actor,
        at,
        why=why,
        changes={"evidence": [*thing.evidence, *kept]},
        facts={"files": kept},
    )


def ask_closing(thing: TaskFile, actor: Actor, at: datetime, why: str) -> Entry:
    """Ask that a task be closed: its milestones must be done and there must be proof.

    Raises:
        WrongState: Says which milestones are open, or that proof is missing.
    """
    waiting = Milestone.objects.filter(plan=thing.plan, task=thing.task, state="open")
    if names := [m.title for m in waiting[:3]]:
        raise WrongState("task.milestones_open", titles=names)
    if not thing.evidence:
        raise WrongState("task.add_proof_first")
    return advance(TASKS, "ask_closing", thing, actor, at, why=why, changes={"asked_by": actor.id})


def close_task(thing: TaskFile, actor: Actor, at: datetime) -> Entry:
    return advance(TASKS, "close_task", thing, actor, at)


def refuse_closing(thing: TaskFile, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(TASKS, "refuse_closing", thing, actor, at, why=why, changes={"asked_by": None})


def reopen_task(thing: TaskFile, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(TASKS, "reopen_task", thing, actor, at, why=why, changes={"asked_by": None})
