"""The mechanisms that everything rests on: ledger, workflow, delivery."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from kechuang.district.core import clock, files, ledger, reactions, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.models import Delivery, Entry
from kechuang.district.core.workflow import WORKFLOWS, advance, begin
from kechuang.district.market.models import Demand
from kechuang.district.market.registers import DEMANDS
from kechuang.engines.base.errors import Invalid, NotAllowed, Stale, WrongState
from tests import listings
from tests.factories import NOW


def test_the_ledger_is_a_chain_that_verifies(world):
    proof = ledger.verify()
    assert proof.broken_at is None
    assert proof.entries == Entry.objects.count() > 10
    assert proof.root == Entry.objects.last().hash


@pytest.mark.parametrize("statement", ["UPDATE core_entry SET why = 'x'", "DELETE FROM core_entry"])
def test_the_database_refuses_to_rewrite_history(world, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_reason_with_a_character_that_no_database_holds_is_kept_without_it(world):
    with ledger.writing():
        made = ledger.record(
            "x.y.z",
            subject_kind="x.y",
            subject_id=1,
            label="x",
            actor=SYSTEM,
            at=NOW,
            why="写\x00错\n了",
        )
    made.refresh_from_db()
    assert made.why == "写错\n了"
    assert ledger.verify().broken_at is None


@pytest.mark.behind
def test_a_forged_entry_breaks_the_chain(world):
    last = Entry.objects.last()
    forged = Entry(
        at=NOW,
        day=NOW.date(),
        kind="x",
        subject_kind="x",
        subject_id="1",
        label="x",
        actor_id=1,
        actor_label="x",
        before=last.hash,
        hash="f" * 64,
    )
    forged.save(force_insert=True)
    assert ledger.verify().broken_at == forged.pk


def test_the_ledger_is_written_only_inside_a_transaction(transactional_db):
    with pytest.raises(RuntimeError):
        ledger.record("x.y", subject_kind="x", subject_id=1, label="x", actor=SYSTEM, at=NOW)


def test_a_state_is_moved_by_advance_alone(world):
    demand = world.demand(state="submitted")
    demand.state = "published"
    with pytest.raises(RuntimeError):
        demand.save()
    with pytest.raises(RuntimeError):
        Demand(title="x", created_by=1, created_at=NOW).save()


def test_a_step_from_the_wrong_state_says_where_it_is(world):
    demand = world.demand()
    with pytest.raises(WrongState, match="已发布"):
        listings.submit(demand, world.actor("enterprise"), NOW)


def test_a_step_that_needs_a_reason_asks_for_it(world):
    with pytest.raises(Invalid) as caught:
        listings.close(world.demand(), world.actor("enterprise"), NOW, " ")
    assert caught.value.field == "why"


def test_who_saw_an_older_version_is_told(world):
    demand = world.demand(state="submitted")
    version = demand.version
    listings.revise(
        demand, {"title": "改过的标题"}, world.actor("enterprise"), NOW, version=version
    )
    with pytest.raises(Stale):
        listings.revise(demand, {"title": "又改"}, world.actor("enterprise"), NOW, version=version)


def test_a_key_makes_a_repeat_harmless(world):
    demand = world.demand(state="submitted")
    first = advance(DEMANDS.flow, "check", demand, world.actor("broker"), NOW, key="once")
    again = advance(DEMANDS.flow, "check", demand, world.actor("broker"), NOW, key="once")
    assert first.pk == again.pk


def test_a_refused_step_leaves_nothing(world):
    demand = world.demand(state="submitted")
    before = Entry.objects.count()
    with pytest.raises(NotAllowed):
        listings.check(demand, world.actor("rival"), NOW)
    demand.refresh_from_db()
    assert (demand.state, Entry.objects.count()) == ("submitted", before)


@pytest.fixture
def noted(monkeypatch):
    """A reaction that can be told to fail."""
    seen, fail = [], {"times": 0}

    def note(entries):
        if fail["times"]:
            fail["times"] -= 1
            raise ValueError("boom")
        seen.extend(e.pk for e in entries)

    monkeypatch.setitem(
        reactions.REACTIONS,
        "test.note",
        reactions.Reaction("test.note", ("market.demand.*",), note, 10),
    )
    return seen, fail


def test_every_entry_reaches_its_reaction_once(world, noted):
    seen, _ = noted
    world.demand()
    world.demand(title="另一条")
    worker.drain()
    worker.drain()
    assert len(seen) == len(set(seen)) == 2


def test_a_failing_reaction_is_tried_again_and_in_the_end_shown_as_stuck(world, noted, monkeypatch):
    seen, fail = noted
    fail["times"] = 1
    world.demand()
    now = clock.now()
    worker.drain()
    waiting = Delivery.objects.get(reaction="test.note")
    assert (waiting.state, waiting.tries) == ("pending", 1)
    assert "boom" in waiting.error
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    worker.drain()
    assert len(seen) == 1
    fail["times"] = 99
    world.demand(title="总是失败")
    for day in range(1, 12):
        monkeypatch.setattr(clock, "now", lambda day=day: now + timedelta(days=30 * day))
        worker.drain()
    assert Delivery.objects.filter(reaction="test.note", state="stuck").count() == 1


def test_a_worker_that_died_holding_a_lease_is_replaced(world, noted):
    world.demand()
    Delivery.objects.filter(reaction="test.note").update(
        lease="dead", leased_until=clock.now() + timedelta(minutes=9)
    )
    assert not [d for d in worker._waiting(clock.now()) if d.reaction == "test.note"]
    assert [
        d for d in worker._waiting(clock.now() + timedelta(minutes=11)) if d.reaction == "test.note"
    ]


def test_every_workflow_names_only_its_states():
    for workflow in WORKFLOWS.values():
        for step in workflow.steps:
            assert step.label
            assert step.sources <= set(workflow.states)


def test_begin_puts_a_thing_there_with_its_entry(world):
    before = Entry.objects.count()
    demand = Demand(
        title="新",
        problem="x",
        owner=world.firm,
        created_by=1,
        created_at=NOW,
        search="",
        digest="",
    )
    begin(DEMANDS.flow, "draft", demand, world.actor("enterprise"), NOW)
    assert demand.pk
    assert Entry.objects.count() == before + 1


def test_private_files_are_proved_when_read(data_folder):
    digest = files.keep(b"secret")
    assert files.fetch(digest) == b"secret"
    path = data_folder / "files" / digest[:2] / digest
    path.write_bytes(b"changed")
    with pytest.raises(OSError, match="changed"):
        files.fetch(digest)
    with pytest.raises(FileNotFoundError):
        files.fetch("../../etc/passwd")
