"""Two people at once: one outcome, no deadlock, nothing written twice.

Real threads and real transactions.
"""

import threading
from datetime import date

import pytest
from django.db import connection, connections, transaction

from kechuang.district.accounts.services import keep_organisation
from kechuang.district.core import imports, ledger, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.models import Entry
from kechuang.district.market.models import Introduction
from kechuang.district.market.services import introductions
from kechuang.district.registry.models import Recognition
from kechuang.district.registry.services import applications, keep_firm
from kechuang.district.transfer.models import Contract
from kechuang.engines.base.errors import DomainError
from tests import listings
from tests import steps as transfer
from tests.factories import NOW, code, token_of

ROUNDS = 4
SHEET = (
    "合同登记编号,合同名称,合同类别,卖方信用代码,卖方名称,买方信用代码,买方名称,合同成交额（万元）,签订日期,登记日期\n"
    f"J-1,甲,技术开发,{code(71)},某所,{code(72)},某厂,12,2026-05-05,2026-05-06\n"
)


def at_once(*acts):
    """Run acts in threads that start together; returns what each answered: a refusal's class or
    "ok".
    """
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            gate.wait(10)
            act()
        except DomainError as e:
            found[place] = type(e).__name__
        except Exception as e:  # a deadlock or a broken constraint is what these tests are for
            found[place] = repr(e)
        else:
            found[place] = "ok"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def link(invitation):
    return introductions.open_link(token_of(invitation), NOW)


def pair(world, n):
    demand, achievement = world.demand(title=f"需求{n}"), world.achievement(title=f"成果{n}")
    return demand, achievement


def known(answers):
    return set(answers) <= {"ok", "WrongState", "Stale", "InvalidForm", "Invalid", "NotAllowed"}


@pytest.mark.parametrize("second", ["accept", "decline", "withdraw"])
def test_an_answer_meets_another_or_the_brokers_withdrawal(shared_world, second):
    for n in range(ROUNDS):
        made = shared_world.introduction(*pair(shared_world, f"{second}{n}"))
        one, two = made.invitations.all()
        introductions.accept(*link(one), NOW)
        others = {
            "accept": lambda two=two: introductions.accept(*link(two), NOW),
            "decline": lambda two=two: introductions.decline(*link(two), NOW, "不合适"),
            "withdraw": lambda made=made: introductions.withdraw(
                made, shared_world.actor("broker"), NOW, "搞错了"
            ),
        }
        answers = at_once(lambda two=two: introductions.accept(*link(two), NOW), others[second])
        assert known(answers), answers
        assert "ok" in answers
        made.refresh_from_db()
        assert (
            made.state
            in {
                "accept": {"agreed"},
                "decline": {"agreed", "declined"},
                "withdraw": {"withdrawn"},
            }[second]
        )
    assert ledger.verify().broken_at is None


def test_both_decline_at_once(shared_world):
    for n in range(ROUNDS):
        made = shared_world.introduction(*pair(shared_world, f"n{n}"))
        one, two = made.invitations.all()
        answers = at_once(
            lambda one=one: introductions.decline(*link(one), NOW, "不合适"),
            lambda two=two: introductions.decline(*link(two), NOW, "没时间"),
        )
        assert sorted(answers) == ["WrongState", "ok"]
        made.refresh_from_db()
        assert made.state == "declined"


def test_one_pair_is_introduced_once_however_often_it_is_asked(shared_world):
    for n in range(ROUNDS):
        demand, achievement = pair(shared_world, f"p{n}")
        acts = [lambda d=demand, a=achievement: shared_world.introduction(d, a) for _ in range(3)]
        answers = at_once(*acts)
        assert sorted(answers) == ["InvalidForm", "InvalidForm", "ok"]
        assert Introduction.objects.filter(demand=demand).count() == 1


def agreed(world, n):
    made = world.introduction(*pair(world, n))
    for invitation in made.invitations.all():
        introductions.accept(*link(invitation), NOW)
    made.refresh_from_db()
    return made


def test_one_introduction_comes_to_one_contract(shared_world):
    world = shared_world
    for n in range(ROUNDS):
        made = agreed(world, f"c{n}")
        values = {
            "name": f"合同{n}",
            "kind": "development",
            "seller": world.university,
            "buyer": world.firm,
            "amount_fen": 100,
            "signed_on": date(2026, 5, 5),
        }

        def sign(made=made, values=values):
            transfer.record(values, world.actor("broker"), NOW, introduction=made)

        assert sorted(at_once(sign, sign)) == ["WrongState", "ok"]
        assert Contract.objects.filter(introduction=made).count() == 1


