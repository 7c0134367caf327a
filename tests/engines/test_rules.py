"""Policies as code: the language, units, dates, intervals, two evaluators that agree, what is
refused.
"""

import os
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from benchmarks.hostile import hostile
from hypothesis import given as generated
from hypothesis import strategies as st

from kechuang.book import read_book
from kechuang.engines.base.errors import Invalid
from kechuang.engines.rules import (
    ABSENT,
    UNDEFINED,
    UNKNOWN,
    Action,
    Lack,
    Number,
    Overlay,
    Rule,
    assess,
    at,
    evaluate,
    gap,
    moved,
    one,
    parse,
    quantity,
)
from kechuang.engines.rules.batch import run
from kechuang.engines.rules.check import check, run_case, tiers_in_words
from kechuang.engines.rules.exact import apply
from kechuang.engines.rules.gaps import room
from kechuang.engines.rules.law import topological
from kechuang.engines.rules.polynomials import changes
from kechuang.engines.rules.polynomials import sign as poly_sign
from kechuang.engines.rules.values import rounded

BOOKS = Path(__file__).parents[2] / "books"
BOOK, _ = read_book(BOOKS / "jinnan")
POLICIES = tuple(BOOK.policies.values())
DAYS = [
    date(2012, 1, 1),
    date(2018, 6, 1),
    date(2021, 7, 9),
    date(2022, 5, 20),
    date(2023, 9, 1),
    date(2026, 11, 25),
]
ROWS = 1_000_000 if os.environ.get("KECHUANG_NIGHTLY") else 20_000


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5000万元", 5_000_000_000, "元"),
        ("0.01元", 1, "元"),
        ("2亿元", 20_000_000_000, "元"),
        ("60%", Fraction(3, 5), "%"),
        ("12个月", 12, "个月"),
        ("３人", 3, "人"),
        ("3", 3, "倍"),
        ("-1元", -100, "元"),
    ],
)
def test_quantities_are_exact(text, value, unit):
    assert quantity(text) == (Fraction(value), unit)


def test_full_width_and_half_width_say_the_same():
    assert parse("若（甲≥５０％，乙×2，0元）") == parse("若(甲 >= 50%, 乙*2, 0元)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("甲 +", "附近"),
        ("__import__('os')", "不能用"),
        ("甲.乙", "不能用"),
        ("甲 ≥ 1 ≥ 2", "且"),
        ("求和(甲, 乙)", "写法有误|没有|只能"),
        ("若(甲, 1)", "3 个参数"),
        ("甲 if 乙 else 丙", "附近|只能"),
        ("若", "括号"),
        ("甲[0]", "不能用"),
        ("lambda: 1", "不能用|附近"),
        ("(" * 500 + "甲", "附近"),
    ],
)
def test_what_is_no_formula_is_refused_in_words(text, words):
    with pytest.raises(Invalid, match=words):
        parse(text)


def test_three_values_and_intervals():
    assert apply("and", [False, UNKNOWN]) is False
    assert apply("and", [True, UNKNOWN]) is UNKNOWN
    assert apply("or", [True, UNKNOWN]) is True
    assert apply("or", [False, ABSENT]) is ABSENT
    assert apply(">=", [UNDEFINED, one(0)]) is False
    assert apply("/", [one(1), one(0)]) is UNDEFINED
    band = Number(Fraction(6), Fraction(8))
    assert apply(">", [band, one(5)]) is True
    assert apply(">", [band, one(7)]) is UNKNOWN
    assert apply("计数", [True, UNKNOWN, False]) == Number(Fraction(1), Fraction(2))
    assert [rounded(Fraction(x, 2)) for x in (1, -1, 3)] == [1, -1, 2]


