"""What of each room waits for a person, beside the registers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Delivery, Doubt, ImportBatch
from kechuang.district.core.together import Asking, Count
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.market.models import STRENGTHS
from kechuang.district.market.queries import (
    demands_visible_to,
    fresh_fits,
    introductions_visible_to,
)
from kechuang.district.plan.models import Bulletin
from kechuang.district.plan.queries import (
    drafts_visible_to,
    milestones_due,
    returns_visible_to,
    tasks_asked,
    unsound,
)
from kechuang.district.registry.queries import applications_visible_to, lapsing, years_visible_to
from kechuang.district.support.queries import changes_visible_to
from kechuang.engines.base.sayings import Said

from .records import MOST
from .things import Source, Thing

_ENDING = timedelta(days=90)  # a certificate is renewed in the quarter before it ends
_MARKS = timedelta(days=30)
_FRESH = timedelta(days=14)  # a pair that nobody took up until then is no news any more
Find = Callable[[Actor, date], Asking[Source]]
_LOOKED_AT = 300  # records of a kind that are asked whether they wait for this person
_NONE = Source((), 0)


def waiting_elsewhere(actor: Actor, today: date) -> list[Asking[Source]]:
    """What waits for this person that is no record of a register."""
    return [find(actor, today) for find in _ALL]


def _day(at: datetime | None) -> date | None:
    return clock.day_of(at) if at else None


def _near(name: str, found: QuerySet[Any], steps: Sequence[str]) -> QuerySet[Any]:
    """The records from which one of some steps starts, the one that waits longest first."""
    flow = WORKFLOWS[name]
    sources = {state for step in steps for state in flow.step(step).sources}
    return found.filter(state__in=sources).order_by("changed_at", "pk")[:_LOOKED_AT]


def _wanting(
    name: str, found: Iterable[Any], steps: Sequence[str], actor: Actor
) -> Iterator[tuple[Any, str]]:
    """(record, label of the step) of the records on which this person may take one of some steps."""
    rows = [WORKFLOWS[name].step(step) for step in steps]
    for thing in found:
        for row in rows:
            if thing.state in row.sources and row.permission(actor, thing):
                yield thing, row.label
                break


def _source(things: Iterable[Thing], url: str, title: str) -> Source:
    held = list(things)
    return Source(held[:MOST], len(held), url, title)


def _unmatched(actor: Actor, today: date) -> Asking[Source]:
    """Demands for which nobody has been found yet."""
    if not actor.has("broker"):
        return _NONE
    fresh = demands_visible_to(actor).filter(state="published", introductions=None)
    rows, count = yield fresh.order_by("changed_at")[:MOST], Count(fresh)
    things = [
        Thing("需求", d.title, reverse("demand-matches", args=[d.pk]), "看匹配", _day(d.changed_at))
        for d in rows
    ]
    url = f"{reverse('demands')}?state=published"
    return Source(things, count, url, "还没有对接的需求")


def _fits(actor: Actor, today: date) -> Asking[Source]:
    """New pairs that matching lists: an achievement for a demand, a demand for an achievement."""
    if not actor.has("broker"):
        return _NONE
    found = fresh_fits(today - _FRESH)
    rows, count = yield found[:MOST], Count(found)
    things = [
        Thing(
            "新的匹配",
            f"{f.demand.title} ↔ {f.achievement.title}",
            f"{reverse('demand-matches', args=[f.demand_id])}#a-{f.achievement_id}",
            "看匹配",
            _day(f.found_at),
            None,
            gettext(STRENGTHS[f.strength]),
        )
        for f in rows
    ]
    return Source(things, count, reverse("demands"), "新的匹配")


def _introductions(actor: Actor, today: date) -> Asking[Source]:
    """Those under way: until when an answer is waited for, or what came of it."""
    if not actor.has("broker", "officer"):
        return _NONE
    going = introductions_visible_to(actor).filter(state__in=("open", "agreed"))
    if not actor.has("officer"):
        going = going.filter(broker_id=actor.id)
    going = going.prefetch_related(None)
    with_question = going.filter(invitations__state="asking").order_by()
    rows, asked = yield going, with_question.values_list("pk", flat=True)
    things = [_going(thing, thing.pk in asked) for thing in rows]
    return _source(things, reverse("introductions"), "进行中的对接")


def _going(thing: Any, asking: bool) -> Thing:
    verb = "记结果" if thing.state == "agreed" else "答复" if asking else "看回答"
    waits = thing.state == "open" and not asking
    return Thing(
        "对接",
        f"{thing.demand.title} ↔ {thing.achievement.title}",
        reverse("introduction", args=[thing.pk]),
        verb,
        _day(thing.agreed_at or thing.started_at),
        thing.started_at.date() + timedelta(days=thing.close_after_days) if waits else None,
        Said("desk.someone_asks") if asking else "",
    )


def _returns(actor: Actor, today: date) -> Asking[Source]:
    steps = ["accept_return"]
    (rows,) = yield (_near("plan.return", returns_visible_to(actor), steps),)
    found = _wanting("plan.return", rows, steps, actor)
    things = [
        Thing(
            "任务填报",
            f"{r.body} · {r.month}",
            reverse("return", args=[r.pk]),
            "审阅",
            _day(r.submitted_at),
            None,
            Said("desk.help_needed", words=r.help_needed[:60]) if r.help_needed else "",
        )
        for r, _ in found
    ]
    return _source(things, f"{reverse('returns')}?state=submitted", "待审阅的填报")


def _tasks(actor: Actor, today: date) -> Asking[Source]:
    """Tasks that somebody asked to close, and milestones that are near or over."""
    if not actor.has("officer", "approver"):
        return _NONE
    plans, may_close = tuple(current_book().plans), WORKFLOWS["plan.task"].step("close_task")
    near = milestones_due(plans, today + _MARKS)
    asked, marks = yield tasks_asked(plans), near if actor.has("officer") else near.none()
    things = [
        Thing("任务", f.label, _task_url(f), "批准销号", _day(f.changed_at))
        for f in asked
        if may_close.permission(actor, f)
    ]
    for m in marks:
        label = Said("desk.milestone", number=m.task, title=m.title)
        things.append(Thing("节点", label, _task_url(m), "记完成", None, m.due))
    return _source(things, reverse("tasks"), "任务与节点")


def _task_url(thing: Any) -> str:
    return f"{reverse('task-desk', args=[thing.task])}?plan={thing.plan}"


def _of_firms(actor: Actor, today: date) -> Asking[Source]:
    """Applications and yearly returns that want this person's step."""
    deeds = ["recommend", "recognise", "apply_again"]
    steps = ["accept_year"] if actor.has("officer") else ["submit_year"]
    mine = years_visible_to(actor).defer("facts", "answers")
    mine = mine if actor.has("officer") else mine.filter(firm_id__in=actor.firms)
    applied, years = yield (
        _near("registry.application", applications_visible_to(actor), deeds),
        _near("registry.year", mine, steps),
    )
    things = [
        Thing("申报", a.label, reverse("application", args=[a.pk]), verb, _day(a.changed_at))
        for a, verb in _wanting("registry.application", applied, deeds, actor)
    ]
    for year, verb in _wanting("registry.year", years, steps, actor):
        url = reverse("firm-year", args=[year.firm_id, year.year])
        label = f"{year.firm.organisation.name} {year.year}"
        things.append(Thing("企业年报", label, url, verb, _day(year.changed_at)))
    return _source(things, reverse("firms"), "申报与年报")


