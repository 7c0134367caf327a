"""Every refusal of the engines and the book is met once where it is said, in both languages."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pypdfium2
import pytest
import xlsxwriter
import yaml

from kechuang.book.amend import Amendment, amended
from kechuang.book.cells import read_cell
from kechuang.book.sheets import Column
from kechuang.engines.base import word
from kechuang.engines.base.days import months_after, parse_day
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.identifiers import parse_patent
from kechuang.engines.base.money import parse_fen
from kechuang.engines.base.numbers import parse_decimal
from kechuang.engines.base.periods import period_span
from kechuang.engines.base.sayings import sentence
from kechuang.engines.matching import Offer, Want, read_offer, read_want
from kechuang.engines.matching.reasons import field_reason, money_reason
from kechuang.engines.planning import Goal, LightRules, path_of, stand
from kechuang.engines.plantext import documents
from kechuang.engines.rules import (
    Action,
    Case,
    Input,
    Number,
    Parameter,
    Policy,
    Rule,
    Tier,
    Tiers,
    at,
    one,
    parse,
)
from kechuang.engines.rules import mixes as mixes_of
from kechuang.engines.rules.check import check, run_case, typed
from kechuang.engines.rules.gap_batch import gap_batch
from kechuang.engines.rules.language import LONGEST
from kechuang.engines.rules.plans import plans
from kechuang.engines.rules.units import unit_of
from kechuang.engines.sheets import formats, pages, plain, xlsx

DAY = date(2022, 1, 1)


def is_said(said, code):
    """The code, and a whole sentence of its own in each language."""
    assert said.code == code
    english = sentence(code, said.facts, "en")
    assert english not in (code, said)
    assert "{" not in english + said


def is_refused(call, code, field):
    with pytest.raises(Invalid) as caught:
        call()
    assert caught.value.code == code
    assert caught.value.field == field
    is_said(caught.value.words, code)


def choice():
    return Column("kind", "类别", "choice", choices={"a": "发明专利", "b": "实用新型"})


OPEN = "甲:\n  取值: {2021-01-01: {值: 1元}\n"
LEFT_OF_ITS_ENTRY = (
    "甲:\n  取值: {2021-01-01: {值: 1元}\n}\n乙: 1\n"  # whole, but not where it began
)
LATER = Amendment("甲", DAY, "2元", "第一条", "S")


@pytest.mark.parametrize(
    ("code", "field", "call"),
    [
        ("book.bracket_open", "value", lambda: amended(OPEN, LATER)),
        ("book.bracket_open", "value", lambda: amended(LEFT_OF_ITS_ENTRY, LATER)),
        ("cell.choice", "kind", lambda: read_cell(choice(), "商标", None)),
        ("cell.choice_near", "kind", lambda: read_cell(choice(), "发明", None)),
        (
            "cell.too_long",
            "title",
            lambda: read_cell(Column("title", "名称", "text", longest=3), "四个字长", None),
        ),
        (
            "cell.too_long_for_a_cell",
            "title",
            lambda: read_cell(Column("title", "名称", "long"), "长" * (pages.MAX_CELL + 1), None),
        ),
        ("day.calendar", "day", lambda: parse_day("2023年2月30日", "day")),
        ("day.calendar", "day", lambda: parse_day("2023-13-01", "day")),
        ("day.calendar", "day", lambda: parse_day(20231301, "day")),
        ("money.negative", "price", lambda: parse_fen("-5万元", "元", "price")),
        ("money.unit", "price", lambda: parse_fen("5美元", "元", "price")),
        ("number.range", "value", lambda: parse_decimal("1e16", "value")),
        ("number.range", "value", lambda: parse_decimal("NaN", "value")),
        ("patent.kind", "patent", lambda: parse_patent("ZL201750601862.3", "patent")),
        ("patent.kind", "patent", lambda: parse_patent("198410601862X", "patent")),
        ("party.id_missing", "id", lambda: read_offer({"title": "x"})),
        ("party.id_missing", "id", lambda: read_want({"id": True, "title": "x"})),
        ("party.missing", "title", lambda: read_offer({"id": "1", "title": " "})),
        ("party.not_list", "keywords", lambda: read_offer({"id": "1", "text": "x", "keywords": 1})),
        ("party.not_list", "modes", lambda: read_want({"id": "1", "text": "x", "modes": [1]})),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(code, field, call):
    is_refused(call, code, field)


def test_a_bracket_that_closes_left_of_its_entry_is_whole_for_yaml():
    assert list(yaml.safe_load(LEFT_OF_ITS_ENTRY)) == ["甲", "乙"]


def pdf(pages):
    stream = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(100, 100)
    document.save(stream)
    document.close()
    return stream.getvalue()


def packed(text):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", text)
    return stream.getvalue()


def workbook(*cells):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, cell in enumerate(cells):
        sheet.write(line, 0, cell)
    book.close()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("document.html", b'<?xml version="1.0"?>\n'),
        ("document.pdf", b"%PDF-1.7 and nothing more"),
    ],
)
def test_a_document_without_a_text_is_refused(code, data):
    is_refused(lambda: documents.read_document(data, "a"), code, "file")


@pytest.mark.parametrize(
    ("code", "module", "limit", "most", "data"),
    [
        ("document.size", documents, "MAX_BYTES", 1_000_000, b"x" * 1_000_001),
        ("document.length", documents, "MAX_CHARACTERS", 10, "十一个字的正文在这里了".encode()),
        ("document.pages", documents, "MAX_PAGES", 2, pdf(3)),
        ("sheet.bomb_short", word, "MAX_UNPACKED", 1_000, packed("x" * 1_001)),
    ],
)
def test_a_document_beyond_a_limit_is_refused(monkeypatch, code, module, limit, most, data):
    monkeypatch.setattr(module, limit, most)
    is_refused(lambda: documents.read_document(data, "a"), code, "file")


@pytest.mark.parametrize(
    ("code", "module", "limit", "most", "data"),
    [
        ("sheet.size", plain, "MAX_BYTES", 1_000_000, b"x" * 1_000_001),
        ("sheet.bomb_of_text", xlsx, "_MOST_TEXT", 1_000, workbook(*["长" * 100] * 11)),
    ],
)
def test_a_sheet_beyond_a_limit_is_refused(monkeypatch, code, module, limit, most, data):
    monkeypatch.setattr(module, limit, most)
    is_refused(lambda: formats.read_pages(data, "a"), code, "file")


UNITS = {"甲": "元", "人数": "人", "表": "%"}


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("rules.arguments_empty", lambda: parse("取大()")),
        (
            "rules.function",
            lambda: parse("求和(甲, 乙)"),
        ),
        ("rules.long", lambda: parse("甲" * (LONGEST + 1))),
        ("rules.symbol", lambda: parse("甲.乙")),
        ("rules.tier", lambda: parse("分档(甲, 1元)")),
        ("rules.tier", lambda: unit_of(parse("分档(甲, 人数)"), UNITS, {"表": "元"})),
        ("rules.tier_by", lambda: unit_of(parse("分档(人数, 表)"), UNITS, {"表": "元"})),
        ("rules.if_condition", lambda: unit_of(parse("若(人数, 甲, 0元)"), UNITS, {})),
        ("rules.whitelist", lambda: parse("甲, 乙")),
        ("rules.whitelist", lambda: parse("+甲")),
    ],
)
def test_what_a_formula_cannot_say_is_refused(code, call):
    is_refused(call, code, "formula")


def test_a_function_that_there_is_not_is_refused():
    with pytest.raises(Invalid) as caught:
        parse("求和(甲, 乙)")
    assert (caught.value.code, caught.value.field) == ("rules.function", "formula")
    assert sentence(caught.value.code, caught.value.facts, "en") != caught.value.words


def policy(formula, unit="是否", *, start=date(2021, 1, 1), name="丙", code="p"):
    """One rule on two numbers that actions move, one that stands still, and a table of five steps."""
    node = parse(formula)
    most = Fraction(10**6)
    steps = [Tier(one(n), Fraction(n)) for n in range(1, 5)]
    tiers = Tiers((*steps, Tier(one(9))), upward=True)
    return Policy(
        id=code,
        title="示例办法",
        title_en="Example",
        numbers=(),
        issuer="示例",
        issued=None,
        start=start,
        end=None,
        sources=("S",),
        about="",
        subject="企业",
        results=(name,),
        inputs={n: Input(n, "人", Fraction(0), most, interval=True) for n in ("甲", "乙", "定")},
        parameters={"表": Parameter("表", "人", "人", ((start, tiers),), "一", "S", True)}
        if code == "p"
        else {},
        rules={name: Rule(name, unit, ((start, formula, node),), "一", "S")},
        actions={},
        cases=(),
    )


def action(name, cost=1, effect=1):
    return Action(name, {name: Fraction(effect)}, Fraction(1), Fraction(10), "人", cost, 0)


BOTH = (action("甲"), action("乙"))
GIVEN = {"甲": one(1), "乙": one(1), "定": one(1)}
FAR = "1" + "0" * 30


@pytest.mark.parametrize(
    ("code", "formula", "given", "actions"),
    [
        ("plans.no_actions", "甲 ≥ 5人", GIVEN, [action("甲", None)]),
        ("plans.no_actions", "甲 ≥ 5人", {}, BOTH),
        ("plans.condition", "甲 + 1人", GIVEN, BOTH),
        ("plans.condition", "(甲 ≥ 5人) ≥ 1人", GIVEN, BOTH),
        ("plans.operator", "取大(甲, 1人) ≥ 5人", GIVEN, BOTH),
        ("plans.product", "甲 × 乙 ≥ 5人", GIVEN, BOTH),
        (
            "plans.interval_product",
            "定 × 甲 ≥ 5人",
            {**GIVEN, "定": Number(Fraction(1), Fraction(2))},
            BOTH,
        ),
        ("plans.negative_divisor", "甲 ÷ -2 ≥ 5人", GIVEN, BOTH),
        ("plans.missing", "甲 ≥ 定", {"甲": one(1)}, BOTH[:1]),
        ("plans.tiers_too_many", f"{' + '.join(['分档(甲, 表)'] * 6)} ≥ 5人", GIVEN, BOTH),
        (
            "plans.too_large",
            f"甲 × {FAR} ≥ {FAR}5人",
            GIVEN,
            BOTH,
        ),
        ("plans.too_large", "甲 ÷ 乙 ≥ 9000000000000000000", GIVEN, BOTH),
    ],
)
def test_why_no_plan_is_made_is_said(code, formula, given, actions):
    found = plans(at([policy(formula)], DAY), given, "丙", actions)
    assert found.found == ()
    is_said(found.why, code)


def test_a_search_that_has_no_time_says_so(monkeypatch):
    law = at([policy("甲 + 乙 ≥ 5人")], DAY)
    assert plans(law, GIVEN, "丙", BOTH).found
    monkeypatch.setattr(mixes_of, "SECONDS", 0.0)
    found = plans(law, GIVEN, "丙", BOTH)
    assert found.found == ()
    is_said(found.why, "plans.out_of_time")


@pytest.mark.parametrize(
    ("code", "formula"),
    [
        ("rules.gap_product", "甲 × 甲 ≥ 50人"),
        ("rules.gap_cases", f"{' + '.join(['分档(甲, 表)'] * 4)} ≥ 50人"),
    ],
)
def test_what_is_no_straight_line_is_refused_for_many(code, formula):
    frame = pl.DataFrame({"甲": [1], "乙": [1], "定": [1]})
    law = at([policy(formula)], DAY)
    is_refused(lambda: gap_batch(law, frame, "丙", BOTH[0]), code, "formula")


def test_a_rule_that_rests_on_a_law_of_later_is_complained_of():
    later = policy("甲 ≥ 1人", start=date(2023, 1, 1), name="丁", code="q")
    (complaint,) = check([policy("丁 且 甲 ≥ 1人"), later], [DAY])
    assert (complaint.policy, complaint.where, complaint.key) == ("p", "rules", "丙")
    is_said(complaint.words, "rules.not_yet")
    assert check([policy("丁 且 甲 ≥ 1人"), later], [later.start]) == []


def test_an_example_that_expects_what_is_no_value_is_complained_of():
    home = policy("甲 + 1人", "人")
    case = Case("例", DAY, {"甲": "1人"}, {"丙": "很多"}, 1)
    (wrong,) = run_case([home], home, case)
    is_said(wrong, "rules.case_wanted")
    assert run_case([home], home, replace(case, expected={"丙": "2人"})) == []


OFFER = Offer(id="o", title="x", price_fen=100)
GOAL = Goal("level", date(2020, 1, 1), date(2022, 12, 31), Fraction(100), Fraction(0))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("match.field_same", field_reason("电子信息", "电子信息")),
        ("match.money_open", money_reason(Want(id="w", title="x"), OFFER)),
    ],
)
def test_a_reason_is_said_in_both_languages(code, reason):
    is_said(reason.text, code)


def test_who_is_on_his_way_keeps_up():
    day = date(2021, 6, 1)
    found = stand(GOAL, Fraction(90), day, day, path_of(GOAL), LightRules())
    assert found.light == "on_track"
    is_said(found.why, "standing.keeps_up")


@pytest.mark.parametrize(
    ("code", "call", "field"),
    [
        ("rules.conditions_only", lambda: unit_of(parse("非 甲"), UNITS, {}), "formula"),
        ("rules.tier_bare", lambda: unit_of(parse("表 + 1"), UNITS, {"表": "元"}), "formula"),
        ("rules.input", lambda: typed({"无": "1元"}, {}), "无"),
        ("rules.truth", lambda: typed({"是": "也许"}, {"是": Input("是", "是否")}), "是"),
        ("day.range", lambda: months_after(date(9990, 1, 1), 240), "day"),
        ("period.month_or_quarter", lambda: period_span("2025"), "period"),
        ("party.not_text", lambda: read_want({"id": "1", "title": 3, "problem": "散热"}), "title"),
        (
            "document.encoding",
            lambda: documents.read_document(b"\xff\xff\x81\x00\x80", "a.txt"),
            "file",
        ),
    ],
)
def test_what_no_rule_and_no_reader_takes_is_refused(code, call, field):
    is_refused(call, code, field)
