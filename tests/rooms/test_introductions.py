"""Introductions: each answers for himself, nobody is left waiting, both sides learn how it ends."""

from datetime import date, timedelta

import pytest

from kechuang.district.accounts.models import Letter
from kechuang.district.core import ledger, worker
from kechuang.district.market.services import introductions, waiting
from kechuang.engines.base.errors import InvalidForm, NotAllowed, NotFound, WrongState
from tests import listings
from tests import steps as transfer
from tests.factories import NOW, token_of


@pytest.fixture
def open_one(world):
    return world, world.introduction(world.demand(), world.achievement())


def link(invitation):
    return introductions.open_link(token_of(invitation), NOW)


def letters(email):
    return list(Letter.objects.filter(email=email).order_by("id").values_list("subject", flat=True))


def test_all_accept_and_learn_how_to_reach_each_other(open_one):
    _, made = open_one
    first, second = made.invitations.all()
    introductions.accept(*link(first), NOW)
    made.refresh_from_db()
    assert made.state == "open"
    introductions.accept(*link(second), NOW)
    made.refresh_from_db()
    assert made.state == "agreed"
    body = Letter.objects.filter(email="zhao@x.example").latest("id").body
    assert "qian@x.example" in body


def test_nobody_answers_for_another(open_one):
    world, made = open_one
    first, second = made.invitations.all()
    _, as_first = link(first)
    with pytest.raises(NotAllowed):
        introductions.accept(second, as_first, NOW)
    with pytest.raises(NotAllowed):
        introductions.accept(second, world.actor("officer"), NOW)
    with pytest.raises(NotFound):
        introductions.open_link(token_of(first)[:-2] + "xx", NOW)


def test_a_no_ends_it_with_a_reason_for_the_broker_only(open_one):
    world, made = open_one
    first, second = made.invitations.all()
    introductions.decline(*link(second), NOW, "已独家许可给别人")
    made.refresh_from_db()
    assert made.state == "declined"
    assert letters("zhao@x.example")[-1] == "对接没有成"
    assert "独家" not in Letter.objects.filter(email="zhao@x.example").latest("id").body
    assert "独家" in Letter.objects.filter(user=world.users["broker"]).latest("id").body
    with pytest.raises(WrongState):
        introductions.accept(*link(first), NOW)


def test_a_question_stops_the_clock_until_it_is_answered(open_one):
    world, made = open_one
    second = made.invitations.last()
    introductions.ask(*link(second), NOW, "对方是哪一类企业？")
    assert waiting.remind_waiting(NOW + timedelta(days=4)) == 1  # the other person only
    later = NOW + timedelta(days=5)
    second.refresh_from_db()
    introductions.reply(second, "电池企业", world.actor("broker"), later)
    second.refresh_from_db()
    assert (second.state, second.waiting_since) == ("waiting", later)
    with pytest.raises(NotAllowed):
        introductions.reply(second, "x", world.actor("rival"), later)
    told = ledger.history("market.invitation", second.pk).get(kind__endswith=".reply")
    assert told.actor_id == world.actor("broker").id


def test_waiting_answers_are_reminded_after_3_9_and_21_days_and_closed_when_dead(open_one):
    _, made = open_one
    sent = []
    for day in range(1, 35):
        waiting.remind_waiting(NOW + timedelta(days=day))
        waiting.remind_waiting(NOW + timedelta(days=day, hours=3))  # the worker asks often
        sent.append(letters("zhao@x.example").count("提醒：有一项对接等您回答"))
    assert [sent.index(n) + 1 for n in (1, 2, 3)] == [3, 9, 21]
    made.refresh_from_db()
    assert made.state == "lapsed"
    assert letters("zhao@x.example")[-1] == letters("qian@x.example")[-1] == "对接已关闭"


def test_the_days_can_be_set_for_one_introduction(world):
    made = world.introduction(
        world.demand(), world.achievement(), remind_after_days=[1], close_after_days=2
    )
    assert waiting.remind_waiting(NOW + timedelta(days=1)) == 2
    waiting.remind_waiting(NOW + timedelta(days=2))
    made.refresh_from_db()
    assert made.state == "lapsed"


