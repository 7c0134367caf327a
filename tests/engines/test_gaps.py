"""What a subject lacks, for many at once and as the cheapest mix: the same answers as trying
everything.
"""

import itertools
import random
import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from benchmarks.hostile import hostile
from benchmarks.rules import COLUMNS, frame_of, rows

from kechuang.engines.base.errors import Invalid
from kechuang.engines.rules import (
    UNDEFINED,
    UNKNOWN,
    Action,
    Number,
    at,
    evaluate,
    gap,
    gaps,
    one,
    parse,
    parts,
)
from kechuang.engines.rules.gap_batch import gap_batch
from kechuang.engines.rules.gaps import moved_by
from kechuang.engines.rules.many import evaluate_all, steps_for_all
from kechuang.engines.rules.plans import plans
from tests.engines.test_rules import POLICIES

DAY = date(2026, 11, 25)

INVEST = Action(
    "研发",
    {"近三年研发费用": Fraction(1), "近三年境内研发费用": Fraction(1)},
    Fraction(1000_00),
    Fraction(10**11),
    "元",
    100_000,
    0,
)
HIRE = Action(
    "招聘",
    {"科技人员数": Fraction(1), "职工总数": Fraction(1)},
    Fraction(1),
    Fraction(1000),
    "人",
    20_000_000,
    12,
)
SELL = Action(
    "增收",
    {"最近一年销售收入": Fraction(1), "企业总收入": Fraction(1)},
    Fraction(1_000_000),
    Fraction(10**12),
    "元",
    None,
    0,
)
GOOD = {
    "注册成立天数": one(2000),
    "拥有核心知识产权": True,
    "技术属重点领域": True,
    "科技人员数": one(9),
    "职工总数": one(60),
    "最近一年销售收入": one(4_000_000_000),
    "上年销售收入": one(3_600_000_000),
    "前年销售收入": one(3_200_000_000),
    "近三年研发费用": one(600_000_000),
    "近三年境内研发费用": one(590_000_000),
    "高新产品收入": one(3_000_000_000),
    "企业总收入": one(4_100_000_000),
    "最近一年净资产": one(2_000_000_000),
    "上年净资产": one(1_800_000_000),
    "前年净资产": one(1_600_000_000),
    "近三年转化项数": one(18),
    "知识产权得分": Number(Fraction(27), Fraction(29)),
    "组织管理得分": Number(Fraction(17), Fraction(19)),
    "有重大安全事故": False,
    "有重大质量事故": False,
    "有严重环境违法": False,
}


@pytest.mark.parametrize(
    "rule", ["研发占比达标", "科技人员达标", "境内研发达标", "高新技术企业", "中小科技人员得分"]
)
@pytest.mark.parametrize("action", [INVEST, HIRE, SELL], ids=lambda a: a.name)
def test_many_at_once_lack_what_each_lacks_alone(rule, action):
    law = at(POLICIES, DAY)
    if law.formulas[rule].rule.unit != "是否":
        pytest.skip("not a condition")
    frame, given = hostile(law, 1200, 11)
    found = gap_batch(law, frame, rule, action)
    alone = [gap(law, g, rule, action).steps for g in given]
    assert found.to_list() == alone


