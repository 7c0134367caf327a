"""Plans of a book: targets, tasks, their clauses."""

from collections.abc import Iterable

from kechuang.engines.base.sayings import Said
from kechuang.engines.planning.waiting import circle

from . import shapes
from .desk import Desk, unique
from .references import INDICATORS, SOURCES, carries_out, named
from .schemas import Area, Group, Mark, Milestone, Plan, Target, Task


def read_plan(given: shapes.PlanFile, desk: Desk) -> Plan:
    """A plan file as a Plan. What is wrong is complained of at the desk."""
    _check(given, desk)
    plan = Plan(
        given.id,
        given.title,
        given.title_en,
        given.number,
        given.period.start,
        given.period.to,
        given.sources,
        tuple(Group(g.id, g.title, g.title_en) for g in given.groups),
        tuple(_target(t) for t in given.targets),
        tuple(_area(a) for a in given.areas),
        given.parent,
        given.succeeds,
        given.place,
        tuple(_safeguard(s) for s in given.safeguards),
    )
    for row, target in zip(given.targets, plan.targets, strict=True):
        carries_out(desk, row.at, plan, target)
    return plan


def _safeguard(given: shapes.Safeguard | str) -> str:
    return given if isinstance(given, str) else f"{given.title}。{given.content}".strip("。")


def _target(given: shapes.Target) -> Target:
    return Target(
        number=given.number,
        id=given.id,
        group=given.group,
        title=given.title,
        title_en=given.title_en,
        indicator=given.indicator,
        printed=given.printed,
        bound=given.bound,
        value=given.value,
        absence=given.absence,
        by=given.by,
        source=given.source,
        status=given.status,
        parent=given.parent,
        note=given.note,
        tasks=given.tasks,
        clause=given.clause,
        scope=given.scope,
        kind=given.kind,
        down=given.direction == "down",
        baseline=_mark(given.baseline) if given.baseline else None,
        marks=tuple(_mark(m) for m in given.marks),
        reports=given.reports,
        confirms=given.confirms,
    )


def _mark(given: shapes.Mark) -> Mark:
    return Mark(given.day, given.value, given.source)


def _area(given: shapes.Area) -> Area:
    tasks = tuple(_task(t) for t in given.tasks)
    return Area(given.number, given.title, given.title_en, tasks)


def _task(given: shapes.Task) -> Task:
    return Task(
        given.number,
        given.id,
        given.title,
        given.title_en,
        given.content,
        given.lead,
        given.cooperating,
        given.basis,
        given.records,
        given.source,
        given.clause,
        tuple(Milestone(m.title, m.due, m.after) for m in given.milestones),
        given.after,
    )


def _check(given: shapes.PlanFile, desk: Desk) -> None:
    """What one line of a plan says about another."""
    if given.period.start > given.period.to:
        desk.complain(given.period.at, "to", Said("book.period_backwards"))
    unique(desk, given.targets, "id")
    groups = {g.id for g in given.groups}
    told = bool(groups) or "groups" not in given.at.lost
    for target in given.targets:
        if told and desk.missing(target.group, groups, ""):
            desk.complain(target.at, "group", Said("book.no_group", name=target.group))
        _check_target(target, desk)
    tasks = [t for a in given.areas for t in a.tasks]
    for task in tasks:
        named(desk, task.at, "source", task.source, SOURCES)
    whole = "areas" not in given.at.lost
    numbers = [t.number for t in tasks]
    if whole and numbers != list(range(1, len(numbers) + 1)):
        words = Said("book.task_numbers", last=len(numbers), found=numbers)
        desk.complain(given.at, "areas", words)
    if whole:
        _check_after(given, tasks, desk)
    _check_milestones([m for t in tasks for m in t.milestones], desk)


def _check_target(given: shapes.Target, desk: Desk) -> None:
    if given.value is None and not given.absence and "value" not in given.at.lost:
        desk.complain(given.at, "absence", Said("book.absence_missing"))
    if given.value is not None and given.absence:
        desk.complain(given.at, "absence", Said("book.value_and_absence"))
    named(desk, given.at, "indicator", given.indicator, INDICATORS)
    named(desk, given.at, "source", given.source, SOURCES)
    for mark in (*given.marks, *((given.baseline,) if given.baseline else ())):
        if mark.source:
            named(desk, mark.at, "source", mark.source, SOURCES)


def _check_after(given: shapes.PlanFile, tasks: list[shapes.Task], desk: Desk) -> None:
    """Which tasks serve a target and wait on one another: known numbers, no circle."""
    numbers = {t.number for t in tasks}
    if given.areas:
        for target in given.targets:
            _check_numbers(target, "tasks", target.tasks, numbers, desk)
    for task in tasks:
        _check_numbers(task, "after", task.after, numbers, desk)
    if found := circle({t.number: t.after for t in tasks}):
        task = next(t for t in tasks if t.number == found[0])
        desk.complain(task.at, "after", Said("book.tasks_in_a_circle"))


def _check_numbers(
    row: shapes.Target | shapes.Task,
    key: str,
    found: Iterable[int],
    numbers: set[int],
    desk: Desk,
) -> None:
    if strange := sorted(set(found) - numbers):
        desk.complain(row.at, key, Said("book.no_task", key=key, numbers=strange))


def _check_milestones(marks: list[shapes.Milestone], desk: Desk) -> None:
    titles = [m.title for m in marks]
    for mark in marks:
        for title in mark.after:
            if titles.count(title) != 1 and title not in desk.lost:
                desk.complain(mark.at, "after", Said("book.no_milestone", title=title))
    if found := circle({m.title: m.after for m in marks}):
        mark = next(m for m in marks if m.title == found[0])
        desk.complain(mark.at, "after", Said("book.milestones_in_a_circle"))
