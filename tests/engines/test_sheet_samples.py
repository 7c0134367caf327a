"""Every layout in which districts have sheets is read as a careful clerk would read it; what
nobody but a person can say is asked, and nothing is guessed.
"""

from pathlib import Path

import pytest

from kechuang.book import read_book
from kechuang.book.cells import read_cell, read_ends
from kechuang.book.reading import read
from kechuang.book.sheets import Column
from kechuang.district.core.imports.sheet_rows import Skipped, read_rows
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.spans import Spread, parse_spread
from kechuang.engines.sheets.bundle import pack
from kechuang.engines.sheets.formats import read_pages
from kechuang.engines.sheets.pages import HeldPages, Page
from kechuang.engines.sheets.units import rule

from .sheet_samples import HELD, SAMPLES
from .sheet_samples.made import code, csv, xlsx

BOOKS = Path(__file__).parents[2] / "books"
WAN = 1_000_000


def nothing(field):
    return None


@pytest.fixture(scope="module")
def book():
    found, problems = read_book(BOOKS / "jinnan")
    assert not problems
    return found


def reading_of(book, kind, data, name="a.xlsx", answers=None, typical=nothing):
    pages = HeldPages(read_pages(data, name))
    return read(pages, book.layouts[kind], answers or {}, typical)


def answered(sample, questions):
    """The sample's answers by the questions' names; a unit is asked for as unit-0."""
    return {q: sample.answers.get(q) or sample.answers[q.partition("-")[0]] for q in questions}


@pytest.mark.parametrize("sample", [*SAMPLES, *HELD], ids=lambda s: s.id)
def test_a_layout_is_read_as_a_clerk_reads_it(book, sample):
    data = sample.make()
    if sample.refused.startswith(("sheet.", "import.")):
        with pytest.raises(Invalid) as caught:
            reading_of(book, sample.kind, data, sample.name)
        assert caught.value.code == sample.refused
        return
    first = reading_of(book, sample.kind, data, sample.name)
    asked = [q.id for q in first.questions]
    assert {q.partition("-")[0] for q in asked} <= set(sample.answers)
    reading = reading_of(book, sample.kind, data, sample.name, answered(sample, asked))
    assert not reading.questions
    rows = list(read_rows(reading, book, Skipped()))
    codes = {p["code"] for r in rows for p in r.problems}
    assert codes == ({sample.refused} if sample.refused else set())
    if not sample.refused:
        said = [
            {k: r.values.get(k) for k in want} for r, want in zip(rows, sample.says, strict=True)
        ]
        assert said == list(sample.says)


READ = [s for s in SAMPLES if not s.refused.startswith("sheet.")]


@pytest.mark.parametrize("sample", READ, ids=lambda s: s.id)
def test_every_line_below_a_heading_is_a_row_or_is_said_to_be_passed_over(book, sample):
    data = sample.make()
    first = reading_of(book, sample.kind, data, sample.name)
    given = answered(sample, [q.id for q in first.questions])
    reading = reading_of(book, sample.kind, data, sample.name, given)
    skipped = Skipped()
    rows = list(read_rows(reading, book, skipped))
    below = 0
    for table in reading.tables:
        total = reading.pages.heads[table.part.page].total
        below += 1 if table.part.form else (table.part.last or total) - table.part.head
    assert len(rows) + sum(skipped.counts.values()) == below


HEADS = ["合同登记编号", "合同名称", "合同类别", "卖方信用代码", "买方信用代码", "合同成交额", "签订日期", "登记日期"]  # fmt: skip


def row(number, amount):
    return [f"C-{number}", f"合同{number}", "技术开发", code(1), code(2), amount, "2026-03-01", "2026-03-02"]  # fmt: skip


