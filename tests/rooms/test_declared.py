"""Registers that the book declares: no line of Python, and they live as every other register does."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kechuang.book import read_book
from kechuang.book.desk import Desk
from kechuang.book.registers import read_registers
from kechuang.district.core import imports, ledger, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import _whole, current_book
from kechuang.district.core.registers import REGISTERS, create, take, written
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.plan.measures import MEASURES
from kechuang.district.registry.declared import declare
from kechuang.district.registry.models import BookFact, BookRecord
from kechuang.district.registry.queries import live_of
from kechuang.engines.base.errors import InvalidForm, NotAllowed, WrongState
from kechuang.engines.rules import one
from kechuang.engines.rules.facts import Feed, Subject, inputs_of
from tests.factories import NOW

INSTRUMENTS = "registry.open-instruments"
HEADS = "资产编号,仪器名称,规格型号,所属单位信用代码,类别,原值（元）,开放日期,可做的测试\n"


def instrument(world, **more):
    return {
        "number": "YQ-1",
        "name": "场发射扫描电镜",
        "holder": world.university,
        "kind": "analysis",
        "price": 320_000_000,
        "opened_on": date(2024, 5, 1),
        "services": ["形貌观察"],
        **more,
    }


def test_a_record_has_typed_facts_and_says_them_again(world):
    register = REGISTERS[INSTRUMENTS]
    made = create(register, "record", instrument(world), world.actor("officer"), NOW)
    again = register.model.objects.get(pk=made.pk)
    assert (again.name, again.opened_on, again.price) == (
        "场发射扫描电镜",
        date(2024, 5, 1),
        320_000_000,
    )
    assert str(again) == "场发射扫描电镜"
    assert written(register, again)["holder"] == world.university.code
    kinds = {f.field: (f.text, f.number, f.day) for f in BookFact.objects.filter(record=made.pk)}
    assert kinds["opened_on"] == ("", None, date(2024, 5, 1))
    assert kinds["price"] == ("", 320_000_000, None)
    take(
        register,
        "correct",
        made,
        {"price": 1},
        world.actor("officer"),
        NOW,
        version=1,
        why="少写了零",
    )
    assert BookFact.objects.get(record=made.pk, field="price").number == 1
    assert ledger.history(INSTRUMENTS, made.pk).latest("id").facts["changed"] == ["facts"]


def test_what_is_missing_wrong_or_not_yours_is_refused(world):
    register = REGISTERS[INSTRUMENTS]
    with pytest.raises(InvalidForm, match="仪器名称"):
        create(register, "record", instrument(world, name=""), world.actor("officer"), NOW)
    with pytest.raises(InvalidForm, match="将来"):
        create(register, "record", instrument(world, opened_on=date(2199, 1, 1)), SYSTEM, NOW)
    with pytest.raises(NotAllowed):
        create(register, "record", instrument(world), world.actor("enterprise"), NOW)
    create(register, "record", instrument(world), world.actor("researcher"), NOW)
    with pytest.raises(NotAllowed):
        create(
            register, "record", instrument(world, holder=world.firm), world.actor("researcher"), NOW
        )


def test_a_sheet_comes_in_again_without_doubling_and_can_be_undone(world):
    rows = "".join(
        f"YQ-{n},仪器{n},,{world.university.code},分析仪器,{n}0000,2024-05-0{n},测试一、测试二\n"
        for n in range(1, 6)
    )
    for expected in ({"create": 5}, {"same": 5}):
        batch = imports.upload(
            "open-instruments", "a.csv", (HEADS + rows).encode(), world.actor("officer")
        )
        worker.drain()
        batch.refresh_from_db()
        assert batch.state == "checked", batch.refusal
        assert {
            k: v
            for k, v in batch.counts.items()
            if v and k in ("create", "same", "wrong", "update")
        } == expected
        if "create" in expected:
            first = batch
            imports.confirm(batch, world.actor("officer"))
            worker.drain()
    assert BookRecord.objects.count() == 5
    assert REGISTERS[INSTRUMENTS].model.objects.get(facts__number="YQ-3").price == 3_000_000
    assert BookFact.objects.filter(field="price").count() == 5
    first.refresh_from_db()
    imports.undo(first, world.actor("officer"))
    worker.drain()
    assert set(BookRecord.objects.values_list("state", flat=True)) == {"ended"}


def test_a_recognised_record_takes_two_persons(world):
    register = REGISTERS["registry.contest-results"]
    values = {
        "work": "固态电池隔膜",
        "contest": "创新创业大赛",
        "level": "municipal",
        "prize": "first",
        "holder": world.firm,
        "awarded_on": date(2025, 9, 1),
    }
    made = create(register, "draft", values, world.actor("enterprise"), NOW)
    take(register, "submit", made, {}, world.actor("enterprise"), NOW)
    with pytest.raises(NotAllowed):
        take(register, "examine", made, {}, world.actor("enterprise"), NOW)
    take(register, "examine", made, {}, world.actor("officer"), NOW)
    assert live_of("contest-results", world.firm.pk) == 0
    take(register, "recognise", made, {}, world.actor("approver"), NOW)
    assert live_of("contest-results", world.firm.pk) == 1
    assert not register.visible(world.actor("rival")).exists()
    assert register.visible(world.actor("enterprise")).count() == 1


def test_it_counts_for_a_target_and_feeds_a_rule(world):
    register = REGISTERS["registry.contest-results"]
    measure = MEASURES["register:contest-results"]
    values = {
        "work": "甲",
        "contest": "大赛",
        "level": "national",
        "prize": "first",
        "holder": world.firm,
    }
    for year in (2024, 2025, 2025):
        create(register, "take_in", {**values, "awarded_on": date(year, 9, 1)}, SYSTEM, NOW)
    span = (date(2025, 1, 1), date(2025, 12, 31))
    assert measure.find(*span).value == 2
    assert measure.records(*span)[1].count() == 2
    feed = Feed("获奖项数", register="contest-results")
    given, wheres = inputs_of(
        {"获奖项数": feed}, Subject({}, registered={"contest-results": 3}), date(2025, 6, 1)
    )
    assert given == {"获奖项数": one(3)}
    assert wheres == {"获奖项数": "登记册记录"}
    assert inputs_of({"获奖项数": feed}, Subject({}), date(2025, 6, 1)) == ({}, {})


PIPELINE = """id: visits
title: 引进线索
life: pipeline
name: title
stages: {lead: 线索, visit: 走访, decision: 决定}
writes: [officer]
fields:
  - {field: title, heading: 项目, kind: text, required: true}
