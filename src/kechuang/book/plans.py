"""Plans of a book: targets, tasks, their clauses; supervision and calendar."""

from datetime import date, timedelta
from typing import Any

from kechuang.engines.planning.waiting import circle

from .desk import Desk, unique
from .lines import Lined
from .schemas import (
    Area,
    Calendar,
    Group,
    Mark,
    Milestone,
    Plan,
    Supervision,
    Target,
    Task,
)

BOUNDS = (">=", ">", "<=", "<", "about", "hold", "relative", "none")
ABSENCES = ("no_number", "unknown", "masked")
KINDS = ("", "level", "flow", "share", "events", "sum", "ratio", "stock")


def read_plan(at: Lined, desk: Desk) -> Plan | None:
    """A plan file as a Plan; None when it is empty. What is wrong is complained of at the desk."""
    if not at:
        return None
    period = at.get("period")
    if not isinstance(period, Lined):
        desk.complain(at, "period", "period 应写成 {from: 2020-01-01, to: 2022-12-31}")
        return None
    start, end = desk.day(period, "from"), desk.day(period, "to")
    if start and end and start > end:
        desk.complain(period, "to", "period 的 to 早于 from")
    groups = tuple(
        Group(desk.text(g, "id"), desk.text(g, "title"), desk.text(g, "title_en"))
        for g in desk.rows(at, "groups")
    )
    targets = tuple(_target(t, desk, {g.id for g in groups}) for t in desk.rows(at, "targets"))
    areas = tuple(_area(a, desk) for a in desk.rows(at, "areas"))
    unique(desk, desk.rows(at, "targets"), "id")
    numbers = [t.number for a in areas for t in a.tasks]
    if numbers != list(range(1, len(numbers) + 1)):
        desk.complain(at, "areas", f"任务编号应从 1 连续到 {len(numbers)}，此处是 {numbers}")
    for row, target in zip(desk.rows(at, "targets"), targets, strict=True):
        if areas and (strange := set(target.tasks) - set(numbers)):
            desk.complain(row, "tasks", f"没有第 {sorted(strange)} 项任务")
    _check_after(desk.rows(at, "areas"), numbers, desk)
    return Plan(
        desk.text(at, "id"),
        desk.text(at, "title"),
        desk.text(at, "title_en"),
        desk.optional(at, "number"),
        start or date.min,
        end or date.max,
        desk.texts(at, "sources"),
        groups,
        targets,
        areas,
        desk.optional(at, "parent"),
        desk.optional(at, "succeeds"),
        desk.optional(at, "place"),
        _safeguards(at),
    )


def _safeguards(at: Lined) -> tuple[str, ...]:
    """Lines of text, or {title, content}."""
    rows = at.get("safeguards") or []
    return tuple(
        f"{r.get('title', '')}。{r.get('content', '')}".strip("。")
        if isinstance(r, Lined)
        else str(r)
        for r in rows
    )


def _check_after(areas: list[Lined], numbers: list[int], desk: Desk) -> None:
    """What waits on what, tasks and milestones: known names, no circle."""
    rows = [r for a in areas for r in desk.rows(a, "tasks")]
    waits: dict[int, tuple[int, ...]] = {}
    for row in rows:
        after = tuple(int(n) for n in desk.texts(row, "after") if n.isdigit())
        if strange := set(after) - set(numbers):
            desk.complain(row, "after", f"after 里没有第 {sorted(strange)} 项任务")
        waits[int(row.get("number") or 0)] = after
    if found := circle(waits):
        row = next(r for r in rows if r.get("number") == found[0])
        desk.complain(row, "after", "任务互相等待，成了一个圈，请去掉一个 after")
    _check_milestones([m for r in rows for m in desk.rows(r, "milestones")], desk)


def _check_milestones(marks: list[Lined], desk: Desk) -> None:
    titles = [str(m.get("title")) for m in marks]
    waits: dict[str, tuple[str, ...]] = {}
    for mark in marks:
        after = waits[str(mark.get("title"))] = desk.texts(mark, "after")
        for title in after:
            if titles.count(title) != 1:
                words = f"after 所写的节点“{title}”不存在或不止一个，请写本计划里唯一的节点名"
                desk.complain(mark, "after", words)
    if found := circle(waits):
        mark = next(m for m in marks if m.get("title") == found[0])
        desk.complain(mark, "after", "节点互相等待，成了一个圈，请去掉一个 after")