def test_an_amount_without_a_unit_is_asked_with_what_each_answer_would_make_of_it(book):
    reading = reading_of(book, "contracts", xlsx([HEADS, row(1, 0.24), row(2, 0.3)]))
    [question] = reading.questions
    means = {o.value: o.means.facts["value_fen"] for o in question.options}
    assert means == {"万元": 240_000, "元": 24, "千元": 24_000, "亿元": 2_400_000_000}


def test_an_amount_that_says_its_own_unit_is_not_asked(book):
    reading = reading_of(book, "contracts", xlsx([HEADS, row(1, "0.24亿元"), row(2, "30万元")]))
    assert not reading.questions
    values = [r.values["amount_fen"] for r in read_rows(reading, book, Skipped())]
    assert values == [2_400_000_000, 30 * WAN]


def test_an_amount_a_thousandfold_from_what_is_registered_is_asked_although_it_has_a_unit(book):
    heads = [h.replace("成交额", "成交额（亿元）") for h in HEADS]
    data = xlsx([heads, row(1, 240), row(2, 300)])
    reading = reading_of(book, "contracts", data, typical=lambda field: 200 * WAN)
    [question] = reading.questions
    assert question.words.code == "import.ask.unit_far"
    assert {o.value: o.odd for o in question.options}["亿元"] == "large"
    assert question.proposed == "万元"
    calm = reading_of(book, "contracts", data, typical=lambda field: 20_000_000 * WAN)
    assert not calm.questions


def test_an_answer_that_was_not_offered_leaves_the_question_open(book):
    data = xlsx([HEADS, row(1, 3)])
    assert reading_of(book, "contracts", data, answers={"unit-0": "打"}).questions
    assert not reading_of(book, "contracts", data, answers={"unit-0": "千元"}).questions


def test_a_person_may_name_a_column_and_its_unit(book):
    heads = ["标价" if h == "合同成交额" else h for h in HEADS]
    data = xlsx([heads, row(1, 3)])
    [question] = reading_of(book, "contracts", data).questions
    assert question.id == "need:amount_fen"
    assert "column:标价" in {o.value for o in question.options}
    said = {"need:amount_fen": "column:标价", "unit:标价": "亿元"}
    reading = reading_of(book, "contracts", data, answers=said)
    [read_row] = read_rows(reading, book, Skipped())
    assert read_row.values["amount_fen"] == 30_000 * WAN
    with pytest.raises(Invalid) as caught:
        reading_of(book, "contracts", data, answers={"need:amount_fen": "none"})
    assert caught.value.code == "import.missing_column"


def test_the_kind_of_a_list_is_proposed_from_its_title_and_its_serials_are_no_column(book):
    title = ["天津市2025年第一批认定高新技术企业名单"]
    rows = [title, ["序号", "企业名称", "证书编号"], [1, "甲公司", "GR202512000273"]]
    kind, day = reading_of(book, "firms", xlsx(rows)).questions
    assert (kind.id, kind.proposed) == ("need:rung", "fill:国家高新技术企业")
    assert (day.id, day.proposed) == ("need:valid_from", "")
    assert "column:序号" not in {o.value for q in (kind, day) for o in q.options}


def test_a_firm_called_total_is_a_firm(book):
    rows = [["统一社会信用代码", "企业名称", "街镇"], [code(1), "合计", "双港镇"], ["", "合计", ""]]
    skipped = Skipped()
    reading = reading_of(book, "firms", xlsx(rows))
    assert [r.values["name"] for r in read_rows(reading, book, skipped)] == ["合计"]
    assert skipped.counts == {"total": 1}


