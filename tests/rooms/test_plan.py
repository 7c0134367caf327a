"""The plan in operation: figures, closings, tasks and returns, comparisons, drafts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from kechuang.book import read_book
from kechuang.book.cells import read_cell
from kechuang.book.schemas import Milestone as BookMilestone
from kechuang.district.accounts.models import Letter
from kechuang.district.core import ledger, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import create, take
from kechuang.district.plan.models import (
    Closing,
    Duty,
    Milestone,
    MonthlyReturn,
    ReportedFigure,
    TaskFile,
)
from kechuang.district.plan.queries import measurements
from kechuang.district.plan.registers import BULLETINS, FIGURES
from kechuang.district.plan.services import (
    asking,
    closings,
    comparing,
    drafts,
    milestones,
    owed,
    reading,
    readings,
    returns,
    tasks,
)
from kechuang.district.registry.models import Recognition
from kechuang.district.registry.services import keep_firm
from kechuang.engines.base.errors import (
    Invalid,
    InvalidForm,
    NotAllowed,
    NotFound,
    Questioned,
    Stale,
    WrongState,
)
from kechuang.engines.planning import printed
from tests.engines.test_deadlines import DATED
from tests.engines.test_plantext import TEXT
from tests.factories import NOW, sheet, token_of
from tests.portal.test_pages import client_of
from tests.steps import (
    amend,
    cancel,
    correct_establishment,
    establish,
    withdraw,
    withdraw_establishment,
)
from tests.steps import recognise as record

TODAY = NOW.date()
RATIO = {"indicator": "rd-intensity", "place": "津南区", "period": "2025"}


# --- figures that somebody reports


def report(values, actor, **more):
    return create(FIGURES, "report_figure", values, actor, NOW, **more)


def test_a_ratio_keeps_its_parts_and_another_person_confirms_it(world):
    officer, other = world.actor("officer"), world.actor("officer2")
    made = report({**RATIO, "numerator": "12.5", "denominator": "400"}, officer)
    assert (made.value, made.numerator, made.denominator) == ("3.125", "12.5", "400")
    assert Fraction(made.numerator) / Fraction(made.denominator) * 100 == Fraction(made.value)
    with pytest.raises(NotAllowed, match="换一位"):
        take(FIGURES, "confirm_figure", made, {}, officer, NOW)
    take(FIGURES, "return_figure", made, {}, other, NOW, why="请附统计局文件")
    changes = {"value": "3.2%", "numerator": "", "denominator": ""}
    take(FIGURES, "revise_figure", made, changes, officer, NOW, version=made.version)
    take(FIGURES, "confirm_figure", made, {}, other, NOW)
    assert (made.state, made.value) == ("confirmed", "3.2")
    take(FIGURES, "withdraw_figure", made, {}, officer, NOW, why="口径有误")
    assert made.state == "withdrawn"


def test_whoever_rewrote_a_figure_does_not_confirm_it(world):
    officer, other = world.actor("officer"), world.actor("officer2")
    made = report({**RATIO, "value": "3.1"}, officer)
    take(FIGURES, "revise_figure", made, {"value": "3.2"}, other, NOW, version=made.version)
    for actor in (officer, other):
        with pytest.raises(NotAllowed, match="换一位"):
            take(FIGURES, "confirm_figure", made, {}, actor, NOW)
    take(FIGURES, "confirm_figure", made, {}, world.actor("approver"), NOW)
    assert made.state == "confirmed"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({**RATIO, "numerator": "1", "denominator": "0"}, "denominator"),
        ({**RATIO, "numerator": "1"}, "denominator"),
        ({**RATIO, "value": "三点二"}, "value"),
        ({**RATIO, "value": "3.2亿元"}, "value"),
        ({**RATIO, "period": "去年", "value": "3"}, "period"),
        ({**RATIO, "indicator": "", "value": "3"}, "indicator"),
        ({**RATIO}, "value"),
    ],
)
def test_a_wrong_figure_is_refused_by_field(world, values, field):
    with pytest.raises(InvalidForm) as refusal:
        report(values, world.actor("officer"))
    assert field in [e.field for e in refusal.value.errors]


def test_a_jump_is_asked_about_and_may_be_confirmed(world):
    officer, other = world.actor("officer"), world.actor("officer2")
    first = report({**RATIO, "period": "2024", "value": "3.0"}, officer)
    take(FIGURES, "confirm_figure", first, {}, other, NOW)
    with pytest.raises(Questioned) as refusal:
        report({**RATIO, "value": "30000"}, officer)
    assert refusal.value.errors[0].code == "figure.jump_unit"
    assert not ReportedFigure.objects.filter(period="2025").exists()
    made = report({**RATIO, "value": "30000"}, officer, sure=True)
    assert made.state == "reported"
    assert ledger.history("plan.figure", made.pk).get().facts["asked"] == [
        "figure.jump_unit",
        "figure.above_whole",
    ]
    calm = report({**RATIO, "period": "2023", "value": "2.9"}, officer, sure=True)
    assert "asked" not in ledger.history("plan.figure", calm.pk).get().facts


# --- what the records say


def test_every_target_of_the_plan_is_read_and_the_computed_ones_rest_on_records(world):
    world.contract("A1", 2_000_000)
    establish(
        {
            "name": "某重点实验室",
            "kind": "platform",
            "level": "national",
            "approved_on": date(2021, 5, 1),
        },
        SYSTEM,
        NOW,
    )
    found = {r.target.id: r for r in readings(current_book(), 2026, TODAY, current_book().plan)}
    assert len(found) == 12
    turnover = found["technology-contract-turnover"]
    assert (turnover.how, turnover.value, turnover.rows) == ("computed", Decimal("0.02"), 1)
    platforms = next(r for r in found.values() if r.indicator.measure == "platforms_facilities")
    assert (platforms.how, platforms.value, platforms.rows) == ("computed", Decimal(1), 1)
    assert found["rd-intensity"].how in (
        "none",
        "quoted",
        "bulletin",
    )  # never computed: our records cannot know


def test_an_indicator_moves_when_its_records_do(world):
    made = world.contract("A1", 2_000_000, date(2026, 3, 1))
    worker.drain()
    kept = measurements("technology-contract-turnover", 2026)
    assert Decimal(kept.order_by("pk").last().value) == Decimal("0.02")
    target = next(t for t in current_book().plan.targets if t.id == "technology-contract-turnover")
    assert reading(current_book(), target, 2026, TODAY).value == Decimal("0.02")
    amend(made, {"amount_fen": 300_000_000}, SYSTEM, NOW, why="更正金额")
    assert reading(current_book(), target, 2026, TODAY).value == Decimal("0.03")


def test_an_establishment_is_corrected_and_withdrawn(world):
    values = {
        "kind": "platform",
        "level": "national",
        "name": "某重点实验室",
        "approved_on": date(2021, 5, 1),
    }
    thing = establish(values, SYSTEM, NOW)
    correct_establishment(thing, {"ended_on": date(2026, 1, 1)}, world.actor("officer"), NOW)
    withdraw_establishment(thing, world.actor("officer"), NOW, "不在本区")
    assert thing.state == "withdrawn"
    for bad in (
        {**values, "name": ""},
        {**values, "approved_on": date(2030, 1, 1)},
        {**values, "ended_on": date(2020, 1, 1)},
    ):
        with pytest.raises(InvalidForm):
            establish(bad, SYSTEM, NOW)


# --- closed periods


def test_a_closed_period_stays_and_says_what_moved_since(world):
    officer = world.actor("officer")
    one, two = (
        world.contract("A1", 1_000_000, date(2026, 8, 1)),
        world.contract("A2", 2_000_000, date(2026, 8, 2)),
    )
    with pytest.raises(WrongState, match="还没有结束"):
        closings.close_period("technology-contract-turnover", "2026-12", officer, NOW)
    closing = closings.close_period("technology-contract-turnover", "2026Q3", officer, NOW)
    with pytest.raises(WrongState, match="已经关过账"):
        closings.close_period("technology-contract-turnover", "2026Q3", officer, NOW)
    assert closings.drift(closing).changes == ()
    with pytest.raises(WrongState, match="没有要更正"):
        closings.correct_closing(closing, officer, NOW, "试试")
    cancel(one, SYSTEM, NOW, why="重复登记")
    amend(two, {"amount_fen": 250_000_000}, SYSTEM, NOW, why="更正金额")
    world.contract("A3", 400_000, date(2026, 9, 30))
    found = closings.drift(closing)
    assert sorted(c.how for c in found.changes) == ["added", "changed", "gone"]
    moved = sum((c.now or 0) - (c.was or 0) for c in found.changes)
    assert moved == (250_000_000 + 40_000_000) - 300_000_000
    assert any("重复登记" in c.why for c in found.changes)
    closings.correct_closing(closing, officer, NOW, "两份更正、一份补录")
    assert Closing.objects.get().value == closing.value


# --- tasks and returns


@pytest.fixture
def running(world):
    plan = current_book().plan
    assert tasks.set_up(plan, NOW) == 22
    assert tasks.set_up(plan, NOW) == 0
    assert (
        ledger.history("plan.task", TaskFile.objects.get(task=1).pk).get().kind
        == "plan.task.open_task"
    )
    world.plan = plan
    world.duty = tasks.set_duty(
        plan, 1, "区发展改革委", "lead", "李四", "li@x.example", world.actor("officer"), NOW
    )
    return world


def test_milestones_move_with_a_reason_and_are_reached_or_dropped(running):
    officer = running.actor("officer")
    mark = milestones.add_milestone(running.plan, 1, "完成选址", date(2026, 12, 1), officer, NOW)
    milestones.move_milestone(mark, date(2027, 1, 15), officer, NOW, "用地批复推迟")
    milestones.reach_milestone(mark, date(2026, 11, 1), officer, NOW)
    assert mark.state == "reached"
    other = milestones.add_milestone(running.plan, 1, "开工", date(2027, 6, 1), officer, NOW)
    milestones.drop_milestone(other, officer, NOW, "并入二期")
    assert Milestone.objects.filter(state="dropped").exists()
    with pytest.raises(NotAllowed):
        milestones.add_milestone(
            running.plan, 1, "我也要", date(2027, 6, 1), running.actor("enterprise"), NOW
        )


def test_a_milestone_waits_for_others_and_never_in_a_circle(running):
    officer = running.actor("officer")
    site = milestones.add_milestone(running.plan, 1, "完成选址", date(2026, 12, 1), officer, NOW)
    build = milestones.add_milestone(
        running.plan, 2, "开工", date(2027, 6, 1), officer, NOW, [site.pk]
    )
    with pytest.raises(WrongState, match="完成选址"):
        milestones.reach_milestone(build, date(2026, 11, 1), officer, NOW)
    with pytest.raises(Invalid, match="互相等待"):
        milestones.order_milestone(site, [build.pk], officer, NOW)
    with pytest.raises(Invalid, match="它自己"):
        milestones.order_milestone(site, [site.pk], officer, NOW)
    with pytest.raises(Invalid, match="不在这个计划"):
        milestones.order_milestone(site, [9_999], officer, NOW)
    milestones.reach_milestone(site, date(2026, 11, 1), officer, NOW)
    milestones.reach_milestone(build, date(2026, 11, 2), officer, NOW)
    assert build.state == "reached"
    third = milestones.add_milestone(
        running.plan, 3, "装修", date(2027, 8, 1), officer, NOW, [build.pk]
    )
    milestones.order_milestone(third, [], officer, NOW)
    assert third.after == []


def test_milestones_of_the_book_come_with_their_order(db):
    plan = replace(
        current_book().plan,
        id="trial",
        areas=tuple(
            replace(a, tasks=tuple(_marked(t) for t in a.tasks)) for a in current_book().plan.areas
        ),
    )
    tasks.set_up(plan, NOW)
    build = Milestone.objects.get(plan="trial", title="开工")
    assert build.after == [Milestone.objects.get(plan="trial", title="选址").pk]
    assert tasks.set_up(plan, NOW) == 0
    assert Milestone.objects.filter(plan="trial").count() == 2


def _marked(task):
    marks = {
        1: (BookMilestone("开工", date(2027, 6, 1), ("选址",)),),
        2: (BookMilestone("选址", date(2027, 1, 1)),),
    }
    return replace(task, milestones=marks.get(task.number, ()))


def test_a_task_is_closed_by_another_person_with_proof(running):
    officer, other = running.actor("officer"), running.actor("officer2")
    file = TaskFile.objects.get(task=1)
    with pytest.raises(WrongState, match="佐证"):
        tasks.ask_closing(file, officer, NOW, "都做完了")
    tasks.add_proof(file, [("验收意见.pdf", b"%PDF-1.4 x")], officer, NOW)
    tasks.ask_closing(file, officer, NOW, "都做完了")
    with pytest.raises(NotAllowed, match="换一位"):
        tasks.close_task(file, officer, NOW)
    tasks.refuse_closing(file, other, NOW, "缺少绩效材料")
    tasks.ask_closing(file, officer, NOW, "已补")
    tasks.close_task(file, other, NOW)
    assert (
        asking.ask_month(current_book(), [running.plan], "2026-11", NOW, TODAY)
        == Duty.objects.exclude(task=1).count()
    )
    tasks.reopen_task(file, officer, NOW, "审计提出问题")
    assert file.state == "open"


def ask(world, today=TODAY):
    asking.ask_month(current_book(), [world.plan], "2026-11", NOW, today)
    return MonthlyReturn.objects.get(task=1, body="区发展改革委")


def test_a_return_is_answered_by_its_link_and_reviewed(running):
    officer = running.actor("officer")
    thing = ask(running)
    name, body = owed.open_link(token_of(thing), NOW)
    opened = owed.one_owed(name, thing.pk)
    returns.save_return(opened, {"progress": "写了一半"}, body, NOW)
    with pytest.raises(InvalidForm) as refusal:
        returns.submit_return(opened, {"progress": "写了一半"}, body, NOW)
    assert {e.field for e in refusal.value.errors} == {"next_step", "light"}
    values = {"progress": "完成可研", "next_step": "报批", "light": "green"}
    stale = opened.version
    returns.submit_return(opened, values, body, NOW, version=stale)
    returns.send_back_return(opened, officer, NOW, "请写明日期")
    with pytest.raises(Stale):
        returns.save_return(opened, values, body, NOW, version=stale)
    returns.submit_return(opened, values, body, NOW)
    returns.accept_return(opened, officer, NOW, "yellow")
    assert (opened.light, opened.checked_light) == ("green", "yellow")
    with pytest.raises(WrongState):
        returns.save_return(opened, values, body, NOW)


def test_another_bodys_link_opens_nothing_of_ours(running):
    thing = ask(running)
    other = MonthlyReturn.objects.exclude(body=thing.body).first()
    name, stranger = owed.open_link(token_of(other), NOW)
    with pytest.raises(NotFound):
        owed.one_owed(name, thing.pk)
    with pytest.raises(NotAllowed, match="链接"):
        returns.save_return(thing, {"progress": "别人的"}, stranger, NOW)
    with pytest.raises(NotFound, match="索取新的链接"):
        owed.open_link(token_of(thing)[:-2] + "xx", NOW)
    tasks.set_duty(running.plan, 1, "区教育局", "lead", "", "", running.actor("officer"), NOW)
    tasks.remove_duty(Duty.objects.get(task=1, body="区发展改革委"), running.actor("officer"), NOW)
    with pytest.raises(NotFound, match="区教育局"):
        owed.one_owed(thing.body, thing.pk)
    assert thing not in owed.owed(thing.body)


def test_silence_is_reminded_then_escalated_by_working_days(running):
    thing = ask(running)
    rules, days = current_book().supervision, asking.workdays(current_book())
    worker.drain()
    before = Letter.objects.count()
    first = days.after(thing.due_on, rules.remind_after[0])
    at = datetime(first.year, first.month, first.day, 3, tzinfo=UTC)
    assert asking.follow_up(current_book(), at, first) > 0
    assert asking.follow_up(current_book(), at, first) == 0
    thing.refresh_from_db()
    assert thing.reminded == [rules.remind_after[0]]
    late = days.after(thing.due_on, rules.escalate_after[-1])
    asking.follow_up(current_book(), at + timedelta(days=(late - first).days), late)
    thing.refresh_from_db()
    assert thing.level == len(rules.escalate_after)
    worker.drain()
    assert Letter.objects.count() > before
    kinds = [e.kind for e in ledger.history("plan.return", thing.pk)]
    assert "plan.return.ask_return" in kinds
    assert "plan.return.remind_return" in kinds
    assert "plan.return.escalate_return" in kinds
    returns.cancel_return(thing, running.actor("officer"), NOW, "任务已并入")


# --- comparisons


def test_a_city_list_beside_ours_makes_piles_and_doubts(world):
    firm = keep_firm(world.firm, {"founded_on": date(2018, 1, 1), "industry": "电池"}, SYSTEM, NOW)
    record(firm, "gazelle", "D1", date(2026, 3, 1), date(2029, 3, 1), SYSTEM, NOW)
    data = sheet(
        ["企业名称", "统一社会信用代码"],
        [world.firm.name, world.firm.code],
        ["乙电池有限公司", world.rival.code],
        ["某企业", "91120112MA0000"],
    )
    options = {"rung": "gazelle", "start": "2026-01-01", "end": "2026-12-31"}
    made = comparing.lay("firms", "瞪羚名单.xlsx", data, options, world.actor("officer"), NOW)
    found = comparing.compare(made)
    assert [p.ours.key for p in found.piles.same] == [world.firm.code]
    assert "没有这种认定" in found.piles.only_theirs[0].reason
    short = found.piles.only_theirs[1]
    assert (short.line.ref, short.kind) == ("4", "key")
    assert "编号读不出" in short.reason
    assert (found.sums["theirs"].rows, found.sums["ours"].rows) == (3, 1)
    for bad in ({**options, "rung": "unicorns"}, {**options, "start": ""}):
        with pytest.raises(Invalid):
            comparing.lay("firms", "x.xlsx", data, bad, world.actor("officer"), NOW)
    with pytest.raises(NotAllowed):
        comparing.lay("firms", "x.xlsx", data, options, world.actor("enterprise"), NOW)


def test_rows_with_a_bad_or_missing_code_stay_in_the_piles_to_the_fen(world):
    world.contract("A1", 1_000_000, date(2026, 3, 1))
    lost = world.contract("A2", 2_000_000, date(2026, 4, 1))
    gone = world.contract("A3", 3_000_000, date(2026, 5, 1))
    cancel(gone, SYSTEM, NOW, why="重复登记")
    world.contract("A4", 4_000_000, date(2025, 5, 1))
    data = sheet(
        ["登记编号", "合同名称", "成交额"],
        ["A1", "合同A1", "1000000.01元"],
        ["", lost.name, "2000000元"],
        ["A3", "合同A3", "3000000元"],
        ["A4", "合同A4", "4000000元"],
        ["A1", "合同A1", "1000000元"],
        ["A9", "合同A9", "很多"],
    )
    options = {"start": "2026-01-01", "end": "2026-12-31"}
    made = comparing.lay("contracts", "清单.xlsx", data, options, world.actor("officer"), NOW)
    found = comparing.compare(made)
    sums, piles = found.sums, found.piles
    assert (sums["theirs"].rows, sums["theirs"].fen, sums["theirs"].unread) == (6, 1_100_000_001, 1)
    assert (sums["ours"].rows, sums["ours"].fen) == (2, 300_000_000)
    assert [(p.theirs.ref, p.differences) for p in piles.pairs] == [("6", ())]
    kinds = [(x.line.ref, x.kind, x.reason.code) for x in piles.only_theirs]
    assert kinds == [
        ("2", "twice", "lonely.twice"),
        ("3", "key", "lonely.key_unread_name"),
        ("4", "elsewhere", "lonely.cancelled"),
        ("5", "elsewhere", "lonely.other_period"),
        ("7", "unknown", "lonely.not_ours"),
    ]
    assert piles.only_theirs[2].proof[0].ref == str(gone.pk)
    (alone,) = piles.only_ours
    assert alone.reason == f"对方第 3 行同名（{lost.name}），但那一行的编号读不出，请人核对"
    assert comparing.hand_over(made, NOW) == 1
    page = client_of(world, "officer").get(f"/comparisons/{made.pk}/").content.decode()
    assert "1,100.000001万元" in page
    assert "1 行金额读不出" in page


def test_a_firm_known_under_another_recognition_is_said_to_be_so(world):
    for owner, rung, day in ((world.firm, "young_eagle", 3), (world.rival, "gazelle", 4)):
        firm = keep_firm(owner, {}, SYSTEM, NOW)
        record(firm, rung, "D1", date(2026, day, 1), date(2029, 3, 1), SYSTEM, NOW)
    withdrawn = registry_recognition(world.rival.code)
    withdraw(withdrawn, SYSTEM, NOW, why="录错")
    data = sheet(
        ["企业名称", "统一社会信用代码"],
        [world.firm.name, world.firm.code],
        [world.rival.name, world.rival.code],
    )
    options = {"rung": "gazelle", "start": "2026-01-01", "end": "2026-12-31"}
    made = comparing.lay("firms", "瞪羚.xlsx", data, options, world.actor("officer"), NOW)
    codes = [x.reason.code for x in comparing.compare(made).piles.only_theirs]
    assert codes == ["lonely.other_rung", "lonely.taken_back"]
    page = client_of(world, "officer").get(f"/en/comparisons/{made.pk}/").content.decode()
    assert "withdrew it" in page


def registry_recognition(code):
    return Recognition.objects.get(firm__organisation__code=code)


# --- documents become books


def test_a_document_becomes_a_book_that_the_checker_passes(world):
    officer = world.actor("officer")
    draft = drafts.read_draft("计划.txt", TEXT.encode(), officer, NOW)
    groups = [
        {**g, "targets": [{**t, "tie": "new"} for t in g["targets"]]} for g in draft.draft["groups"]
    ]
    changed = {
        **draft.draft,
        "title": "示例区科技创新行动计划（2026—2028年）",
        "groups": groups,
    }
    drafts.revise_draft(draft, changed, officer, NOW, version=draft.version)
    with pytest.raises(Stale):
        drafts.revise_draft(draft, changed, officer, NOW, version=0)
    with pytest.raises(InvalidForm):
        drafts.save_draft(draft, "示例", "national", "示例区", officer, NOW)
    with pytest.raises(InvalidForm, match="已经用过"):
        drafts.save_draft(draft, "jinnan", "national", "示例区", officer, NOW)
    folder = drafts.save_draft(draft, "shili", "national", "示例区", officer, NOW)
    assert (folder / "book.yaml").exists()
    other = drafts.read_draft("计划.txt", TEXT.encode(), officer, NOW)
    drafts.discard_draft(other, officer, NOW)
    with pytest.raises(Invalid, match="计划"):
        drafts.read_draft("新闻.txt", "今天天气很好。".encode(), officer, NOW)


def test_a_duty_that_is_taken_away_stays_in_the_tasks_history(running):
    tasks.remove_duty(running.duty, running.actor("officer"), NOW)
    kinds = [e.kind for e in ledger.history("plan.task", TaskFile.objects.get(task=1).pk)]
    assert kinds.count("plan.duty.set") == 1
    assert kinds.count("plan.duty.remove") == 1


def test_a_list_is_laid_outside_any_transaction_as_the_page_does_it(shared_world):
    data = sheet(["企业名称", "统一社会信用代码"], ["某企业", shared_world.rival.code])
    options = {"rung": "gazelle", "start": "2026-01-01", "end": "2026-12-31"}
    made = comparing.lay("firms", "a.xlsx", data, options, shared_world.actor("officer"), NOW)
    assert ledger.history("plan.comparison", made.pk).count() == 1


@pytest.mark.parametrize("parent", ["../../etc", "没有", "jinnan/../national"])
def test_a_book_extends_only_books_that_stand_here(world, parent):
    officer = world.actor("officer")
    draft = drafts.read_draft("计划.txt", TEXT.encode(), officer, NOW)
    with pytest.raises(InvalidForm, match="叠加"):
        drafts.save_draft(draft, "shili", parent, "示例区", officer, NOW)


BULLETIN = {
    "indicator": "technology-contract-turnover",
    "place": "津南区",
    "as_of": "2026-04-30",
    "value": "44.5",
    "counting": "ytd",
    "source": "通报",
}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e400", "很多", "", "7,912家"])
def test_what_is_no_number_in_the_indicators_unit_is_no_bulletin(world, text):
    with pytest.raises(InvalidForm) as refusal:
        create(BULLETINS, "report", {**BULLETIN, "value": text}, SYSTEM, NOW)
    assert [e.field for e in refusal.value.errors] == ["value"]


@pytest.mark.parametrize("text", ["44.5亿元", "445,000万元", "44.50", "4450000000元"])
def test_a_printed_amount_is_kept_in_the_indicators_unit(world, text):
    made = create(BULLETINS, "report", {**BULLETIN, "value": text}, SYSTEM, NOW)
    assert made.value == "44.5"


def test_a_second_figure_of_the_same_day_is_a_correction_of_the_first(world):
    made = create(BULLETINS, "report", BULLETIN, world.actor("officer"), NOW)
    with pytest.raises(InvalidForm, match="更正"):
        create(BULLETINS, "report", {**BULLETIN, "value": "46"}, world.actor("officer"), NOW)
    take(BULLETINS, "withdraw", made, {}, world.actor("officer"), NOW, why="登错")
    create(BULLETINS, "report", {**BULLETIN, "value": "46"}, world.actor("officer"), NOW)


@pytest.mark.parametrize("words", ["科技型中小企业数", "科技型中小企业", "sme"])
def test_an_indicator_is_known_by_what_bulletins_call_it(world, words):
    column = next(c for c in current_book().layouts["bulletins"].columns if c.field == "indicator")
    assert read_cell(column, words, current_book()) == "sme"
    with pytest.raises(Invalid) as refusal:
        read_cell(column, "中小企业", current_book())
    assert "科技型中小企业数" in refusal.value.proposals


@pytest.mark.parametrize(
    ("text", "unit", "kept"),
    [
        ("7,912家", "家", "7912"),
        ("-44,500万元", "亿元", "-4.45"),
        ("0." + "1" * 37 + "亿元", "亿元", "0." + "1" * 37),
        ("1234567.89元", "亿元", "0.0123456789"),
        ("3.05％", "%", "3.05"),
        ("", "家", ""),
    ],
)
def test_a_printed_figure_is_exact_in_the_indicators_unit(text, unit, kept):
    assert printed(text, unit) == kept


def test_a_figure_of_more_digits_than_any_has_is_refused(world):
    for text in ("0." + "1" * 200, "0." + "1" * 200 + "万元"):
        with pytest.raises(InvalidForm) as refusal:
            create(BULLETINS, "report", {**BULLETIN, "value": text}, SYSTEM, NOW)
        assert "value" in [e.field for e in refusal.value.errors]


def test_a_figure_that_differs_from_its_parts_is_refused_not_dropped(world):
    officer = world.actor("officer")
    made = report({**RATIO, "numerator": "1", "denominator": "3"}, officer)
    with pytest.raises(InvalidForm, match="不一致"):
        take(FIGURES, "revise_figure", made, {"value": "9.9"}, officer, NOW, version=made.version)
    changes = {"numerator": "2", "value": made.value}  # as a form sends what it showed
    take(FIGURES, "revise_figure", made, changes, officer, NOW, version=made.version)
    assert made.value.startswith("66.66")
    rounded = {**RATIO, "period": "2024", "numerator": "2", "denominator": "3", "value": "66.67"}
    assert report(rounded, officer, sure=True).value.startswith("66.666")


def test_one_figure_stands_for_an_indicator_place_and_period(world):
    officer = world.actor("officer")
    made = report({**RATIO, "value": "3"}, officer)
    with pytest.raises(InvalidForm, match="已有一个数"):
        report({**RATIO, "value": "3"}, officer)
    take(FIGURES, "withdraw_figure", made, {}, officer, NOW, why="登错")
    report({**RATIO, "value": "3"}, officer)


def test_an_indicator_that_the_book_does_not_know_is_refused(world):
    with pytest.raises(InvalidForm, match="指标里没有"):
        create(BULLETINS, "report", {**BULLETIN, "indicator": "幸福指数"}, SYSTEM, NOW)
    made = create(BULLETINS, "report", {**BULLETIN, "indicator": "技术合同成交额"}, SYSTEM, NOW)
    assert made.indicator == "technology-contract-turnover"  # an older law's sheet gives titles


def test_a_withdrawn_bulletin_is_for_who_answers_for_it(world):
    made = create(BULLETINS, "report", BULLETIN, SYSTEM, NOW)
    take(BULLETINS, "withdraw", made, {}, world.actor("officer"), NOW, why="登错")
    assert BULLETINS.visible(world.actor("auditor")).filter(pk=made.pk).exists()
    assert not BULLETINS.visible(world.actor("rival")).filter(pk=made.pk).exists()


def test_deadlines_become_milestones_when_nothing_about_them_is_open(world):
    officer = world.actor("officer")
    draft = drafts.read_draft("计划.txt", DATED.encode(), officer, NOW)
    made = draft.draft
    for target in (t for g in made["groups"] for t in g["targets"]):
        target["tie"] = "new"
    made |= {"title": "示例区计划（2026—2028年）", "period": ["2026-01-01", "2028-12-31"]}
    dated = [k for a in made["areas"] for k in a["tasks"] if k.get("due")]
    assert [k["due"] for k in dated] == ["2026年6月底前", "2月30日前"]
    drafts.revise_draft(draft, made, officer, NOW)
    with pytest.raises(InvalidForm, match=r"2月30日前.*日历上没有"):
        drafts.save_draft(draft, "shili", "national", "示例区", officer, NOW)
    dated[1]["days"] = {"2月30日前": "2026-02-28"}
    drafts.revise_draft(draft, made, officer, NOW)
    folder = drafts.save_draft(draft, "shili", "national", "示例区", officer, NOW)
    book, problems = read_book(folder)
    assert not problems
    plan = next(p for p in book.plans.values() if p.id.startswith("shili"))
    marks = [(m.title, str(m.due)) for t in plan.tasks for m in t.milestones]
    assert marks == [("2026年6月底前", "2026-06-30"), ("2月30日前", "2026-02-28")]