def _target(at: Lined, desk: Desk, groups: set[str]) -> Target:
    value, absence = desk.number(at, "value"), desk.optional(at, "absence")
    if value is None:
        desk.one_of(at, "absence", ABSENCES)
    elif absence:
        desk.complain(at, "absence", "有 value 就不要写 absence，二者只留其一")
    if (group := desk.text(at, "group")) not in groups:
        desk.complain(at, "group", f"groups 里没有“{group}”")
    return Target(
        number=desk.whole(at, "number"),
        id=desk.text(at, "id"),
        group=group,
        title=desk.text(at, "title"),
        title_en=desk.text(at, "title_en"),
        indicator=desk.text(at, "indicator"),
        printed=desk.optional(at, "printed"),
        bound=desk.one_of(at, "bound", BOUNDS, "none"),
        value=value,
        absence=absence,
        by=desk.day(at, "by") or date.max,
        source=desk.text(at, "source"),
        status=desk.optional(at, "status"),
        parent=desk.optional(at, "parent"),
        note=desk.optional(at, "note"),
        tasks=tuple(int(n) for n in desk.texts(at, "tasks") if n.isdigit()),
        clause=desk.optional(at, "clause"),
        scope=desk.optional(at, "scope"),
        kind=desk.one_of(at, "kind", KINDS),
        down=at.get("direction") == "down",
        baseline=_mark(at.get("baseline"), desk),
        marks=tuple(m for m in (_mark(r, desk) for r in desk.rows(at, "marks")) if m),
        reports=desk.optional(at, "reports"),
        confirms=desk.optional(at, "confirms"),
    )


def _mark(at: Any, desk: Desk) -> Mark | None:
    if not isinstance(at, Lined):
        return None
    on, value = desk.day(at, "day"), desk.number(at, "value")
    return Mark(on, value, desk.optional(at, "source")) if on and value is not None else None


def _area(at: Lined, desk: Desk) -> Area:
    tasks = tuple(
        Task(
            desk.whole(t, "number"),
            desk.text(t, "id"),
            desk.text(t, "title"),
            desk.text(t, "title_en"),
            desk.optional(t, "content"),
            desk.optional(t, "lead"),
            desk.texts(t, "with"),
            desk.one_of(t, "basis", ("named", "typical")),
            desk.optional(t, "records"),
            desk.text(t, "source"),
            desk.optional(t, "clause"),
            tuple(
                Milestone(
                    desk.text(m, "title"), desk.day(m, "due") or date.max, desk.texts(m, "after")
                )
                for m in desk.rows(t, "milestones")
            ),
            tuple(int(n) for n in desk.texts(t, "after") if n.isdigit()),
        )
        for t in desk.rows(at, "tasks")
    )
    return Area(desk.whole(at, "number"), desk.text(at, "title"), desk.text(at, "title_en"), tasks)


def read_supervision(at: Lined, desk: Desk, below: Supervision) -> Supervision:
    """supervision.yaml; what it does not say stays as in the book below."""
    if not at:
        return below
    given: dict[str, Any] = {}
    for name in ("ask_on", "answer_within", "at_risk_points", "behind_points", "stale_days"):
        if name in at:
            given[name] = desk.whole(at, name)
    for name in ("remind_after", "escalate_after"):
        if name in at:
            given[name] = tuple(int(d) for d in desk.texts(at, name) if d.isdigit())
    for name in ("coordinator", "source"):
        if name in at:
            given[name] = desk.text(at, name)
    if given.get("at_risk_points", 0) > given.get("behind_points", 100):
        desk.complain(at, "behind_points", "behind_points 应不小于 at_risk_points")
    return Supervision(**{**below.__dict__, **given})


def read_calendar(at: Lined, desk: Desk, below: Calendar) -> Calendar:
    """calendar.yaml: holidays as days or {from, to}, worked as days."""
    if not at:
        return below
    holidays: set[date] = set(below.holidays)
    for row in at.get("holidays") or []:
        if isinstance(row, Lined):
            start, end = desk.day(row, "from"), desk.day(row, "to")
            if start and end and start <= end:
                holidays |= {start + timedelta(days=n) for n in range((end - start).days + 1)}
            else:
                desk.complain(row, "to", "节假日的 to 不能早于 from")
        elif isinstance(row, date):
            holidays.add(row)
    worked = {d for d in at.get("worked") or [] if isinstance(d, date)} | below.worked
    return Calendar(
        frozenset(holidays), frozenset(worked), desk.day(at, "known_until", required=False)
    )
