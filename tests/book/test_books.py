"""The books as they are, and books with mistakes in them."""

from pathlib import Path

import pytest

from kechuang.book import read_book
from kechuang.book.cells import read_cell, write_row
from kechuang.book.reading import read
from kechuang.engines.sheets.pages import HeldPages, Page

BOOKS = Path(__file__).parents[2] / "books"


@pytest.fixture(scope="module")
def jinnan():
    book, problems = read_book(BOOKS / "jinnan")
    assert not problems
    return book


def test_jinnan_has_the_plan_as_printed(jinnan):
    plan = jinnan.plan
    assert len(plan.targets) == 12
    assert [sum(t.group == g.id for t in plan.targets) for g in plan.groups] == [4, 6, 2]
    assert [len(a.tasks) for a in plan.areas] == [3, 5, 4, 2, 3, 3, 2]
    assert len(plan.tasks) == 22


def test_what_was_not_published_says_so(jinnan):
    parks = next(t for t in jinnan.plan.targets if t.id == "university-science-parks")
    assert parks.value is None
    assert parks.absence == "no_number"
    share = next(t for t in jinnan.plan.targets if t.id == "emerging-industry-share")
    assert jinnan.parent_target(share).absence == "unknown"


def test_every_figure_has_a_source_that_says_how_near_it_is(jinnan):
    for figure in jinnan.figures:
        assert figure.source in jinnan.sources
    for target in jinnan.plan.targets:
        assert jinnan.sources[target.source].checked_on


def test_city_and_district_figures_are_linked(jinnan):
    turnover = next(t for t in jinnan.plan.targets if t.id == "technology-contract-turnover")
    assert (turnover.value, jinnan.parent_target(turnover).value) == (50, 1400)


def copy_of_the_books(tmp_path):
    for book in ("national", "tianjin", "jinnan"):
        for path in (BOOKS / book).rglob("*"):
            if path.is_file():
                target = tmp_path / book / path.relative_to(BOOKS / book)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    return tmp_path


def copy(tmp_path, name, change):
    copy_of_the_books(tmp_path)
    path = tmp_path / "jinnan" / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return read_book(tmp_path / "jinnan")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.replace("source: J2", "source: J99", 1), "没有来源“J99”"),
        (lambda s: s.replace('bound: ">="', "bound: mehr", 1), "bound 应为"),
        (lambda s: s.replace('value: "4.5"', "value: 4.5", 1), "请加引号"),
        (lambda s: s.replace("id: rd-intensity", "id: rd-intensity\n    id: again", 1), "写了两次"),
        (lambda s: s.replace("indicator: rd-intensity", "indicator: nothing", 1), "没有指标"),
        (lambda s: s.replace("targets:", "targets\n  :", 1), "YAML"),
        (lambda s: s.replace("number: 22", "number: 23", 1), "任务编号"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_remedy(tmp_path, change, words):
    book, problems = copy(tmp_path, "plan.yaml", change)
    assert book is None
    found = [p for p in problems if words in p.words]
    assert found
    assert found[0].file.name == "plan.yaml"
    assert found[0].line >= 1


def test_a_book_that_extends_itself_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "book.yaml").write_text("id: a\ntitle: a\ntitle_en: a\nextends: a\n")
    book, problems = read_book(tmp_path / "a")
    assert book is None
    assert "绕回" in problems[0].words


def test_headings_are_found_under_their_other_names_and_units(jinnan):
    layout = jinnan.layouts["achievements"]
    rows = [["成果名称", "摘要 ", "报价（元）", "学科", "别的"], ["甲", "乙", 3, "", ""]]
    [table] = read(HeldPages([Page("", rows)]), layout, {}, lambda field: None).tables
    columns = table.columns
    assert {p: c.field for p, c in columns.items()} == {
        0: "title",
        1: "summary",
        2: "price_fen",
        3: "field",
    }
    assert columns[2].unit == "元"


@pytest.mark.parametrize(
    "kind", ["achievements", "demands", "firms", "contracts", "bulletins", "figures"]
)
def test_what_is_written_reads_back(jinnan, kind):
    layout = jinnan.layouts[kind]
    samples = {
        "text": "甲",
        "long": "一段话",
        "words": ["甲", "乙"],
        "credit_code": "91120112MA0000001",
        "patents": ["201710601862.3"],
        "trl": 6,
        "modes": ["licence", "transfer"],
        "fen": 123_456_789,
        "day": "2023-07-15",
        "number": 12,
        "area": "新材料",
        "figure": "12.5",
    }
    values = {
        c.field: next(iter(c.choices)) if c.kind == "choice" else samples[c.kind]
        for c in layout.columns
    }
    for column, cell in zip(layout.columns, write_row(layout, values), strict=True):
        if column.kind != "credit_code":
            assert (
                read_cell(column, float(cell) if column.kind == "fen" else cell, jinnan)
                == values[column.field]
            )
