"""A contract moves the indicator by itself, and the figure opens down to it. Money is conserved."""

import random
from datetime import date
from decimal import Decimal

import pytest

from kechuang.district.core import worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import create, take
from kechuang.district.market.services import introductions
from kechuang.district.plan import services as plan
from kechuang.district.plan.models import Measurement
from kechuang.district.plan.queries import measurements
from kechuang.district.plan.registers import BULLETINS
from kechuang.district.registry.services import keep_firm
from kechuang.district.transfer import queries
from kechuang.engines.base.errors import Invalid, InvalidForm, NotAllowed, WrongState
from tests import steps as services
from tests.factories import NOW, token_of
from tests.steps import recognise as record
from tests.steps import withdraw

TODAY = NOW.date()


def turnover(year=2026):
    book = current_book()
    return plan.reading(book, book.plan.target("technology-contract-turnover"), year, TODAY)


def agreed(world):
    made = world.introduction(world.demand(), world.achievement())
    for invitation in made.invitations.all():
        introductions.accept(*introductions.open_link(token_of(invitation), NOW), NOW)
    made.refresh_from_db()
    return made


def values(world, **more):
    return {
        "name": "热管理合同",
        "kind": "development",
        "seller": world.university,
        "buyer": world.firm,
        "amount_fen": 320_000_000,
        "technology_fen": 300_000_000,
        "signed_on": date(2026, 10, 1),
        **more,
    }


def test_from_introduction_to_indicator(world):
    assert turnover().how == "none"
    introduction = agreed(world)
    contract = services.record(values(world), world.actor("broker"), NOW, introduction=introduction)
    introduction.refresh_from_db()
    assert introduction.state == "contracted"
    assert turnover().value is None  # recorded is not registered
    services.register(contract, "TJ-1", date(2026, 10, 20), world.actor("officer"), NOW)
    worker.drain()
    reading = turnover()
    assert (reading.value, reading.rows, reading.how, reading.light) == (
        Decimal("0.032"),
        1,
        "computed",
        "unknown",  # the main plan ended in 2022: beside it, no judgement
    )
    measured = measurements("technology-contract-turnover", 2026).first()
    assert Decimal(measured.value) == Decimal("0.032")
    assert Entry.objects.get(pk=measured.entry_id).kind.startswith("transfer.contract.")


def test_who_recorded_does_not_register(world):
    officer = world.actor("officer")
    contract = services.record(values(world), officer, NOW)
    with pytest.raises(NotAllowed, match="记录合同的人"):
        services.register(contract, "TJ-1", TODAY, officer, NOW)
    services.register(contract, "TJ-1", TODAY, world.actor("officer2"), NOW)


def test_a_contract_needs_an_agreed_introduction(world):
    introduction = world.introduction(world.demand(), world.achievement())
    with pytest.raises(WrongState):
        services.record(values(world), world.actor("broker"), NOW, introduction=introduction)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"technology_fen": 400_000_000}, "technology_fen"),
        ({"signed_on": date(2027, 1, 1)}, "signed_on"),
        ({"amount_fen": None}, "amount_fen"),
        ({"name": ""}, "name"),
    ],
)
def test_a_contract_that_cannot_be(world, change, field):
    with pytest.raises(InvalidForm) as caught:
        services.record(values(world, **change), world.actor("broker"), NOW)
    assert caught.value.errors[0].field == field


def test_a_number_is_used_once(world):
    world.contract("TJ-1", 100)
    contract = services.record(values(world), world.actor("broker"), NOW)
    with pytest.raises(Invalid, match="已经用过"):
        services.register(contract, "TJ-1", TODAY, world.actor("officer"), NOW)


@pytest.mark.parametrize("seed", range(4))
def test_turnover_is_always_the_sum_of_what_is_registered(world, seed):
    dice = random.Random(seed)
    live: dict[int, tuple[int, int]] = {}
    for number in range(14):
        choice = dice.random()
        if choice < 0.6 or not live:
            year, yuan = dice.choice([2024, 2025, 2026]), dice.randint(1, 10**9)
            made = world.contract(f"N{number}", yuan, date(year, dice.randint(1, 10), 9))
            live[made.pk] = (year, yuan * 100)
        else:
            contract = queries.visible_to(SYSTEM).get(pk=dice.choice(sorted(live)))
            if choice < 0.8:
                services.cancel(contract, world.actor("officer"), NOW, "撤销")
                del live[contract.pk]
            else:
                fen = dice.randint(1, 10**12)
                services.amend(contract, {"amount_fen": fen}, world.actor("officer"), NOW, "更正")
                live[contract.pk] = (live[contract.pk][0], fen)
        for year in (2024, 2025, 2026):
            rows = [fen for y, fen in live.values() if y == year]
            assert queries.registered_turnover(year, TODAY) == sum(rows)
            assert queries.registered(year, TODAY).count() == len(rows)


