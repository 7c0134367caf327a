"""Each role's first page: what waits for whom, since when, until when, and nothing of others."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from kechuang.district.core import clock, imports, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Delivery, Doubt
from kechuang.district.core.registers import create
from kechuang.district.plan.models import MonthlyReturn
from kechuang.district.plan.registers import FIGURES
from kechuang.district.plan.services import asking, milestones, returns, tasks
from kechuang.district.portal.desk.strip import strip_of
from kechuang.district.portal.desk.things import (
    LATER,
    OVERDUE,
    SOON,
    TODAY,
    Thing,
    days_ahead,
    grouped,
)
from kechuang.district.registry.services import applications, keep_firm, years
from tests.factories import NOW, sheet
from tests.portal.test_pages import client_of
from tests.portal.test_whose_hand import SAID, TOLD
from tests.steps import recognise

DAY = date(2026, 11, 2)


def thing(name, until=None, since=None):
    return Thing("甲", name, "/", "办", since, until)


def test_what_is_due_first_stands_first_and_what_has_no_day_last():
    found = grouped(
        [
            thing("没有期限的老事", since=DAY - timedelta(days=90)),
            thing("八天后", DAY + timedelta(days=8)),
            thing("七天后", DAY + timedelta(days=7)),
            thing("今天", DAY),
            thing("昨天", DAY - timedelta(days=1)),
            thing("没有期限的新事", since=DAY),
        ],
        DAY,
    )
    assert [(g.name, [t.label for t in g.things]) for g in found] == [
        (OVERDUE, ["昨天"]),
        (TODAY, ["今天"]),
        (SOON, ["七天后"]),
        (LATER, ["八天后", "没有期限的老事", "没有期限的新事"]),
    ]


def test_the_picture_shows_every_day_with_its_count_and_who_rests():
    rest = frozenset({DAY + timedelta(days=1)})
    days = days_ahead([thing("a", DAY), thing("b", DAY), thing("c")], DAY, 3, rest)
    assert [(d.count, d.off) for d in days] == [(2, False), (0, True), (0, False)]
    bars = strip_of(days, 1).bars
    assert [b.count for b in bars] == [1, 2, 0, 0]
    assert bars[1].height == 2 * bars[0].height


@pytest.fixture
def busy(world):
    """A district in which something of every kind waits."""
    today, plan = clock.today(), current_book().plan
    firm = keep_firm(world.firm, {}, SYSTEM, NOW)
    world.fresh = world.demand(title="等审的需求", state="submitted")
    world.lonely = world.demand(title="没人对接的需求")
    world.going = world.introduction(world.demand(title="在谈"), world.achievement())
    tasks.set_up(plan, NOW)
    asking.ask_month(current_book(), [plan], "2026-11", NOW, DAY)
    world.filled, world.silent = MonthlyReturn.objects.all()[:2]
    returns.fill_return(world.filled, SAID, TOLD, world.actor("officer"), NOW)
    MonthlyReturn.objects.filter(pk=world.silent.pk).update(due_on=DAY)
    file = next(iter(tasks.TaskFile.objects.all()))
    tasks.add_proof(file, [("a.txt", b"x")], world.actor("officer"), NOW, "佐证")
    tasks.ask_closing(file, world.actor("officer"), NOW, "已办完")
    world.closing = reverse("task-desk", args=[file.task])
    milestones.add_milestone(plan, 2, "到期的节点", today - timedelta(days=3), SYSTEM, NOW)
    recognise(
        firm, "high_tech", "GR1", DAY - timedelta(days=900), today + timedelta(days=30), SYSTEM, NOW
    )
    figure = {"indicator": "rd-intensity", "place": "津南区", "period": "2025", "value": "3.1"}
    world.figure = create(FIGURES, "report_figure", figure, world.actor("officer"), NOW)
    world.applied = applications.apply(firm, "gazelle", "", world.actor("enterprise"), NOW)
    world.year = years.open_year(firm, 2025, world.actor("enterprise"), NOW)
    world.sheet = imports.upload(
        "contracts", "错表.xlsx", sheet(["合同名称"], ["甲"]), world.actor("officer")
    )
    Doubt.objects.create(
        kind="x", left_id="1", right_id="2", left_label="a", right_label="b", why="", created_at=NOW
    )
    worker.drain()
    return world


def desk(world, name):
    answer = client_of(world, name).get(reverse("workspace"))
    held = {
        t.url.partition("?")[0]: (g.name, t.verb)
        for g in answer.context["groups"]
        for t in g.things
    }
    return answer, held


def test_each_role_finds_its_own_work(busy):
    record = lambda slug, x: reverse(f"{slug}-record", args=[x.pk])  # noqa: E731
    _, officer = desk(busy, "officer2")
    assert officer[record("demands", busy.fresh)][1] == "审核通过"
    assert officer[reverse("return", args=[busy.filled.pk])] == (LATER, "审阅")
    assert officer[record("figures", busy.figure)][1] == "确认"
    assert officer[reverse("application", args=[busy.applied.pk])][1] == "审核推荐"
    assert officer[reverse("task-desk", args=[2])] == (OVERDUE, "记完成")
    assert officer[reverse("doubts")][1] == "核对"
    _, approver = desk(busy, "approver")
    assert approver[busy.closing][1] == "批准销号"
    assert record("figures", busy.figure) in approver
    _, broker = desk(busy, "broker")
    assert broker[reverse("demand-matches", args=[busy.lonely.pk])][1] == "看匹配"
    assert broker[reverse("introduction", args=[busy.going.pk])][1] == "看回答"
    _, firm = desk(busy, "enterprise")
    assert firm[reverse("firm-year", args=[busy.year.firm_id, 2025])][1] == "提交"
    rung = reverse("firm-rung", args=[busy.year.firm_id, "high_tech"])
    assert firm[rung] == (LATER, "看怎么续")


def test_nobody_finds_what_is_not_theirs_to_do(busy):
    _, typist = desk(busy, "officer")
    assert reverse("return", args=[busy.filled.pk]) not in typist  # typed by the same hand
    assert busy.closing not in typist
    assert reverse("figures-record", args=[busy.figure.pk]) not in typist
    for outsider in ("rival", "researcher", "reviewer", "auditor"):
        answer, held = desk(busy, outsider)
        assert not held, (outsider, held)
        assert "现在没有等您做的事" in answer.content.decode()


def test_a_sheet_of_ones_own_waits_until_it_is_mended(busy):
    _, officer = desk(busy, "officer")
    address = reverse("import", args=[busy.sheet.pk])
    assert officer[address][1] == "改错"
    assert address not in desk(busy, "officer2")[1]


def test_who_owes_an_answer_stands_beside_and_the_title_counts(busy):
    answer, held = desk(busy, "officer2")
    assert answer.context["owing"].count >= 1
    assert answer.context["owing"].things[0].url == reverse("return", args=[busy.silent.pk])
    assert answer.context["overdue"] == sum(name == OVERDUE for name, _ in held.values())
    assert f"{answer.context['count']} 件事等您" in answer.content.decode()


def test_stuck_work_waits_for_the_administrator_alone(busy):
    assert reverse("ledger") not in desk(busy, "administrator")[1]
    Delivery.objects.filter(pk=Delivery.objects.first().pk).update(state="stuck")
    assert desk(busy, "administrator")[1][reverse("ledger")][1] == "重试"
    assert reverse("ledger") not in desk(busy, "officer")[1]


def test_every_link_of_a_desk_opens(busy):
    for name in ("officer", "officer2", "approver", "broker", "enterprise", "administrator"):
        client = client_of(busy, name)
        for url in desk(busy, name)[1]:
            assert client.get(url).status_code in (200, 302), (name, url)
