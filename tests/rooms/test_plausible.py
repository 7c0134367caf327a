"""Nothing invalid is stored, what is odd is asked about, and every job comes to an end."""

from datetime import date

import pytest

from kechuang.district.core import imports, worker
from kechuang.district.core.imports.reactions import end_stopped
from kechuang.district.core.models import Delivery
from kechuang.district.core.registers import REGISTERS, create, errors_of, take
from kechuang.district.plan.registers import BULLETINS
from kechuang.district.transfer.models import Contract
from kechuang.district.transfer.registers import CONTRACTS
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, InvalidForm, Questioned
from tests.factories import NOW
from tests.portal.test_pages import client_of
from tests.rooms.test_sheet_dangers import CONTRACTS as HEADS
from tests.rooms.test_sheet_dangers import brought, contract_row


@pytest.mark.parametrize("text", ["0202-05-01", "2206-5-1", "0202年5月", date(202, 5, 1)])
def test_a_year_that_slipped_is_no_day(text):
    with pytest.raises(Invalid) as refused:
        parse_day(text, "as_of")
    assert refused.value.code == "day.era"


@pytest.mark.parametrize("name", sorted(REGISTERS))
def test_no_register_keeps_a_day_of_another_era(world, name):
    register = REGISTERS[name]
    for column in register.columns:
        if column.kind != "day":
            continue
        thing = register.blank_for(world.actor("officer"))
        setattr(thing, column.field, date(202, 5, 1))
        codes = {(e.field, e.code) for e in errors_of(register, thing, NOW.date())}
        assert (column.field, "day.era") in codes


def bulletin(**given):
    values = {"indicator": "rd-intensity", "place": "津南区", "as_of": date(2026, 9, 30)}
    return {**values, "value": "3.1", "counting": "month", "source": "某局", **given}


def test_a_bulletin_of_the_year_0202_is_refused_and_not_stored(world):
    with pytest.raises(InvalidForm):
        create(BULLETINS, "report", bulletin(as_of=date(202, 9, 30)), world.actor("officer"), NOW)
    assert not BULLETINS.model.objects.exists()


def test_a_share_above_the_whole_is_asked_about_and_not_blocked(world):
    officer, odd = world.actor("officer"), bulletin(value="330")
    with pytest.raises(Questioned):
        create(BULLETINS, "report", odd, officer, NOW)
    assert create(BULLETINS, "report", odd, officer, NOW, sure=True).value == "330"


def contract(world, amount):
    return {
        "name": f"合同{amount}",
        "kind": "development",
        "seller": world.university,
        "buyer": world.firm,
        "amount_fen": amount,
        "signed_on": date(2026, 1, 5),
    }


def test_an_amount_ten_thousand_times_off_is_asked_about(world):
    officer = world.actor("officer")
    for n in range(12):
        create(CONTRACTS, "record", contract(world, 30_000_000 + n), officer, NOW)
    for odd in (300_000_000_000, 3_000):
        with pytest.raises(Questioned) as asked:
            create(CONTRACTS, "record", contract(world, odd), officer, NOW)
        assert [e.code for e in asked.value.errors] == ["amount.odd"]
        create(CONTRACTS, "record", contract(world, odd), officer, NOW, sure=True)
    assert Contract.objects.count() == 14


@pytest.mark.parametrize("figure", ["inf", "NaN", "-inf", "1e999", "∞"])
def test_a_sheet_with_no_number_for_a_number_comes_to_an_end(world, figure):
    row = contract_row(world, "C-1").replace(",10,10,", f",{figure},10,")
    batch = brought(world, "contracts", HEADS + row)
    assert batch.state in ("checked", "refused")
    assert batch.state == "refused" or batch.counts["wrong"] == 1
    assert not Contract.objects.exists()


@pytest.mark.parametrize("state", ["uploaded", "confirmed"])
def test_an_import_whose_worker_dies_every_time_is_ended_with_the_reason(world, state):
    officer = world.actor("officer")
    batch = imports.upload(
        "contracts", "a.csv", (HEADS + contract_row(world, "C-1")).encode(), officer
    )
    if state == "confirmed":
        worker.drain()
        batch.refresh_from_db()
        imports.confirm(batch, officer)
    Delivery.objects.filter(entry__subject_kind="core.import", state="pending").update(
        state="stuck"
    )
    end_stopped(NOW)
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert "import.stopped" in batch.problem
    assert not Contract.objects.exists()


def test_one_bad_record_of_old_times_closes_no_page(world):
    """Stored before the check stood: every page opens, and the record can still be taken back."""
    usual = create(BULLETINS, "report", bulletin(), world.actor("officer"), NOW)
    bad = BULLETINS.model.objects.filter(pk=usual.pk)
    client = client_of(world, "officer")
    for broken in (
        {"as_of": date(202, 9, 30)},
        {"value": "abc"},
        {"as_of": date(2026, 9, 30), "value": "1e99999"},
        {"value": "", "indicator": "nothing-of-the-book"},
    ):
        bad.update(**broken)
        for address in (
            "/plan/",
            "/plan/?plan=jinnan-2020-2022",
            "/plan/targets/rd-intensity/?plan=jinnan-2020-2022",
            "/plan/targets/rd-intensity/way.svg?plan=jinnan-2020-2022",
            "/",
            "/bulletins/",
            "/bulletins/ranks/",
            f"/bulletins/{usual.pk}/",
            "/reports/monthly/2026-10/",
            "/workspace/",
        ):
            assert client.get(address).status_code in (200, 404), (broken, address)
    take(BULLETINS, "withdraw", bad.get(), {}, world.actor("officer"), NOW, why="年份写错")
    assert bad.get().state == "withdrawn"