@pytest.mark.parametrize(
    ("policy", "case"),
    [(p, c) for p in POLICIES for c in p.cases],
    ids=lambda x: getattr(x, "id", None) or x.about[:30],
)
def test_every_example_of_the_books_holds(policy, case):
    assert run_case(POLICIES, policy, case) == []


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_both_evaluators_agree_on_hostile_rows(day):
    law = at(POLICIES, day)
    wanted = list(law.order)
    frame, given = hostile(law, ROWS // len(DAYS) + 1, seed=day.toordinal())
    found = run(law, frame, wanted)
    truths = {n: found.truth(n).to_list() for n in wanted if found.kinds[n] == "truth"}
    for row, subject in enumerate(given):
        exact = evaluate(law, subject, wanted)
        for name in wanted:
            value = exact[name]
            expected = (
                None
                if isinstance(value, Lack)
                else (value.low, value.high)
                if isinstance(value, Number)
                else value
            )
            kind = found.kinds[name]
            got = (
                truths[name][row]
                if kind == "truth"
                else None
                if kind == "gone"
                else found.ends(name, row)
            )
            assert got == expected, (name, subject)


def test_the_trace_cites_clause_formula_facts_and_what_is_missing():
    law = at(POLICIES, date(2022, 5, 20))
    answer = assess(law, {"职工总数": one(40), "科技人员数": one(4)}, ["科技人员达标"])
    assert answer.results["科技人员达标"] is True
    step = answer.steps[-1]
    assert step.clause
    assert step.source in BOOK.sources
    assert "÷" in answer.steps[0].formula or "≥" in step.formula
    assert assess(law, {"职工总数": one(40)}, ["科技人员达标"]).missing == ("科技人员数",)


def test_the_law_of_a_day_is_not_that_of_another_and_a_reform_changes_nothing_in_the_books():
    assert evaluate(at(POLICIES, date(2007, 1, 1)), {}, ["高新技术企业"])["高新技术企业"] is ABSENT
    given = {"职工总数": one(40), "科技人员数": one(4)}
    day = date(2026, 1, 1)
    reform = Overlay({"科技人员占比下限": (date(2026, 1, 1), one(Fraction(1, 5)))})
    assert evaluate(at(POLICIES, day, reform), given, ["科技人员达标"])["科技人员达标"] is False
    assert evaluate(at(POLICIES, day), given, ["科技人员达标"])["科技人员达标"] is True
    assert (
        evaluate(at(POLICIES, date(2025, 1, 1), reform), given, ["科技人员达标"])["科技人员达标"]
        is True
    )


def test_what_is_not_published_is_never_a_number():
    law = at(POLICIES, date(2026, 11, 25))
    for policy in POLICIES:
        for parameter in policy.parameters.values():
            if law.held[parameter.name].value == "未公布":
                assert parameter.note


BROKEN = {
    "绕圈": (
        "甲: {公式: 乙 + 1元, 单位: 元, 依据: x, 来源: S}\n乙: {公式: 甲 + 1元, 单位: 元, 依据: x, 来源: S}",
        "绕成了圈",
    ),
    "没有的名称": (
        "甲: {公式: 销售 + 1元, 单位: 元, 依据: x, 来源: S}",
        "没有“销售”这个名称，是“销售额”",
    ),
    "不留空格": ("甲: {公式: 有证书且有人, 单位: 是否, 依据: x, 来源: S}", "留空格"),
    "单位混用": ("甲: {公式: 销售额 + 人数, 单位: 元, 依据: x, 来源: S}", "单位不同"),
    "单位写错": ("甲: {公式: 销售额 × 50%, 单位: 人, 依据: x, 来源: S}", "公式得出的是“元”"),
    "钱乘钱": ("甲: {公式: 销售额 × 销售额, 单位: 元, 依据: x, 来源: S}", "没有意义"),
    "界溢出": (
        "\n".join(
            [
                '甲: {公式: 销售额 ÷ 利润, 单位: "%", 依据: x, 来源: S}',
                *(
                    f'甲{n}: {{公式: 甲{n - 1 or ""} × 甲{n - 1 or ""}, 单位: "%", 依据: x, 来源: S}}'
                    for n in range(1, 4)
                ),
            ]
        ),
        "126 位",
    ),
    "键写两次": (
        "甲: {公式: 1元, 单位: 元, 依据: x, 来源: S}\n甲: {公式: 2元, 单位: 元, 依据: x, 来源: S}",
        "写了两次",
    ),
}


def pack(
    folder,
    rules,
    parameters="",
    cases="- {说明: a, 日期: 2022-01-01, 输入: {}, 期望: {甲: 待定}}\n",
):
    home = folder / "shili" / "policies" / "p"
    home.mkdir(parents=True)
    (folder / "shili" / "book.yaml").write_text(
        "id: shili\ntitle: 示例\ntitle_en: Example\n", encoding="utf-8"
    )
    (folder / "shili" / "sources.yaml").write_text(
        "sources:\n  S: {title: t, status: official, checked_on: 2026-11-25}\n", encoding="utf-8"
    )
    (home / "policy.yaml").write_text(
        "名称: 示例办法\n英文: Example\n文号: [示〔2021〕1号]\n发布机关: 示例\n发布日期: 2021-01-01\n施行: {自: 2021-01-01, 至: null}\n替代: []\n来源: [S]\n对象: 企业\n结论: [甲]\n"
        "适用日: 申请日\n说明: x\n输入:\n  销售额: {单位: 元, 范围: [0元, 1000亿元], 来源: 审计报告}\n  利润: {单位: 元, 范围: [-1000亿元, 1000亿元], 来源: 审计报告}\n"
        "  人数: {单位: 人, 范围: [0人, 100万人], 来源: 年报}\n  有证书: {单位: 是否, 来源: 证书}\n  有人: {单位: 是否, 来源: 证书}\n",
        encoding="utf-8",
    )
    (home / "parameters.yaml").write_text(parameters, encoding="utf-8")
    (home / "rules.yaml").write_text(rules + "\n", encoding="utf-8")
    (home / "cases.yaml").write_text(cases, encoding="utf-8")
    return folder / "shili"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_pack_is_refused_with_file_line_and_remedy(tmp_path, name):
    rules, words = BROKEN[name]
    book, problems = read_book(pack(tmp_path, rules))
    assert book is None
    found = [p for p in problems if words in p.words]
    assert found, [str(p) for p in problems]
    assert found[0].file.name == "rules.yaml"
    assert found[0].line >= 1


def test_a_tier_without_its_bound_said_and_a_failing_example_are_refused(tmp_path):
    good = '甲: {公式: "销售额 × 档", 单位: 元, 依据: x, 来源: S}'
    tiers = '档: {说明: x, 单位: "%", 按: 元, 依据: x, 来源: S, 核对日期: 2026-11-25, 核实: 是, 取值: {2021-01-01: [{至: 1万元, 值: 5%}, {其余: 3%}]}}\n'
    _, problems = read_book(
        pack(tmp_path / "a", good.replace("销售额 × 档", "销售额 × 分档(销售额, 档)"), tiers)
    )
    assert any("没有写“含”" in p.words for p in problems)
    case = "- {说明: 恰在界上, 日期: 2022-01-01, 输入: {销售额: 1万元}, 期望: {甲: 300元}}\n"
    whole = tiers.replace("至: 1万元,", "至: 1万元, 含: 是,")
    _, problems = read_book(
        pack(tmp_path / "b", good.replace("销售额 × 档", "销售额 × 分档(销售额, 档)"), whole, case)
    )
    assert [p.words for p in problems] == ["恰在界上：“甲”应为“300元”，算得“500元”"]
    assert problems[0].file.name == "cases.yaml"


def successor(held, day, **changed):
    """The same text once more, under another name, from a day on."""
    new = replace(
        held, id="next", start=day, end=None, parameters={}, actions={}, cases=(), **changed
    )
    return [replace(p, end=day - timedelta(1)) if p is held else p for p in POLICIES] + [new]


def test_a_text_that_follows_an_ended_one_may_say_its_rule_again():
    held = next(p for p in POLICIES if p.id == "jiaoyi-buzhu-2018")
    day = date(2025, 1, 1)
    node = parse("交易补助合同已登记")
    again = {"交易补助项目达标": Rule("交易补助项目达标", "是否", ((day, "", node),), "新", "TP9")}
    both = successor(held, day, rules=again, results=())
    assert not check(both, [day, day - timedelta(1)])
    facts = {"交易补助合同已登记": True}
    for then, said in ((day - timedelta(1), UNKNOWN), (day, True)):
        assert evaluate(at(both, then), facts, ["交易补助项目达标"])["交易补助项目达标"] is said
    new = both[-1]
    law = at(both, day)
    assert law.of(new) == ("交易补助项目达标",)
    assert law.of(held) == ()
    money = replace(again["交易补助项目达标"], unit="元")
    for wrong in (
        [*both[:-1], replace(new, start=day - timedelta(1))],
        [*both[:-1], replace(new, rules={"交易补助项目达标": money})],
    ):
        assert [c.words.code for c in check(wrong, [day])][:1] == ["rules.name_taken"]


def test_rules_are_ordered_by_need():
    law = at(POLICIES, date(2026, 11, 25))
    seen = set()
    for name in topological(law.formulas):
        seen.add(name)
    assert seen == set(law.formulas)


ACTIONS = [a for p in POLICIES for a in p.actions.values()]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_a_gap_is_the_least_that_suffices_even_where_more_would_fail_again(action):
    law = at(POLICIES, date(2026, 11, 25))
    conditions = [
        n
        for n in law.order
        if law.formulas[n].rule.unit == "是否" and set(law.needed([n])) & set(action.effects)
    ]
    small = Action(
        action.name, action.effects, action.step, action.step * 60, action.unit, action.cost, 0
    )
    _, given = hostile(law, 40, seed=11)
    for subject in given:
        for wanted in conditions:
            found = gap(law, subject, wanted, small)
            by_hand = next(
                (
                    k
                    for k in range(room(law, subject, small) + 1)
                    if evaluate(law, moved(subject, small, k), [wanted])[wanted] is True
                ),
                None,
            )
            if found.why and found.why.code in ("gaps.missing", "gaps.rounded"):
                continue
            assert found.steps == by_hand, (wanted, subject)


def test_a_firm_two_people_short_is_told_two():
    law = at(POLICIES, date(2026, 11, 25))
    hire = next(a for a in ACTIONS if a.name == "招聘科技人员")
    found = gap(law, {"科技人员数": one(8), "职工总数": one(100)}, "科技人员达标", hire)
    assert found.steps == 3  # 11 of 103; 10 of 102 is not yet a tenth
    assert found.cost == 3 * hire.cost


@generated(st.lists(st.integers(-50, 50), min_size=1, max_size=5))
def test_sign_changes_of_polynomials_are_found_one_and_all(coefficients):
    p = tuple(Fraction(c) for c in coefficients)
    signs = [poly_sign(p, k) for k in range(41)]
    assert changes(p, 0, 40) == [k for k in range(1, 41) if signs[k] != signs[k - 1]]


def test_tiers_are_said_with_the_bound_of_each_step():
    held = at(POLICIES, date(2026, 11, 25)).held
    share, growth = held["研发占比档"], held["成长率给分"]
    assert (
        tiers_in_words(share.value, share.parameter.by, share.parameter.unit)
        == "≤ 5,000万元：5%；≤ 2亿元：4%；> 2亿元：3%"
    )
    told = tiers_in_words(growth.value, growth.parameter.by, growth.parameter.unit)
    assert told.startswith("≥ 35%：9分～10分；")
    assert told.endswith("> 0%：1分～2分；≤ 0%：0分")
