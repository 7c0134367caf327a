"""The plan's own work: tasks with their milestones, monthly returns, reported and closed figures."""

from datetime import date, datetime, timedelta
from typing import Any

from kechuang.book.schemas import Plan, Task
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import create, take
from kechuang.district.plan.models import Milestone, TaskFile
from kechuang.district.plan.queries import returns_visible_to
from kechuang.district.plan.registers import COMPLETENESS, FIGURES
from kechuang.district.plan.services import asking, closings, milestones, returns, tasks
from kechuang.district.plan.services.readings import place_name
from kechuang.simulation import Report
from kechuang.simulation.calendar import month_end

from .cast import Cast
from .stage import Stage

_COMPLETE = (
    "technology-contract-turnover",
    "high-tech-enterprises",
    "young-eagle",
    "gazelle",
    "leading",
)
_MARKS = ("工作方案印发", "年度任务分解到单位", "中期评估", "总结验收")
_MONTHS = (4, 12, 22, 35)  # of the plan, at which milestones are due
_CLOSED, _ASKED = 10, 2  # so many tasks are closed, so many wait to be; the others go on
_LIGHTS = ("green", "green", "green", "yellow", "red")
_PROGRESS = (
    "本月完成走访 {n} 家，收集问题 {m} 件，已办结 {k} 件。",
    "组织对接会 {k} 场，参加企业 {n} 家，达成意向 {m} 项。",
    "材料初审 {n} 份，退回补正 {m} 份，其余已报上级。",
    "建设进度按计划推进，完成投资 {n} 百万元，新增入驻团队 {k} 个。",
)
_TROUBLE = (
    "",
    "",
    "配套资金到位比计划晚一个月。",
    "个别单位材料报送慢。",
    "场地改造审批还差一个环节。",
)
_NEXT = (
    "下月完成剩余走访并汇总。",
    "对照节点逐项核对。",
    "督促相关单位补齐材料。",
    "准备季度小结。",
)


def stage_plans(stage: Stage, cast: Cast) -> None:
    """Every plan of the book that has tasks, and the figures that bodies report."""
    for plan in current_book().plans.values():
        if plan.tasks and plan.start < stage.today:
            _stage_tasks(stage, cast, plan)
            _stage_returns(stage, cast, plan)
    for indicator in _COMPLETE:
        stage.at(stage.ago(400), _saying_complete(cast, indicator), 15)
    for report in cast.made.reports:
        _stage_report(stage, cast, report)
    for year in range(cast.made.first, stage.today.year):
        for indicator in ("technology-contract-turnover", "high-tech-enterprises"):
            day = date(year + 1, 1, 20)
            if day <= stage.today:
                stage.at(day, _closing(cast, indicator, str(year)), 16)


def _saying_complete(cast: Cast, indicator: str) -> Any:
    """The simulated records are the whole: without that nothing could be judged by them."""
    values = {
        "indicator": indicator,
        "since": date(cast.made.first, 1, 1),
        "basis": "样例：模拟区的记录就是全部",
    }
    return lambda at: create(COMPLETENESS, "state_complete", values, cast["officer"], at)


def _closing(cast: Cast, indicator: str, period: str) -> Any:
    return lambda at: closings.close_period(indicator, period, cast["officer"], at)


def _stage_report(stage: Stage, cast: Cast, report: Report) -> None:
    """Reported in March; confirmed by the second person a week later, but the last year's two."""
    day = date(report.year + 1, 3, 12)
    late = report.year == stage.today.year - 1 and report.indicator.endswith("share")
    if late or day > stage.today:
        day = stage.ago(5)

    def act(at: datetime) -> None:
        values = {"indicator": report.indicator, "period": str(report.year), "value": report.value}
        values["place"] = place_name(current_book())
        made = create(FIGURES, "report_figure", values, cast["officer"], at, sure=True)
        if not late:
            take(FIGURES, "confirm_figure", made, {}, cast["approver"], at + timedelta(days=7))

    stage.at(day, act, 14)


def _ending(plan: Plan, task: Task) -> str:
    """What becomes of a task of a plan that is over: the order is the same for every plan."""
    place = task.number * 7 % len(plan.tasks)
    return "closed" if place < _CLOSED else "asked" if place < _CLOSED + _ASKED else "open"