def _ending(actor: Actor, today: date) -> Asking[Source]:
    """Certificates that end soon: the firm hears of its own, the officers of all at once."""
    if not (actor.firms or actor.has("officer")):
        return _NONE
    found = lapsing(today, today + _ENDING)
    if actor.firms:
        found = found.filter(firm_id__in=actor.firms)
    rows, count = yield found[:MOST], Count(found)
    things = [
        Thing(
            "将到期的资格",
            f"{r.firm.organisation.name} · {r.name}",
            reverse("firm-rung", args=[r.firm_id, r.rung]),
            "看怎么续",
            None,
            r.valid_until,
        )
        for r in rows
        if r.rung in current_book().ladder
    ]
    url = reverse("lapses") if actor.has("officer") else ""
    return Source(things, count, url, "将到期的资格")


def _changes(actor: Actor, today: date) -> Asking[Source]:
    steps = ["approve_change"]
    (rows,) = yield (_near("support.change", changes_visible_to(actor), steps),)
    found = _wanting("support.change", rows, steps, actor)
    things = [
        Thing(
            "政策参数改动",
            c.label,
            reverse("change", args=[c.pk]),
            verb,
            _day(c.changed_at),
            c.day,
        )
        for c, verb in found
    ]
    return _source(things, reverse("changes"), "待批准的参数改动")