def test_a_figure_that_did_not_change_is_not_measured_twice(world):
    world.contract("A", 100)
    worker.drain()
    count = Measurement.objects.filter(year=2026).count()
    plan.measure(current_book().indicators["technology-contract-turnover"], 2026, TODAY, NOW)
    assert Measurement.objects.filter(year=2026).count() == count


def test_firms_on_a_rung_are_counted_as_the_bulletins_count_them(world):
    firm, rival = (keep_firm(o, {}, SYSTEM, NOW) for o in (world.firm, world.rival))
    record(firm, "high_tech", "G1", date(2023, 12, 1), date(2026, 11, 30), SYSTEM, NOW)
    lapsed = record(rival, "high_tech", "G2", date(2022, 1, 1), date(2025, 1, 1), SYSTEM, NOW)
    record(firm, "young_eagle", "E1", date(2025, 5, 1), None, SYSTEM, NOW)
    last = record(rival, "young_eagle", "E2", date(2026, 5, 1), None, SYSTEM, NOW)
    book = current_book()

    def value(target, year):
        return plan.reading(book, book.plan.target(target), year, TODAY).ours

    assert value("high-tech-enterprises", 2026) == 1
    assert value("high-tech-enterprises", 2024) == 2
    assert (value("young-eagle", 2025), value("young-eagle", 2026)) == (1, 1)
    withdraw(last, SYSTEM, NOW, "录错")
    assert value("young-eagle", 2026) is None
    assert lapsed.state == "recorded"


def test_all_twelve_targets_are_read_honestly(world):
    readings = plan.readings(current_book(), 2026, TODAY, current_book().plan)
    assert len(readings) == 12
    assert {r.how for r in readings} == {"none", "quoted"}  # of the plan's own time
    assert all((r.value is None) == (r.how == "none") for r in readings)
    assert {r.light for r in readings} == {"unknown"}
    before = plan.readings(current_book(), 2020, TODAY, current_book().plan)
    assert any(r.how == "quoted" and r.source for r in before)


def test_the_ledger_tells_every_step_of_an_introduction(world):
    services.record(values(world), world.actor("broker"), NOW, introduction=agreed(world))
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {
        "market.invitation.invite",
        "market.introduction.agree",
        "market.introduction.conclude",
    } <= kinds


def test_a_published_figure_stands_beside_ours_and_can_be_restated(world):
    given = {
        "indicator": "gazelle",
        "place": "津南区",
        "as_of": date(2026, 8, 31),
        "value": "26",
        "counting": "ytd",
        "source": "通报",
    }
    with pytest.raises(NotAllowed):
        create(BULLETINS, "report", given, world.actor("broker"), NOW)
    officer = world.actor("officer")
    bulletin = create(BULLETINS, "report", given, officer, NOW)
    book = current_book()
    reading = plan.reading(book, book.plan.target("gazelle"), 2026, TODAY)
    assert (reading.how, reading.value, reading.light, reading.source) == (
        "bulletin",
        26,
        "unknown",
        "通报",
    )
    take(BULLETINS, "restate", bulletin, {"value": "24"}, officer, NOW, version=1, why="通报更正")
    assert plan.reading(book, book.plan.target("gazelle"), 2026, TODAY).light == "unknown"
    assert Entry.objects.get(kind="plan.bulletin.restate").facts["values"] == {
        "value": ["26", "24"]
    }
    take(BULLETINS, "withdraw", bulletin, {}, officer, NOW, why="来源有误")
    assert plan.reading(book, book.plan.target("gazelle"), 2026, TODAY).how == "none"


def test_a_cancelled_contract_does_not_reopen_a_pair_that_is_introduced_anew(world):
    made = agreed(world)
    contract = services.record(values(world), world.actor("broker"), NOW, introduction=made)
    made.refresh_from_db()
    again = world.introduction(made.demand, made.achievement)
    services.cancel(contract, world.actor("officer"), NOW, "签错了")
    made.refresh_from_db()
    assert (made.state, again.state) == ("withdrawn", "open")  # by supersede
