"""What a sheet must not do: take another's record, write over another number, leave half of a
refused import.
"""

from datetime import date

import pytest
from django.db import OperationalError

from kechuang.district.core import imports, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.imports import working
from kechuang.district.core.models import Entry, ImportBatch
from kechuang.district.core.registers import REGISTERS, create, take
from kechuang.district.registry.models import BookRecord
from kechuang.district.transfer.models import Contract
from kechuang.engines.base.errors import Invalid, InvalidForm
from tests.factories import NOW
from tests.rooms.test_declared import HEADS, INSTRUMENTS, instrument

CONTRACTS = "合同登记编号,合同名称,合同类别,卖方信用代码,卖方名称,买方信用代码,买方名称,合同成交额（万元）,技术交易额（万元）,签订日期,登记日期\n"


def brought(world, kind, text, who="officer"):
    """A sheet that was uploaded, checked, and confirmed where it may be."""
    batch = imports.upload(kind, "a.csv", text.encode(), world.actor(who))
    worker.drain()
    batch.refresh_from_db()
    if batch.state == "checked" and not batch.counts["wrong"]:
        imports.confirm(batch, world.actor(who))
        worker.drain()
        batch.refresh_from_db()
    return batch


def test_nobody_takes_anothers_record_by_naming_his_own_organisation_in_the_row(world):
    register = REGISTERS[INSTRUMENTS]
    made = create(register, "record", instrument(world, holder=world.firm), SYSTEM, NOW)
    row = f"YQ-1,我的电镜,,{world.university.code},分析仪器,1,2024-05-01,测试\n"
    batch = brought(world, "open-instruments", HEADS + row, "researcher")
    assert batch.counts["wrong"] == 1
    assert register.model.objects.get(pk=made.pk).holder_id == world.firm.pk


def contract_row(world, number):
    return f"{number},同名合同,技术开发,{world.university.code},大学,{world.firm.code},企业,10,10,2026-01-05,2026-01-06\n"


def test_two_contracts_alike_with_two_numbers_are_two(world):
    for number in ("C-1", "C-2"):
        batch = brought(world, "contracts", CONTRACTS + contract_row(world, number))
        assert batch.state == "applied", batch.refusal
    assert set(Contract.objects.values_list("number", flat=True)) == {"C-1", "C-2"}


def test_the_same_work_of_two_years_is_two_results(world):
    layout = REGISTERS["registry.contest-results"].book_layout
    named = {c.field: c.heading for c in layout.columns}
    heads = ",".join(
        named[n] for n in ("work", "contest", "level", "prize", "holder", "awarded_on")
    )
    for year in (2024, 2025):
        row = f"固态电池,大赛,国家级,一等奖,{world.firm.code},{year}-09-01"
        batch = brought(world, "contest-results", f"{heads}\n{row}\n")
        assert batch.state == "applied", batch.refusal
    assert BookRecord.objects.count() == 2


def test_a_refused_import_that_is_cut_off_while_taken_back_leaves_nothing(world, monkeypatch):
    real, told = working._give_up, []

    def cut_off(batch, words):
        told.append(words)
        if len(told) == 1:
            raise OperationalError("the database went away")
        real(batch, words)

    def refused(*given, **more):
        raise Invalid("import.came_meanwhile", line=2)

    monkeypatch.setattr(working, "_give_up", cut_off)
    batch = imports.upload(
        "contracts", "a.csv", (CONTRACTS + contract_row(world, "C-1")).encode(), SYSTEM
    )
    worker.drain()
    batch = ImportBatch.objects.get(pk=batch.pk)
    imports.confirm(batch, SYSTEM)
    batch.refresh_from_db()
    write = working._write_part
    monkeypatch.setattr(
        working, "_write_part", lambda *given: write(*given) or refused()
    )  # refused after all is written
    for _ in range(2):
        try:
            working.apply_now(batch)
        except OperationalError:
            batch.refresh_from_db()
    assert batch.state == "refused"
    assert not Contract.objects.exclude(state="cancelled").exists()


def test_an_outsider_neither_clears_nor_chooses_the_number_of_his_own_achievement(world):
    mine = world.achievement(title="液冷板", summary="微通道液冷板", owner=world.university)
    number, layout = mine.reference, REGISTERS["market.achievement"].book_layout
    head = {c.field: c.heading for c in layout.columns}
    heads = ",".join(head[n] for n in ("reference", "title", "summary", "owner"))
    row = f"MY-NUMBER,液冷板,微通道液冷板，改了说法,{world.university.code}".replace("，", "；")
    brought(world, "achievements", f"{heads}\n{row}\n", "researcher")
    mine.refresh_from_db()
    assert mine.reference == number


def test_a_key_is_used_once_by_hand_too(world):
    register = REGISTERS[INSTRUMENTS]
    create(register, "record", instrument(world), SYSTEM, NOW)
    with pytest.raises(InvalidForm, match="YQ-1"):
        create(register, "record", instrument(world, name="另一台"), SYSTEM, NOW)
    assert date(2024, 5, 1) == register.model.objects.get().opened_on


def test_what_was_exported_comes_in_again_though_a_contract_was_cancelled(world):
    text = CONTRACTS + contract_row(world, "C-1")
    assert brought(world, "contracts", text).state == "applied"
    register = REGISTERS["transfer.contract"]
    thing = Contract.objects.get()
    take(register, "cancel", thing, {}, world.actor("officer"), NOW, why="解除")
    again = brought(world, "contracts", text)
    assert (again.counts["same"], again.counts["wrong"]) == (1, 0)
    changed = brought(world, "contracts", text.replace("同名合同", "别的名称"))
    assert changed.counts["wrong"] == 1
    assert "已注销" in str(changed.rows.get().problems)


def test_who_says_yes_writes_and_who_undoes_takes_back(world):
    """The uploader is not made the writer of what another officer confirmed, nor the undoer."""
    second = world.actor("officer2")
    text = CONTRACTS + contract_row(world, "C-9")
    batch = imports.upload("contracts", "表.csv", text.encode("utf-8-sig"), world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    imports.confirm(batch, second)
    worker.drain()
    made = Contract.objects.get(number="C-9")
    entries = Entry.objects.filter(subject_kind="transfer.contract", subject_id=made.pk)
    assert entries.latest("id").actor_id == second.id
    batch.refresh_from_db()
    imports.undo(batch, world.actor("officer"))
    worker.drain()
    assert entries.latest("id").actor_id == world.actor("officer").id
    made.refresh_from_db()
    assert made.state == "cancelled"


def test_who_brought_a_sheet_checks_none_of_its_rows_though_another_said_yes(world):
    text = f"成果名称,成果简介,权利人信用代码\n液冷板,微通道,{world.university.code}\n"
    batch = imports.upload(
        "achievements", "表.csv", text.encode("utf-8-sig"), world.actor("broker")
    )
    worker.drain()
    batch.refresh_from_db()
    imports.confirm(batch, world.actor("officer"))
    worker.drain()
    register = REGISTERS["market.achievement"]
    made = register.model.objects.get(title="液冷板")
    assert set(made.written_by) == {world.actor("broker").id, world.actor("officer").id}
    assert not register.flow.step("check").permission(world.actor("broker"), made)
