"""Relations one level deep, and the law as it was known."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from kechuang.book import read_book
from kechuang.engines.rules import ABSENT, UNKNOWN, Number, at, evaluate, one
from kechuang.engines.rules.policy import Library
from kechuang.engines.rules.relations import gather
from tests.book.test_books import copy_of_the_books

DAY = date(2026, 11, 26)


@pytest.fixture
def agency(tmp_path):
    """The books with one policy whose input is summed from an agency's contracts."""
    folder = copy_of_the_books(tmp_path) / "jinnan" / "policies" / "yunying-jigou-butie"
    path = folder / "policy.yaml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + (
            "关系:\n  合同: {列: {成交额: {单位: 元, 范围: [0元, 100亿元]}, 已登记: {单位: 是否}, 登记月数: {单位: 个月, 范围: [0个月, 600个月]}}}\n"
            "汇总:\n  运营机构技术交易额: {关系: 合同, 取: 合计, 列: 成交额, 其中: 已登记 且 登记月数 ≤ 12个月}\n"
        ),
        encoding="utf-8",
    )
    book, problems = read_book(tmp_path / "jinnan")
    assert not problems
    return tuple(book.policies.values())


def row(amount, registered, months):
    given = {"成交额": amount, "已登记": registered, "登记月数": months}
    return {k: v for k, v in given.items() if v is not None}


def test_contracts_are_summed_as_the_policy_declares(agency):
    rows = [
        row(one(100), True, one(3)),
        row(one(50), True, one(13)),
        row(one(7), False, one(1)),
        row(one(5), True, one(12)),
    ]
    assert gather(agency, {"合同": rows}, DAY) == {"运营机构技术交易额": one(105)}
    assert gather(agency, {"合同": []}, DAY) == {"运营机构技术交易额": one(0)}
    assert gather(agency, {}, DAY) == {}


def test_a_row_that_may_or_may_not_count_makes_an_interval_and_a_missing_sum_is_not_zero(agency):
    maybe = [row(one(100), True, one(3)), row(one(50), None, one(3))]
    assert gather(agency, {"合同": maybe}, DAY)["运营机构技术交易额"] == Number(
        Fraction(100), Fraction(150)
    )
    assert gather(agency, {"合同": [row(None, True, one(3))]}, DAY)["运营机构技术交易额"] is UNKNOWN


def test_an_aggregate_that_leads_nowhere_is_refused(tmp_path):
    folder = copy_of_the_books(tmp_path) / "jinnan" / "policies" / "yunying-jigou-butie"
    path, words = folder / "policy.yaml", (folder / "policy.yaml").read_text(encoding="utf-8")
    relation = "关系:\n  合同: {列: {成交额: {单位: 元, 范围: [0元, 1亿元]}}}\n汇总:\n"
    for line, said in (
        ("  没有的输入: {关系: 合同, 取: 合计, 列: 成交额, 其中: 成交额 > 0元}", "不是输入"),
        (
            "  运营机构技术交易额: {关系: 订单, 取: 合计, 列: 成交额, 其中: 成交额 > 0元}",
            "没有关系",
        ),
        ("  运营机构技术交易额: {关系: 合同, 取: 平均, 列: 成交额, 其中: 成交额 > 0元}", "取 应为"),
        (
            "  运营机构技术交易额: {关系: 合同, 取: 合计, 列: 金额, 其中: 成交额 > 0元}",
            "同单位的列",
        ),
        ("  运营机构技术交易额: {关系: 合同, 取: 合计, 列: 成交额, 其中: 已登记}", "没有列"),
    ):
        path.write_text(words + relation + line + "\n", encoding="utf-8")
        book, problems = read_book(tmp_path / "jinnan")
        assert book is None
        assert any(said in p.words for p in problems), (line, [p.words for p in problems])


def test_the_law_as_it_was_known_leaves_out_what_was_published_later(tmp_path):
    folder = copy_of_the_books(tmp_path) / "national" / "policies" / "gaoxin-2016"
    path = folder / "parameters.yaml"
    words = path.read_text(encoding="utf-8")
    assert "取值: {2016-01-01: 70分}" in words
    path.write_text(
        words.replace(
            "取值: {2016-01-01: 70分}",
            "取值: {2016-01-01: 70分, 2026-01-01: {值: 80分, 知悉: 2026-06-30}}",
        ),
        encoding="utf-8",
    )
    book, problems = read_book(tmp_path / "jinnan")
    assert not problems
    policies = tuple(book.policies.values())
    held = lambda day, known=None: at(policies, day, known=known).held["认定分数线"].value  # noqa: E731
    assert held(date(2026, 3, 1)) == one(80)  # it reaches back
    assert held(date(2026, 3, 1), date(2026, 3, 1)) == one(70)  # but nobody knew
    assert held(date(2026, 3, 1), date(2026, 6, 30)) == one(80)
    before = at(
        policies, date(2016, 1, 15), known=date(2016, 1, 15)
    )  # published on 29 January, in force since the 1st
    assert evaluate(before, {}, ["高新技术企业"])["高新技术企业"] is ABSENT
    assert (
        evaluate(at(policies, date(2016, 1, 15)), {}, ["高新技术企业"])["高新技术企业"]
        is not ABSENT
    )


def test_the_notebook_says_what_the_engine_says(book):
    law = Library(book.policies.values()).at("2026-11-26")
    frame = pl.DataFrame({"科技人员数": [9, 10, 5], "职工总数": [100, 100, 100]})
    assert law.run(frame, ["科技人员达标"]).truth("科技人员达标").to_list() == [False, True, False]
    given = {"科技人员数": one(9), "职工总数": one(100)}
    assert law.explain(given, "科技人员达标").results["科技人员达标"] is False
    harder = law.reform({"科技人员占比下限": ("2026-01-01", one(Fraction(1, 5)))})
    (told,) = harder.compare(law, frame, ["科技人员达标"]).rows(named=True)
    assert told == {"rule": "科技人员达标", "gain": 0, "lose": 1, "before": 1, "after": 0}
    assert law.gaps(frame, "高新技术企业").columns == ["增加境内研发投入", "招聘科技人员"]
    assert law.plan(given, "高新技术企业").why
    assert Library(book.policies.values()).at("2016-01-15", known="2016-01-15").law.day == date(
        2016, 1, 15
    )


@pytest.fixture(scope="module")
def book():
    found, problems = read_book(Path(__file__).parents[2] / "books" / "jinnan")
    assert not problems
    return found
