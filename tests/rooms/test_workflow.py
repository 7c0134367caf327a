"""The one way to move a state: what a step writes, leaves alone, and refuses."""

from datetime import timedelta

import pytest

from kechuang.district.core import books
from kechuang.district.core.actor import VISITOR, Verdict
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import (
    WORKFLOWS,
    Workflow,
    advance,
    begin,
    check_source,
    label_of,
    step,
)
from kechuang.district.market.models import Demand
from kechuang.district.market.registers import DEMANDS
from kechuang.engines.base.errors import Invalid, NotAllowed, Stale, WrongState
from tests.factories import NOW

FLOW = DEMANDS.flow
LATER = NOW + timedelta(hours=1)


def told(entry):
    return (entry.kind, entry.old_state, entry.new_state, entry.why, entry.at, entry.actor_id)


def fresh(world, title="新"):
    return Demand(
        title=title,
        problem="x",
        owner=world.firm,
        created_by=1,
        created_at=NOW,
        search="",
        digest="",
    )


def test_a_beginning_is_told_whole_and_once_under_its_key(world):
    firm, demand = world.actor("enterprise"), fresh(world)
    entry = begin(
        FLOW, "draft", demand, firm, LATER, why="走访得来", facts={"from": "visit"}, key="first"
    )
    assert told(entry) == ("market.demand.draft", "", "draft", "走访得来", LATER, firm.id)
    assert (entry.subject_kind, entry.subject_id) == ("market.demand", str(demand.pk))
    assert (entry.label, entry.facts, entry.key) == ("新", {"from": "visit"}, "first")
    demand.refresh_from_db()
    assert (demand.state, demand.changed_at, demand.version) == ("draft", LATER, 1)
    again = begin(FLOW, "draft", fresh(world, "再来"), firm, LATER, key="first")
    assert (again.pk, Demand.objects.count()) == (entry.pk, 1)
    begin(FLOW, "draft", fresh(world), firm, LATER, key="second")
    other = begin(FLOW, "draft", fresh(world), firm, LATER)
    assert (Demand.objects.count(), other.why, other.facts, other.key) == (3, "", {}, None)


def test_who_may_not_begin_leaves_nothing(world):
    before = Entry.objects.count()
    with pytest.raises(NotAllowed):
        begin(FLOW, "draft", fresh(world), VISITOR, NOW)
    assert (Demand.objects.count(), Entry.objects.count()) == (0, before)


def test_a_step_is_told_whole_and_moves_this_record_alone(world):
    demand, other = world.demand(state="submitted"), world.demand("另一条", state="submitted")
    broker = world.actor("broker")
    entry = advance(
        FLOW, "send_back", demand, broker, LATER, why="太短", facts={"by": "phone"}, key="back"
    )
    assert told(entry) == (
        "market.demand.send_back",
        "submitted",
        "draft",
        "太短",
        LATER,
        broker.id,
    )
    assert (entry.subject_kind, entry.subject_id) == ("market.demand", str(demand.pk))
    assert (entry.label, entry.facts, entry.key) == (demand.title, {"by": "phone"}, "back")
    assert (demand.state, demand.version, demand.changed_at) == ("draft", 2, LATER)
    other.refresh_from_db()
    assert (other.state, other.version) == ("submitted", 1)
    assert advance(FLOW, "check", other, broker, LATER).why == ""


def test_a_key_answers_with_its_own_entry_even_when_the_step_would_be_refused(world):
    first, other = world.demand(state="submitted"), world.demand("另一条", state="submitted")
    broker = world.actor("broker")
    entry = advance(FLOW, "check", first, broker, NOW, key="once")
    assert advance(FLOW, "check", other, VISITOR, NOW, key="once").pk == entry.pk
    other.refresh_from_db()
    assert other.state == "submitted"
    assert advance(FLOW, "check", other, broker, NOW, key="twice").subject_id == str(other.pk)