def misfits(given):
    """The same subjects, every third with a figure that the batch cannot hold."""
    strange = [
        {"最近一年销售收入": one(Fraction(10**9, 3))},
        {"近三年研发费用": one(10**14)},
        {"职工总数": Number(Fraction(90), Fraction(91))},
    ]
    return [{**g, **(strange[n // 3 % 3] if n % 3 == 0 else {})} for n, g in enumerate(given)]


def test_many_are_told_what_each_is_told_alone_whatever_their_figures():
    law = at(POLICIES, DAY)
    rows = misfits(hostile(law, 300, 5)[1])
    wanted = [n for p in POLICIES for n in p.results]
    for row, told in zip(rows, evaluate_all(law, rows, wanted), strict=True):
        alone = evaluate(law, row, wanted)
        assert told == {n: UNKNOWN if v is UNDEFINED else v for n, v in alone.items()}
    for rule in ("高新技术企业", "研发占比达标", "科技型中小企业"):
        for action in (INVEST, HIRE, SELL):
            assert steps_for_all(law, rows, rule, action) == [
                gap(law, g, rule, action).steps for g in rows
            ]


def test_what_is_no_straight_line_is_reckoned_one_by_one():
    law = at(POLICIES, DAY)
    node = parse(
        "最近一年销售收入 × 取大(科技人员占比, 1%) ≥ 1亿元 且 科技人员占比 × 科技人员占比 ≥ 2%"
    )
    formulas = {**law.formulas, "弯": replace(law.formulas["科技人员达标"], node=node)}
    bent = replace(law, formulas=formulas)
    rows = [{**GOOD, "科技人员数": one(n)} for n in range(12)]
    frame = pl.DataFrame({"科技人员数": [9], "职工总数": [60], "最近一年销售收入": [1]})
    with pytest.raises(Invalid, match="相乘"):
        gap_batch(bent, frame, "弯", HIRE)
    assert steps_for_all(bent, rows, "弯", HIRE) == [gap(bent, g, "弯", HIRE).steps for g in rows]


def test_a_milder_tier_further_on_is_found_for_many_too():
    law = at(POLICIES, DAY)
    sell = Action(
        "增收", {"最近一年销售收入": Fraction(1)}, Fraction(100), Fraction(10**10), "元", None, 0
    )
    data = rows(600)
    data["近三年研发费用"] = [r * 9 // 10 for r in data["近三年研发费用"]]
    found = gap_batch(law, frame_of(data), "研发占比达标", sell)
    given = [{c: one(data[c][n]) for c in COLUMNS} for n in range(600)]
    assert found.to_list() == [gap(law, g, "研发占比达标", sell).steps for g in given]
    assert found.filter(found > 0).len() > 5


def test_what_is_no_straight_line_is_refused_for_many():
    law = at(POLICIES, DAY)
    paid = Action(
        "所得", {"高企应纳税所得额": Fraction(1)}, Fraction(100), Fraction(10**10), "元", None, 0
    )
    node = parse("高企应纳税额 ≥ 100元")
    formulas = {**law.formulas, "纳税": replace(law.formulas["高企应纳税额"], node=node)}
    frame = pl.DataFrame({"高企应纳税所得额": [1], "高企资格有效": [True]})
    with pytest.raises(Invalid, match="不是直线"):
        gap_batch(replace(law, formulas=formulas), frame, "纳税", paid)


@pytest.mark.parametrize("seed", range(25))
def test_the_cheapest_mix_is_what_trying_all_mixes_finds(seed):
    law = at(POLICIES, DAY)
    rng = random.Random(seed)
    given = {
        **GOOD,
        "科技人员数": one(rng.randrange(2, 9)),
        "职工总数": one(rng.randrange(40, 90)),
        "近三年研发费用": one(rng.randrange(300, 560) * 10**6),
        "近三年境内研发费用": one(rng.randrange(100, 300) * 10**6),
        "最近一年销售收入": one(
            rng.choice([4_900_000_000, 5_000_000_000, 5_100_000_000, 4_000_000_000])
        ),
    }
    invest = Action(
        "研发",
        INVEST.effects,
        Fraction(20_000_000),
        Fraction(300_000_000),
        "元",
        rng.randrange(1, 30),
        0,
    )
    hire = Action("招聘", HIRE.effects, Fraction(1), Fraction(12), "人", rng.randrange(1, 30), 12)
    best = min(
        (
            a * invest.cost + b * hire.cost
            for a, b in itertools.product(range(16), range(13))
            if evaluate(law, moved_by(given, [(invest, a), (hire, b)]), ["高新技术企业"])[
                "高新技术企业"
            ]
            is True
        ),
        default=None,
    )
    found = plans(law, given, "高新技术企业", [invest, hire])
    assert (found.found[0].cost if found.found else None) == best
    for plan in found.found:
        assert evaluate(law, moved_by(given, plan.steps), ["高新技术企业"])["高新技术企业"] is True
    sets = [frozenset(a.name for a, _ in p.steps) for p in found.found]
    assert not any(
        a <= b for a, b in itertools.permutations(sets, 2)
    )  # none is another with more on top


def test_a_mix_that_wins_only_by_a_milder_tier_is_marked():
    law = at(POLICIES, DAY)
    given = {
        **GOOD,
        "最近一年销售收入": one(4_900_000_000),
        "企业总收入": one(4_900_000_000),
        "近三年研发费用": one(500_000_000),
        "近三年境内研发费用": one(490_000_000),
    }
    sell = Action(
        "增收", {"最近一年销售收入": Fraction(1)}, Fraction(1_000_000), Fraction(10**10), "元", 1, 0
    )
    found = plans(law, given, "研发占比达标", [sell])
    assert found.found[0].by_tier
    assert found.found[0].tiers == ("研发占比要求",)
    plain = plans(law, given, "研发占比达标", [INVEST])
    assert not plain.found[0].by_tier


def test_what_no_mix_can_do_or_say_is_said():
    law = at(POLICIES, DAY)
    young = {**GOOD, "注册成立天数": one(100)}
    found = plans(law, young, "高新技术企业", [INVEST, HIRE])
    assert found.why == "试过的措施都改变不了“注册年限达标”"
    assert found.lacking == ("注册年限达标",)
    assert [a.name for a, _ in found.tried] == ["研发", "招聘"]
    assert not plans(law, GOOD, "高新技术企业", [SELL]).found  # it has no cost
    growth = Action(
        "增收", {"最近一年销售收入": Fraction(1)}, Fraction(100), Fraction(10**9), "元", 1, 0
    )
    blank = {k: v for k, v in GOOD.items() if k != "上年净资产"}
    assert "还缺" in plans(law, blank, "高新技术企业", [growth]).why


def test_gaps_never_leave_the_range_of_an_input():
    law = at(POLICIES, DAY)
    full = {**GOOD, "科技人员数": one(10), "职工总数": one(1_000_000)}
    found = gap(law, full, "科技人员达标", HIRE)
    assert found.steps is None
    assert found.why
    assert found.why.code == "gaps.no_room"


def test_only_actions_that_move_what_a_rule_rests_on_are_looked_at():
    law = at(POLICIES, DAY)
    few = {**GOOD, "科技人员数": one(5)}
    assert [g.action.name for g in gaps(law, few, "科技人员达标", [INVEST, HIRE])] == ["招聘"]
    blank = {k: v for k, v in few.items() if k != "职工总数"}
    (found,) = gaps(law, blank, "科技人员达标", [INVEST, HIRE])
    assert found.why
    assert (found.why.code, found.why.facts) == ("gaps.missing", {"names": ["职工总数"]})


def test_several_conditions_are_mended_together_where_the_whole_cannot_be_told():
    law = at(POLICIES, DAY)
    unsure = {
        **GOOD,
        "科技人员数": one(5),
        "近三年研发费用": one(450_000_000),
        "近三年境内研发费用": one(440_000_000),
        "知识产权得分": Number(Fraction(10), Fraction(29)),
    }
    assert not plans(law, unsure, "高新技术企业", [INVEST, HIRE]).found
    (plan, *_) = plans(law, unsure, ["研发占比达标", "科技人员达标"], [INVEST, HIRE]).found
    assert {a.name: k for a, k in plan.steps} == {"研发": 900, "招聘": 2}


@pytest.mark.parametrize("seed", range(12))
def test_what_a_near_miss_lacks_no_mix_mends_and_the_rest_is_mended(seed):
    law = at(POLICIES, DAY)
    rng = random.Random(seed)
    given = {
        **GOOD,
        "拥有核心知识产权": rng.random() < 0.3,
        "科技人员数": one(rng.randrange(1, 7)),
        "职工总数": one(rng.randrange(60, 90)),
        "注册成立天数": one(rng.choice([100, 2000])),
    }
    hire = replace(HIRE, limit=Fraction(rng.choice([1, 8])))
    wanted = "高新技术企业"
    found = plans(law, given, wanted, [hire])
    brute = [moved_by(given, [(hire, k)]) for k in range(int(hire.limit) + 1)]
    lost = [p for p in parts(law, wanted) if evaluate(law, given, [p])[p] is False]
    never = {p for p in lost if not any(evaluate(law, g, [p])[p] is True for g in brute)}
    if any(evaluate(law, g, [wanted])[wanted] is True for g in brute):
        assert found.found
        return
    assert set(found.lacking) == never
    assert [(a.name, k) for a, k in found.tried] == [("招聘", int(hire.limit))]
    others = [p for p in lost if p not in never]
    assert (found.rest is not None) == bool(others)
    if found.rest:
        after = moved_by(given, found.rest.steps)
        assert all(evaluate(law, after, [p])[p] is True for p in others)


def test_a_search_says_what_it_left_out():
    law = at(POLICIES, DAY)
    few = {**GOOD, "科技人员数": one(5)}
    free = replace(HIRE, name="借调", cost=None)
    found = plans(law, few, "高新技术企业", [INVEST, free])
    assert [(x.action.name, x.why.code) for x in found.left] == [("借调", "plans.no_cost")]
    assert found.lacking == ("科技人员达标",)
    blank = {k: v for k, v in few.items() if k != "职工总数"}
    unknown = plans(law, blank, "科技人员达标", [HIRE])
    assert [x.why.code for x in unknown.left] == ["plans.value_unknown"]


def test_a_search_that_did_not_end_does_not_say_no(monkeypatch):
    law = at(POLICIES, DAY)
    few = {**GOOD, "科技人员数": one(2)}
    assert gap(law, few, "科技人员达标", HIRE).steps is not None
    monkeypatch.setattr(sys.modules["kechuang.engines.rules.gaps"], "MOST_BREAKS", 0)
    assert gap(law, few, "科技人员达标", HIRE).why.code == "gaps.unfinished"