def test_both_sides_learn_of_a_withdrawal(open_one):
    world, made = open_one
    introductions.withdraw(made, world.actor("broker"), NOW, "企业改了方案")
    assert letters("zhao@x.example")[-1] == letters("qian@x.example")[-1] == "对接已撤回"


def test_the_firm_is_asked_afterwards_what_came_of_it(open_one):
    _, made = open_one
    for invitation in made.invitations.all():
        introductions.accept(*link(invitation), NOW)
    assert waiting.ask_outcomes(NOW + timedelta(days=59)) == 0
    assert waiting.ask_outcomes(NOW + timedelta(days=60)) == 1
    assert waiting.ask_outcomes(NOW + timedelta(days=61)) == 0
    firm, owner = made.invitations.all()
    assert "结果" in letters(firm.email)[-1]
    assert "结果" not in letters(owner.email)[-1]
    made.refresh_from_db()
    introductions.report_outcome(made, "talking", "在谈价格", link(firm)[1], NOW)
    assert made.outcome == "talking"
    with pytest.raises(NotAllowed):
        introductions.report_outcome(made, "nothing", "", link(owner)[1], NOW)


def test_a_pair_that_matching_keeps_out_needs_a_word_why(world):
    demand, achievement = world.demand(), world.achievement(price_fen=10**12)
    with pytest.raises(InvalidForm, match="写一句理由"):
        world.introduction(demand, achievement)
    made = world.introduction(demand, achievement, overruled="对方愿意分期付款")
    assert made.overruled == "对方愿意分期付款"


@pytest.mark.parametrize(
    "persons",
    [
        [("firm", "甲", "a@x.example")],
        [("firm", "甲", "a@x.example"), ("firm", "乙", "b@x.example")],
        [("firm", "甲", "a@x.example"), ("owner", "", "b@x.example")],
        [("firm", "甲", "a@x.example"), ("owner", "乙", "没有邮箱")],
        [("firm", "甲", "a@x.example"), ("owner", "乙", "A@x.example")],
        [
            ("firm", "甲", f"{n}@x.example") if n else ("owner", "乙", "o@x.example")
            for n in range(4)
        ],
    ],
)
def test_two_or_three_persons_of_both_sides_by_name(world, persons):
    with pytest.raises(InvalidForm):
        world.introduction(
            world.demand(), world.achievement(), persons=[introductions.Person(*p) for p in persons]
        )


def test_a_closed_demand_is_not_introduced(world):
    demand = world.demand()
    listings.close(demand, world.actor("enterprise"), NOW, "解决了")
    with pytest.raises(WrongState):
        world.introduction(demand, world.achievement())


def test_the_same_pair_is_not_introduced_twice_at_a_time(world):
    demand, achievement = world.demand(), world.achievement()
    world.introduction(demand, achievement)
    with pytest.raises(InvalidForm, match="进行中"):
        world.introduction(demand, achievement)


def test_closing_a_demand_ends_its_open_introductions(world):
    demand, achievement = world.demand(), world.achievement()
    made = world.introduction(demand, achievement)
    listings.close(demand, world.actor("enterprise"), NOW, "已解决")
    worker.drain()
    made.refresh_from_db()
    assert made.state == "lapsed"
    assert {i.state for i in made.invitations.all()} == {"off"}


def test_a_cancelled_contract_opens_its_introduction_again(world):
    made = world.introduction(world.demand(), world.achievement())
    for invitation in made.invitations.all():
        introductions.accept(invitation, introductions.open_link(token_of(invitation), NOW)[1], NOW)
    made.refresh_from_db()
    values = {
        "name": "合同",
        "kind": "development",
        "seller": world.university,
        "buyer": world.firm,
        "amount_fen": 100,
        "technology_fen": None,
        "signed_on": date(2026, 10, 1),
    }
    contract = transfer.record(values, world.actor("broker"), NOW, introduction=made)
    transfer.cancel(contract, world.actor("officer"), NOW, "录错了")
    made.refresh_from_db()
    assert made.state == "agreed"  # resume
    transfer.record(values, world.actor("broker"), NOW, introduction=made)
