"""Every kind of complaint of a book's check, at its file and line, in both languages."""

import re
from pathlib import Path
from typing import Annotated

import pytest
import yaml
from pydantic import Field

from kechuang.book import read_book
from kechuang.book.desk import Desk
from kechuang.book.kinds import Shape
from kechuang.book.lines import Lined
from kechuang.book.shape_check import held
from kechuang.cli.main import main
from kechuang.engines.base.sayings import sentence
from tests.book import small

HERE = Path(__file__).parent
CODE = Path(__file__).parents[2] / "src" / "kechuang" / "book"
CASES = yaml.safe_load((HERE / "complaints.yaml").read_text(encoding="utf-8"))
ELSEWHERE = {
    "book.problem",  # around any of them, on a page
    "book.no_file",  # a proposed change: test_policy_commands
    "book.no_change",
    "book.change_of_no_parameter",
    "book.one_only",
    "book.wrong",  # below
}


def change(folder, name, old, new, encoding="utf-8"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    text = path.read_text(encoding="utf-8") if old else ""
    assert not old or old in text
    path.write_text(text.replace(old, new, 1) if old else new, encoding=encoding)


def test_the_small_book_is_right(tmp_path):
    book, problems = read_book(small.write(tmp_path))
    assert problems == []
    assert book.plan.safeguards == ("一句话", "保障。经费")


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['code']} {c['new'][:20]}")
def test_a_mistake_is_told_once_at_its_line_in_both_languages(tmp_path, case):
    own = small.write(tmp_path)
    encoding = case.get("encoding", "utf-8")
    change(tmp_path, case["file"], case.get("old"), case["new"], encoding)
    book, problems = read_book(own)
    assert book is None
    (told,) = problems
    assert f"{told.file.relative_to(tmp_path)}:{told.line}" == case["at"]
    assert told.words.code == case["code"]
    assert told.words == case["zh"]
    assert sentence(told.words.code, told.words.facts, "en") == case["en"]


def test_every_kind_of_complaint_has_its_case():
    sources = [p.read_text(encoding="utf-8") for p in CODE.glob("*.py") if p.name != "amend.py"]
    said = {c for s in sources for c in re.findall(r'"(book\.[a-z_]+)"', s)} - {"book.yaml"}
    assert said - ELSEWHERE == {c["code"] for c in CASES if c["code"].startswith("book.")}


def test_a_formula_without_meaning_is_told_beside_a_circle(tmp_path):
    """Its bounds cannot be reckoned; what else is wrong can be told."""
    own = small.write(tmp_path)
    change(tmp_path, "own/policies/p/rules.yaml", '"销售额 × 分档', '"有证书 × 分档')
    change(tmp_path, "own/policies/p/rules.yaml", "且 有证书}", "且 达标}")
    _, problems = read_book(own)
    assert [(p.line, p.words.code) for p in problems] == [(2, "rules.named"), (1, "rules.cycle")]


def test_all_is_told_at_once_and_nothing_twice(tmp_path):
    """A misread entry hides nothing, and nobody who names it is told that it does not exist."""
    own = small.write(tmp_path)
    change(tmp_path, "below/sources.yaml", "status: official", "status: offiziell")
    change(tmp_path, "below/plan.yaml", "id: firms, group", "id: firms, nummer: 1, group")
    change(tmp_path, "own/plan.yaml", "{number: 2, id: t2", "{number: zwei, id: t2")
    change(tmp_path, "own/plan.yaml", "indicator: share", "indicator: nothing")
    change(tmp_path, "own/plan.yaml", "title: 本区计划\n", "title: 本区计划\ntitel: 计划\n")
    change(tmp_path, "own/policies/p/policy.yaml", "  销售额: {单位: 元", "  销售额: {单位: 斤")
    change(tmp_path, "own/policies/p/rules.yaml", "分档(销售额", "分档((销售额")
    change(tmp_path, "own/figures.yaml", 'value: "7"', "value: 7.5")
    book, problems = read_book(own)
    assert book is None
    assert sorted((p.file.name, p.line, p.words.code) for p in problems) == [
        ("figures.yaml", 2, "book.float"),
        ("plan.yaml", 3, "book.unknown_key"),
        ("plan.yaml", 8, "book.unknown_key"),
        ("plan.yaml", 22, "book.no_indicator"),
        ("plan.yaml", 29, "book.no_whole"),
        ("policy.yaml", 9, "book.no_unit"),
        ("rules.yaml", 2, "rules.named"),
        ("sources.yaml", 2, "book.not_one_of"),
    ]


def test_a_file_that_cannot_be_read_is_told_once_and_not_by_all_who_name_it(tmp_path):
    own = small.write(tmp_path)
    change(tmp_path, "below/sources.yaml", "sources:", "sources: [")
    change(tmp_path, "own/firm_facts.yaml", "年报:", "年报")
    _, problems = read_book(own)
    assert sorted(p.file.name for p in problems) == ["firm_facts.yaml", "sources.yaml"]


def test_what_nobody_foresaw_is_told_all_the_same():
    class Odd(Shape):
        times: Annotated[float, Field(gt=1)]

    at = Lined.empty(Path("odd.yaml"))
    at["times"], at.lines = 0.5, {"times": 7}
    desk = Desk()
    assert held(Odd, at, at, desk) is None
    assert [(p.line, p.words.code) for p in desk.problems] == [(7, "book.wrong")]


def test_the_command_tells_in_either_language(tmp_path, capsys):
    own = small.write(tmp_path)
    change(tmp_path, "own/market.yaml", "[3, 9]", "[9, 3]")
    line = f"{own / 'market.yaml'}:1: remind_after_days"
    assert main(["book", "check", str(own)]) == 2
    assert f"{line} 应为递增的天数" in capsys.readouterr().err
    assert main(["book", "check", str(own), "--english"]) == 2
    assert f"{line} holds rising numbers" in capsys.readouterr().err