def test_a_cancelled_contract_meets_the_outcome_being_noted(shared_world):
    world = shared_world
    for n in range(ROUNDS):
        made = agreed(world, f"x{n}")
        values = {
            "name": f"合同{n}",
            "kind": "development",
            "seller": world.university,
            "buyer": world.firm,
            "amount_fen": 100,
            "signed_on": date(2026, 5, 5),
        }
        contract = transfer.record(values, world.actor("broker"), NOW, introduction=made)
        made.refresh_from_db()
        answers = at_once(
            lambda c=contract: transfer.cancel(c, world.actor("officer"), NOW, "签错了"),
            lambda m=made: introductions.report_outcome(
                m, "contract", "已签", world.actor("broker"), NOW
            ),
        )
        assert known(answers), answers


def test_closing_a_demand_meets_an_answer(shared_world):
    for n in range(ROUNDS):
        demand, achievement = pair(shared_world, f"z{n}")
        made = shared_world.introduction(demand, achievement)
        one = made.invitations.first()
        listings.close(demand, shared_world.actor("enterprise"), NOW, "不需要了")
        answers = at_once(
            lambda d=demand: introductions.call_off_for(d, NOW),
            lambda i=one: introductions.accept(*link(i), NOW),
        )
        assert known(answers), answers
        made.refresh_from_db()
        assert made.state == "lapsed"


def test_an_application_is_recognised_once(shared_world):
    world = shared_world
    firm = keep_firm(world.firm, {}, SYSTEM, NOW)
    made = applications.apply(firm, "young_eagle", "", world.actor("enterprise"), NOW)
    applications.recommend(made, world.actor("officer"), NOW)
    given = ("R-1", date(2026, 1, 1), None)
    answers = at_once(
        *[
            lambda who=who: applications.recognise(made, *given, world.actor(who), NOW)
            for who in ("officer2", "approver")
        ]
    )
    assert sorted(answers) == ["WrongState", "ok"], answers
    assert Recognition.objects.count() == 1


def test_everybody_writes_at_once_and_the_chain_holds(shared_world):
    world = shared_world
    demands = [world.demand(title=f"需求{n}") for n in range(8)]
    before = Entry.objects.count()
    owner = world.actor("enterprise")
    answers = at_once(*[lambda d=d: listings.pause(d, owner, NOW, "等一等") for d in demands])
    assert answers == ["ok"] * 8
    assert Entry.objects.count() == before + 8
    assert ledger.verify().broken_at is None


class LockWatch:
    """Notes transactions that touched a row of the house before they asked for the ledger's lock."""

    def __init__(self, monkeypatch):
        self.touched, self.late, self.asked, self.held = [], [], 0, False
        real = ledger.hold_still

        def lock():
            self.asked += 1
            self.late += self.touched
            self._begin(held=True)
            real()

        monkeypatch.setattr(ledger, "hold_still", lock)

    def __call__(self, execute, sql, params, many, context):
        words = sql.split(None, 3)
        writes = words[0] in ("INSERT", "UPDATE", "DELETE") or "FOR UPDATE" in sql
        if not connection.in_atomic_block:
            self._end()
        elif writes and not self.held:
            self._begin(held=False)
            self.touched.append(sql[:120])
        return execute(sql, params, many, context)

    def _begin(self, *, held):
        self.held = held
        self.touched = [] if held else self.touched
        transaction.on_commit(self._end)

    def _end(self):
        self.held, self.touched = False, []


def test_whoever_moves_records_asks_for_the_ledger_before_any_row(shared_world, monkeypatch):
    """The order of locks is one, so that no two services can wait for one another."""
    world, watch = shared_world, LockWatch(monkeypatch)
    with connection.execute_wrapper(watch):
        made = agreed(world, "lock")
        values = {
            "name": "合同",
            "kind": "development",
            "seller": world.university,
            "buyer": world.firm,
            "amount_fen": 100,
            "signed_on": date(2026, 5, 5),
        }
        contract = transfer.record(values, world.actor("broker"), NOW, introduction=made)
        transfer.cancel(contract, world.actor("officer"), NOW, "签错了")
        firm = keep_firm(world.firm, {"town": "双港镇"}, SYSTEM, NOW)
        application = applications.apply(firm, "young_eagle", "", world.actor("enterprise"), NOW)
        applications.recommend(application, world.actor("officer"), NOW)
        day = date(2026, 1, 1)
        applications.recognise(application, "R-1", day, None, world.actor("approver"), NOW)
        keep_organisation(code(99), "新单位", "enterprise", SYSTEM, NOW)
        batch = imports.upload("contracts", "c.csv", SHEET.encode(), world.actor("officer"))
        worker.drain()
        batch.refresh_from_db()
        imports.confirm(batch, world.actor("officer"))
        worker.drain()
        batch.refresh_from_db()
        imports.undo(batch, world.actor("officer"))
        worker.drain()
    assert Contract.objects.get(name="甲").state == "cancelled"
    assert watch.asked > 20
    assert not watch.late