def test_several_files_are_one_bundle_that_is_the_same_every_time():
    files = [("a.csv", csv([["企业名称"], ["甲"]])), ("a.csv", csv([["企业名称"], ["乙"]]))]
    assert pack(files) == pack(files)
    assert [p.file for p in read_pages(pack(files), "x.zip")] == ["a.csv", "2-a.csv"]
    with pytest.raises(Invalid) as caught:
        read_pages(pack([("a.xlsx", b"PK\x03\x04no"), ("b.csv", b"x")]), "x.zip")
    assert caught.value.code == "sheet.one_of_many"
    assert "a.xlsx" in str(caught.value.words)


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        ("50-100万元", Spread(50 * WAN, 100 * WAN)),
        ("50万～100万元", Spread(50 * WAN, 100 * WAN)),
        ("５０至１００", Spread(50 * WAN, 100 * WAN)),
        ("约30", Spread(None, 30 * WAN, about=True)),
        ("30余万元", Spread(None, 30 * WAN, about=True)),
        ("不少于20", Spread(20 * WAN, None)),
        ("≥20", Spread(20 * WAN, None)),
        ("20万元以上", Spread(20 * WAN, None)),
        ("不超过20", Spread(None, 20 * WAN)),
        ("面议", Spread(None, None)),
        (12.5, Spread(None, 12_500_000)),
    ],
)
def test_what_people_write_for_an_amount_has_a_stated_meaning(text, spread):
    assert parse_spread(text, "万元") == spread


def test_a_range_that_runs_backwards_is_refused():
    with pytest.raises(Invalid) as caught:
        parse_spread("100-50", "万元", "budget_fen")
    assert caught.value.code == "money.backwards"


def test_a_range_in_a_column_for_one_number_is_refused_and_one_number_is_taken():
    column = Column("price_fen", "报价", "fen", unit="万元")
    with pytest.raises(Invalid) as caught:
        read_ends(column, "50-100", None)
    assert caught.value.code == "cell.one_number"
    assert read_ends(column, "不超过50", None)[1] == 50 * WAN


@pytest.mark.parametrize("raw", ["/", "—", "详见附件", "无", " "])
def test_a_sign_for_nothing_is_nothing_and_not_zero(raw):
    assert read_ends(Column("price_fen", "报价", "fen", unit="万元"), raw, None)[1] is None
    with pytest.raises(Invalid) as caught:
        read_cell(Column("price_fen", "报价", "fen", required=True), raw, None)
    assert caught.value.code == "cell.required"


@pytest.mark.parametrize("raw", [911201120000000000.0, 2026120104000120.0, "2.02112E+15", 10**17])
def test_digits_that_a_program_rounded_away_are_refused_with_the_cure(raw):
    with pytest.raises(Invalid) as caught:
        read_cell(Column("number", "合同登记编号", "text"), raw, None)
    assert caught.value.code == "cell.digits_lost"
    assert "文本" in str(caught.value.words)


def test_a_number_of_few_digits_is_text_as_it_stands():
    assert read_cell(Column("number", "编号", "text"), 123456789012345.0, None) == "123456789012345"


def test_the_unit_of_the_heading_holds_over_the_layouts_and_differs_from_the_note_only_by_asking():
    assert rule("亿元", "heading", "", "万元", [1.5], None).unit == "亿元"
    assert rule("", "", "亿元", "万元", [1.5], None).said == "note"
    assert rule("亿元", "heading", "万元", "万元", [1.5], None).why == "differ"
    assert rule("", "", "", "万元", ["1.5亿元", None], None).why == ""


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([["备注：以登记为准", "", ""]], 0),
        ([["填表人：甲", "", ""]], 0),
        ([["（一）", "双港镇", ""]], 0),
        ([["一、双港镇", "", ""]], 0),
        ([["统一社会信用代码", "企业名称", "街镇"]], 0),
        ([["", "只有名称的公司", ""]], 1),
    ],
)
def test_what_is_no_row_is_passed_over_and_what_may_be_one_is_kept(book, rows, count):
    heads = [["统一社会信用代码", "企业名称", "街镇"]]
    pages = HeldPages([Page("", [*heads, [code(1), "甲公司", "双港镇"], *rows])])
    reading = read(pages, book.layouts["firms"], {}, nothing)
    skipped = Skipped()
    assert len(list(read_rows(reading, book, skipped))) == 1 + count
    assert sum(skipped.counts.values()) == 1 - count