def test_a_step_without_a_target_writes_fields_and_stays_where_it_is(world):
    demand, firm = world.demand(state="submitted"), world.actor("enterprise")
    entry = advance(
        FLOW, "revise", demand, firm, LATER, changes={"title": "改", "trl": 6}, version=1
    )
    assert (entry.old_state, entry.new_state) == ("submitted", "submitted")
    assert (demand.title, demand.trl, demand.state, demand.version) == ("改", 6, "submitted", 2)
    advance(
        FLOW,
        "revise",
        demand,
        firm,
        LATER,
        changes=lambda locked: {"title": f"{locked.title}二"},
        version=2,
    )
    assert (demand.title, demand.version) == ("改二", 3)
    advance(FLOW, "revise", demand, firm, LATER, version=3)
    assert (demand.title, demand.version) == ("改二", 4)


def test_a_step_that_writes_fields_must_say_which_version_it_saw(world):
    demand, firm = world.demand(state="submitted"), world.actor("enterprise")
    with pytest.raises(TypeError, match=r"market\.demand\.revise"):
        advance(FLOW, "revise", demand, firm, NOW, changes={"title": "改"})
    for version in (0, 2):
        with pytest.raises(Stale) as caught:
            advance(FLOW, "revise", demand, firm, NOW, version=version)
        assert (caught.value.code, caught.value.facts) == ("record.stale", {"version": 1})
    with pytest.raises(Stale):
        advance(FLOW, "check", demand, world.actor("broker"), NOW, version=2)
    demand.refresh_from_db()
    assert (demand.title, demand.state, demand.version) == ("快充电池包散热", "submitted", 1)


def test_a_creating_step_asks_for_fields_and_no_version():
    assert FLOW.step("draft").creates
    assert not FLOW.step("draft").versioned
    assert not FLOW.step("revise").creates
    assert FLOW.step("revise").versioned
    assert not FLOW.step("check").versioned


def test_a_reason_is_asked_for_where_the_step_needs_one_and_permission_comes_first(world):
    demand, firm = world.demand(), world.actor("enterprise")
    for why in ("", " \n"):
        with pytest.raises(Invalid) as caught:
            advance(FLOW, "pause", demand, firm, NOW, why=why)
        assert (caught.value.field, caught.value.code) == ("why", "step.why_missing")
        with pytest.raises(NotAllowed):
            advance(FLOW, "pause", demand, world.actor("rival"), NOW, why=why)
    assert advance(FLOW, "pause", demand, firm, NOW, why="盘点").new_state == "paused"
    assert advance(FLOW, "resume", demand, firm, NOW).new_state == "published"


def test_the_record_as_it_is_decides_not_as_the_caller_holds_it(world):
    demand, firm = world.demand(state="submitted"), world.actor("enterprise")
    held = Demand.objects.get(pk=demand.pk)
    advance(FLOW, "check", demand, world.actor("broker"), NOW)
    with pytest.raises(WrongState, match="待发布"):
        advance(FLOW, "revise", held, firm, NOW, version=1)


def test_a_wrong_state_names_the_state_and_the_step(world):
    demand = world.demand()
    with pytest.raises(WrongState) as caught:
        check_source(FLOW, FLOW.step("submit"), demand)
    assert caught.value.facts == {"state": "已发布", "step": "提交审核"}
    check_source(FLOW, FLOW.step("pause"), demand)
    demand.state = "nowhere"
    with pytest.raises(WrongState, match="nowhere"):
        check_source(FLOW, FLOW.step("submit"), demand)


def test_a_page_offers_what_this_person_may_take_from_here(world):
    demand = world.demand(state="submitted")

    def offered(person):
        return [s.name for s in FLOW.open_steps(demand, world.actor(person))]

    assert offered("enterprise") == ["revise"]
    assert offered("broker") == ["check", "send_back", "revise"]
    assert offered("rival") == offered("visitor") == []
    # merging is allowed as well, but it is no button
    assert FLOW.step("merge").permission(world.actor("officer"), demand).allowed
    assert "merge" not in offered("officer")