def _imports(actor: Actor, today: date) -> Asking[Source]:
    """Sheets of one's own that stand half-way."""
    own = ImportBatch.objects.filter(actor_id=actor.id)
    halfway = Q(state__in=("checked", "refused")) | Q(state="applied", options__left__gt=0)
    gone_on = own.exclude(state__in=("refused", "discarded")).filter(options__continues__gt=0)
    rows, further = yield own.filter(halfway).order_by("changed_at"), gone_on
    continued = {b.options["continues"] for b in further}
    things = [_sheet(b) for b in rows if b.pk not in continued]
    return _source(things, reverse("imports"), "没有办完的导入")


def _sheet(batch: ImportBatch) -> Thing:
    wrong = int(batch.counts.get("wrong", 0))
    verb = "改错" if wrong or batch.state == "refused" else "确认写入"
    why: str | Said = Said("desk.rows_wrong", count=wrong) if wrong else batch.refusal
    url = reverse("import", args=[batch.pk])
    return Thing("导入", batch.name, url, verb, _day(batch.changed_at), None, why)


def _doubts(actor: Actor, today: date) -> Asking[Source]:
    if not actor.has("officer"):
        return _NONE
    open_ones = Doubt.objects.filter(answer="").order_by("created_at")
    rows, count = yield open_ones[:1], Count(open_ones)
    if not rows:
        return _NONE
    label = Said("desk.doubts", count=count)
    thing = Thing("可能重复的记录", label, reverse("doubts"), "核对", _day(rows[0].created_at))
    return Source([thing], 1, reverse("doubts"), "可能重复的记录")


def _unsound(actor: Actor, today: date) -> Asking[Source]:
    if not actor.has("officer"):
        return _NONE
    bulletins, figures = yield unsound()
    things = [
        Thing(
            "要改的记录",
            f.label,
            reverse(
                "bulletins-record" if isinstance(f, Bulletin) else "figures-record", args=[f.pk]
            ),
            "更正",
            _day(f.changed_at),
            None,
            Said("desk.unsound"),
        )
        for f in (*bulletins, *figures)
    ]
    return _source(things, reverse("bulletins"), "要改的记录")


def _drafts(actor: Actor, today: date) -> Asking[Source]:
    steps = ["save_draft"]
    (rows,) = yield (_near("plan.draft", drafts_visible_to(actor), steps),)
    found = _wanting("plan.draft", rows, steps, actor)
    things = [
        Thing("文件草稿", d.label, reverse("draft", args=[d.pk]), "校对", _day(d.created_at))
        for d, _ in found
    ]
    return _source(things, reverse("drafts"), "校对中的文件")


def _stuck(actor: Actor, today: date) -> Asking[Source]:
    if not actor.has("administrator"):
        return _NONE
    (count,) = yield (Count(Delivery.objects.filter(state="stuck")),)
    if not count:
        return _NONE
    thing = Thing("后台", Said("desk.stuck", count=count), reverse("ledger"), "重试")
    return Source([thing], 1, reverse("ledger"), "后台")


_ALL: tuple[Find, ...] = (
    _unmatched,
    _fits,
    _introductions,
    _returns,
    _tasks,
    _of_firms,
    _ending,
    _changes,
    _imports,
    _doubts,
    _unsound,
    _drafts,
    _stuck,
)


def owing(actor: Actor, today: date) -> Asking[Source]:
    """Who owes an answer: bodies that did not hand in, by the day it was due."""
    if not actor.has("officer"):
        return _NONE
    late = returns_visible_to(actor).filter(state__in=("asked", "sent_back"), due_on__lt=today)
    rows, count = yield late.order_by("due_on")[:5], Count(late)
    things = [
        Thing(
            "任务填报",
            f"{r.body} · {r.month}",
            reverse("return", args=[r.pk]),
            "看",
            None,
            r.due_on,
        )
        for r in rows
    ]
    return Source(things, count, f"{reverse('returns')}?late=1", "逾期未报")