"""


def test_a_pipeline_goes_by_its_stages_and_ends_with_a_reason(world, tmp_path):
    path = tmp_path / "registers" / "visits.yaml"
    path.parent.mkdir()
    path.write_text(PIPELINE, encoding="utf-8")
    (given,) = read_registers(tmp_path, Desk()).values()
    register = declare(given)
    try:
        made = create(register, "begin", {"title": "北京某项目"}, SYSTEM, NOW)
        with pytest.raises(WrongState):
            take(register, "to_decision", made, {}, SYSTEM, NOW)
        take(register, "to_visit", made, {}, SYSTEM, NOW)
        take(register, "to_decision", made, {}, SYSTEM, NOW)
        take(register, "finish", made, {}, SYSTEM, NOW, why="已落地")
        assert made.state == "done"
        lost = create(register, "begin", {"title": "另一个"}, SYSTEM, NOW)
        entry = take(register, "lose", lost, {}, SYSTEM, NOW, why="去了别处")
        assert entry.why == "去了别处"
    finally:
        REGISTERS.pop("registry.visits")
        WORKFLOWS.pop("registry.visits", None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("life: pipeline", "life: forever", "life"),
        ("name: title", "name: titel", "name"),
        ("stages: {lead: 线索, visit: 走访, decision: 决定}", "stages: {lead: 线索}", "stages"),
        ("kind: text", "kind: organisation", "holder"),
        ("writes: [officer]", "writes: [anybody]", "writes"),
        ("field: title", "field: Title 1", "field"),
    ],
)
def test_a_declaration_that_is_wrong_is_told_by_the_book_check(tmp_path, old, new, said):
    shutil.copytree(Path(__file__).parents[2] / "books", tmp_path / "books")
    path = tmp_path / "books" / "jinnan" / "registers" / "visits.yaml"
    path.write_text(PIPELINE.replace(old, new), encoding="utf-8")
    book, problems = read_book(tmp_path / "books" / "jinnan")
    assert book is None
    assert any(p.file == path and said in p.words for p in problems), problems


def test_a_law_of_before_has_the_sheets_that_were_laid_out_since(world):
    book = current_book()
    older = replace(book, layouts={k: v for k, v in book.layouts.items() if k != "figures"})
    own = replace(book.layouts["bulletins"], title="本区通报")
    older = replace(older, layouts={**older.layouts, "bulletins": own})
    whole = _whole(older)
    assert whole.layouts["figures"] == book.layouts["figures"]
    assert whole.layouts["bulletins"] is own