def test_what_would_be_refused_is_refused_before_anything_is_done(world):
    demand = world.demand(state="submitted")
    FLOW.permit("check", demand, world.actor("broker"))
    with pytest.raises(NotAllowed) as caught:
        FLOW.permit("check", demand, world.actor("rival"))
    assert str(caught.value) == FLOW.step("check").permission(world.actor("rival"), demand).why


def test_a_house_whose_law_cannot_be_read_writes_nothing(world, monkeypatch):
    demand = world.demand(state="submitted")
    before = Entry.objects.count()
    monkeypatch.setattr(books, "trouble", lambda: ("它的书读不出来",))
    with pytest.raises(WrongState) as caught:
        advance(FLOW, "check", demand, world.actor("broker"), NOW)
    assert caught.value.code == "law.unreadable"
    with pytest.raises(WrongState):
        begin(FLOW, "draft", fresh(world), world.actor("enterprise"), NOW)
    demand.refresh_from_db()
    assert (demand.state, Entry.objects.count(), Demand.objects.count()) == ("submitted", before, 1)


@pytest.mark.parametrize(
    ("sources", "target", "unknown"), [("open shut", "open", "shut"), ("open", "gone", "gone")]
)
def test_a_table_with_a_state_that_is_none_is_refused(sources, target, unknown):
    row = step("close", "关闭", sources, target, lambda actor, thing: Verdict(True))
    with pytest.raises(ValueError, match=rf"test\.door\.close.*\{{'{unknown}'\}}"):
        Workflow("test.door", Demand, {"open": "开着"}, (row,))
    assert "test.door" not in WORKFLOWS


def test_a_table_is_found_by_its_name(monkeypatch):
    monkeypatch.setitem(WORKFLOWS, "test.door", None)
    row = step("close", "关闭", "open", "shut", lambda actor, thing: Verdict(True))
    table = Workflow("test.door", Demand, {"open": "开着", "shut": "关着"}, (row,))
    assert WORKFLOWS["test.door"] is table
    assert table.step("close") is row


def test_a_row_of_a_table_says_what_it_was_given():
    row = step(
        "close", "关闭", "open ajar", "shut", lambda *_: Verdict(True), asks=["day"], must=["day"]
    )
    assert (row.name, row.label, row.sources, row.target) == (
        "close",
        "关闭",
        {"open", "ajar"},
        "shut",
    )
    assert (row.asks, row.must, row.page, row.needs_why) == (("day",), ("day",), True, False)
    hidden = step("x", "某", "", "", lambda *_: Verdict(True), needs_why=True, page=False)
    assert (hidden.page, hidden.needs_why, hidden.asks, hidden.must) == (False, True, (), ())


def test_a_record_is_called_by_its_label_or_as_it_says_itself(world):
    demand = world.demand()
    assert label_of(demand) == demand.title

    class Nameless:
        def __str__(self):
            return "某物"

    class Named(Nameless):
        label = "另称"

    assert label_of(Nameless()) == "某物"
    assert label_of(Named()) == "另称"


@pytest.mark.parametrize(
    ("register", "standing"),
    [
        ("transfer.contract", {"recorded": "waits", "registered": "stands", "cancelled": "ended"}),
        ("registry.establishment", {"recorded": "stands", "withdrawn": "ended"}),
        ("registry.firm", {"kept": "stands"}),
        ("plan.figure", {"returned": "waits", "reported": "waits", "confirmed": "stands"}),
        ("market.demand", {"draft": "waits", "published": "stands", "closed": "ended"}),
    ],
)
def test_a_state_waits_for_somebody_stands_or_has_ended(register, standing):
    flow = WORKFLOWS[register]
    assert {s: flow.standing(s) for s in standing} == standing