def _stage_tasks(stage: Stage, cast: Cast, plan: Plan) -> None:
    stage.at(plan.start + timedelta(days=40), lambda at: tasks.set_up(plan, at), 9)
    over = plan.end < stage.today
    for task in plan.tasks:
        ending = _ending(plan, task) if over else "open"
        marks: dict[str, int] = {}
        for place, (title, months) in enumerate(zip(_MARKS, _MONTHS, strict=True)):
            due = _after(plan.start, months)
            if ending == "open" and place >= 2:
                due = stage.today + timedelta(days=(-9, 6, 24, 55)[(task.number + place) % 4])
            after = _MARKS[place - 1] if place == 3 else ""
            begun = plan.start + timedelta(days=50)
            stage.at(begun, _marking(cast, plan, task, (title, due, after), marks), 10)
            if due <= stage.today and (ending != "open" or place < 2):
                slip = (task.number * 5 + place * 3) % 13 - 6
                reached = min(due + timedelta(days=slip), stage.today)
                stage.at(reached, _reaching(cast, marks, title), 11 + place)
        if ending != "open":
            asked = stage.ago(3 + task.number % 3) if ending == "asked" else _after(plan.end, 3)
            stage.at(asked, _closing_task(cast, plan, task, close=ending == "closed"), 15)


def _after(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    return month_end(start.year + years, month + 1)


def _marking(
    cast: Cast, plan: Plan, task: Task, mark: tuple[str, date, str], marks: dict[str, int]
) -> Any:
    title, due, after = mark

    def act(at: datetime) -> None:
        waits = [marks[after]] if after else []
        made = milestones.add_milestone(plan, task.number, title, due, cast["officer"], at, waits)
        marks[title] = made.pk

    return act


def _reaching(cast: Cast, marks: dict[str, int], title: str) -> Any:
    def act(at: datetime) -> None:
        thing = Milestone.objects.get(pk=marks[title])
        milestones.reach_milestone(thing, at.date(), cast["officer"], at)

    return act


def _closing_task(cast: Cast, plan: Plan, task: Task, *, close: bool) -> Any:
    def act(at: datetime) -> None:
        thing = TaskFile.objects.get(plan=plan.id, task=task.number)
        proof = f"样例佐证：{task.title}总结（虚构）".encode()
        tasks.add_proof(thing, [(f"{task.title}总结.txt", proof)], cast["officer"], at)
        thing.refresh_from_db()
        tasks.ask_closing(thing, cast["officer"], at, "各节点已完成，佐证已附")
        if close:
            thing.refresh_from_db()
            tasks.close_task(thing, cast["approver"], at)

    return act


def _stage_returns(stage: Stage, cast: Cast, plan: Plan) -> None:
    """The last three months before this one: the older all answered, of the last some are silent."""
    book = current_book()
    for back in (3, 2, 1):
        first = stage.today.replace(day=1)
        for _ in range(back):
            first = (first - timedelta(days=1)).replace(day=1)
        asked = asking.due_day(book, first.year, first.month)
        month = f"{first:%Y-%m}"
        stage.at(asked, _asking(plan, month, asked), 9)
        stage.at(asked + timedelta(days=5), _answering(cast, plan, month, back), 17)


def _asking(plan: Plan, month: str, day: date) -> Any:
    return lambda at: asking.ask_month(current_book(), [plan], month, at, day)


def _answering(cast: Cast, plan: Plan, month: str, back: int) -> Any:
    def act(at: datetime) -> None:
        found = returns_visible_to(cast["officer"]).filter(plan=plan.id, month=month)
        for place, thing in enumerate(found.order_by("task", "id")):
            if back == 1 and place % 3 == 0:
                continue  # silent, and by now overdue
            body = Actor(0, thing.body, frozenset({f"body:{thing.body}"}))
            returns.submit_return(thing, _answer(place + back), body, at)
            if back > 1 and place % 2:
                thing.refresh_from_db()
                returns.accept_return(thing, cast["officer"], at + timedelta(days=1))
            elif place % 11 == 4:
                thing.refresh_from_db()
                returns.send_back_return(thing, cast["officer"], at, "请写明具体家数和完成时间")

    return act


def _answer(place: int) -> dict[str, str]:
    numbers = {"n": 6 + place * 5 % 31, "m": 2 + place * 3 % 9, "k": 1 + place % 5}
    light = _LIGHTS[place % len(_LIGHTS)]
    trouble = _TROUBLE[place % len(_TROUBLE)]
    return {
        "progress": _PROGRESS[place % len(_PROGRESS)].format(**numbers),
        "trouble": trouble,
        "help_needed": "请区里协调。" if trouble and light == "red" else "",
        "next_step": _NEXT[place % len(_NEXT)],
        "light": light,
    }
