"""What rules come to: intervals, three values, yearly facts as inputs, frames, gaps in order."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from kechuang.engines.base.errors import Invalid
from kechuang.engines.rules import (
    ABSENT,
    UNDEFINED,
    UNKNOWN,
    Action,
    Input,
    Number,
    Tier,
    Tiers,
    assess,
    at,
    failing,
    gap,
    gaps,
    one,
    parse,
    parts,
)
from kechuang.engines.rules.exact import apply, tier
from kechuang.engines.rules.facts import Feed, Subject, inputs_of
from kechuang.engines.rules.frames import frame_of
from kechuang.engines.rules.gaps import moved, room
from kechuang.engines.rules.law import topological
from kechuang.engines.rules.plans import plans
from kechuang.engines.rules.polynomials import difference, plus, times, trim, value
from kechuang.engines.rules.straight import (
    CannotSay,
    Line,
    Quotient,
    added,
    combined,
    plain,
    product,
)
from kechuang.engines.rules.values import floored, rounded
from tests.engines.test_gaps import GOOD, HIRE, INVEST
from tests.engines.test_rules import POLICIES

DAY = date(2026, 11, 25)


def band(low, high):
    return Number(Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    ("op", "args", "result"),
    [
        ("+", [band(1, 2), band(10, 20)], band(11, 22)),
        ("-", [band(1, 2), band(10, 20)], band(-19, -8)),
        ("*", [band(-1, 2), band(-3, 5)], band(-6, 10)),
        ("/", [band(-6, 3), band(2, 3)], band(-3, Fraction(3, 2))),
        ("/", [one(6), band(0, 2)], UNKNOWN),
        ("/", [one(6), band(-2, 0)], UNKNOWN),
        ("/", [one(6), band(-3, -2)], band(-3, -2)),
        ("/", [one(6), one(0)], UNDEFINED),
        ("/", [UNKNOWN, one(0)], UNDEFINED),
        ("/", [UNKNOWN, one(1)], UNKNOWN),
        ("*", [UNKNOWN, one(0)], UNKNOWN),
        ("neg", [band(1, 2)], band(-2, -1)),
        ("取大", [band(1, 5), band(2, 3)], band(2, 5)),
        ("取小", [band(1, 5), band(2, 3)], band(1, 3)),
        ("合计", [band(1, 5), band(2, 3), one(1)], band(4, 9)),
        ("四舍五入", [band(Fraction(1, 2), Fraction(5, 4))], one(1)),
        ("舍去", [band(Fraction(-1, 2), Fraction(7, 4))], band(-1, 1)),
        ("计数", [True, UNKNOWN, UNKNOWN, False, UNDEFINED], band(1, 3)),
        ("计数", [True, ABSENT], ABSENT),
        ("+", [UNKNOWN, UNDEFINED], UNDEFINED),
        ("+", [UNDEFINED, ABSENT], ABSENT),
    ],
)
def test_arithmetic_of_intervals_holds_every_point(op, args, result):
    assert apply(op, args) == result


@pytest.mark.parametrize(
    ("op", "a", "b", "result"),
    [
        (">=", band(5, 6), one(5), True),
        (">", band(5, 6), one(5), UNKNOWN),
        ("<=", band(4, 5), one(5), True),
        ("<", band(4, 5), one(5), UNKNOWN),
        ("<", band(4, 5), band(5, 6), UNKNOWN),
        ("<=", band(6, 7), band(4, 5), False),
        ("==", one(5), one(5), True),
        ("==", one(5), one(6), False),
        ("!=", one(5), one(6), True),
        ("!=", one(5), one(5), False),
        ("==", band(5, 6), one(6), UNKNOWN),
        ("==", band(6, 7), band(5, 6), UNKNOWN),
        ("==", band(5, 6), one(7), False),
        ("!=", band(5, 6), one(4), True),
        ("==", band(5, 6), band(5, 6), UNKNOWN),
    ],
)
def test_a_comparison_is_told_only_when_every_point_agrees(op, a, b, result):
    assert apply(op, [a, b]) is result


def test_truth_in_three_values():
    assert apply("and", [True, True]) is True
    assert apply("and", [UNKNOWN, ABSENT, True]) is ABSENT
    assert apply("and", [ABSENT, False]) is False
    assert apply("or", [False, False]) is False
    assert apply("or", [UNDEFINED, UNKNOWN]) is UNDEFINED
    assert apply("or", [ABSENT, True]) is True
    assert [apply("not", [x]) for x in (True, False, UNKNOWN)] == [False, True, UNKNOWN]
    assert apply(">=", [UNKNOWN, one(1)]) is UNKNOWN
    assert apply("<", [ABSENT, UNDEFINED]) is ABSENT


def test_halves_are_rounded_away_from_zero_and_cut_downwards():
    quarters = [Fraction(n, 4) for n in (-6, -5, -2, -1, 0, 1, 2, 5, 6)]
    assert [rounded(x) for x in quarters] == [-2, -1, -1, 0, 0, 0, 1, 1, 2]
    assert [floored(x) for x in quarters] == [-2, -2, -1, -1, 0, 0, 0, 1, 1]


def test_a_step_takes_its_bound_or_leaves_it_to_the_next():
    def steps(includes):
        return (
            Tier(one(1), Fraction(10), includes),
            Tier(one(2), Fraction(20), True),
            Tier(one(3)),
        )

    upward = [tier(Tiers(steps(True), True), Fraction(x)).low for x in (9, 10, 11, 20, 21)]
    assert upward == [1, 1, 2, 2, 3]
    assert tier(Tiers(steps(False), True), Fraction(10)) == one(2)
    downward = Tiers(
        (Tier(one(9), Fraction(20)), Tier(one(5), Fraction(10), False), Tier(one(0))), False
    )
    assert [tier(downward, Fraction(x)).low for x in (21, 20, 19, 11, 10)] == [9, 9, 5, 5, 0]


def test_polynomials_reckon_at_whole_numbers():
    p, q = (Fraction(1), Fraction(2)), (Fraction(0), Fraction(-1), Fraction(3))
    for k in (-2, 0, 1, 5):
        assert value(plus(p, q), k) == value(p, k) + value(q, k)
        assert value(plus(p, q, -1), k) == value(p, k) - value(q, k)
        assert value(times(p, q), k) == value(p, k) * value(q, k)
        assert value(difference(q), k) == value(q, k + 1) - value(q, k)
    assert trim((Fraction(0), Fraction(1), Fraction(0))) == (0, 1)
    assert trim((Fraction(0), Fraction(0))) == (0,)


def test_lines_and_their_quotients_say_what_is_straight_and_refuse_the_rest():
    x, y, two = Line({1: Fraction(1)}), Line({2: Fraction(3)}, Fraction(5)), Line({}, Fraction(2))
    assert x.plus(y) == Line({1: Fraction(1), 2: Fraction(3)}, Fraction(5))
    assert y.plus(y, -1) == Line({}, Fraction(0))
    assert product(two, y) == product(y, two) == Line({2: Fraction(6)}, Fraction(10))
    with pytest.raises(CannotSay):
        product(x, y)
    ((_, low, high),) = plain(band(1, 3)).cases
    assert combined("-", (low, high), (low, high))[0].num.rest == -2
    assert combined("-", (low, high), (low, high))[1].num.rest == 2
    assert combined("+", (low, high), (low, high))[1].num.rest == 6
    ((_, half, _),) = plain(one(Fraction(1, 2))).cases
    assert combined("*", (half, half), (high, high))[0].num.rest == Fraction(3, 2)
    quotient, _ = combined("/", (half, half), (high, high))
    assert quotient.num.rest / quotient.den.rest == Fraction(1, 6)
    apart = added(quotient, half, -1)
    assert apart.num.rest / apart.den.rest == Fraction(-1, 3)
    assert added(quotient, quotient, 1) == Quotient(quotient.num.times(Fraction(2)), quotient.den)
    with pytest.raises(CannotSay):
        combined("*", (low, high), (half, half))
    ((_, less, _),) = plain(one(-1)).cases
    with pytest.raises(CannotSay):
        combined("/", (half, half), (less, less))


YEARS = {2023: {"收入": one(1), "人数": one(7)}, 2024: {"收入": one(2)}, 2025: {"收入": one(4)}}


def fed(feed, subject, day=date(2026, 6, 15)):
    given, wheres = inputs_of({"x": feed}, subject, day)
    return given.get("x", UNKNOWN), wheres.get("x")


def test_yearly_facts_become_this_years_last_years_and_the_sum_of_three():
    subject = Subject(YEARS, wheres={(2025, "收入"): "年报"})
    assert fed(Feed("x", "收入"), subject) == (one(4), "2025年“收入”（年报）")
    assert fed(Feed("x", "收入", back=1), subject) == (one(2), "2024年“收入”")
    assert fed(Feed("x", "收入", years=3), subject) == (one(7), "2023—2025年“收入”（年报）")
    assert fed(Feed("x", "人数"), subject) == (UNKNOWN, None)
    assert fed(Feed("x", "收入", back=1, years=3), subject) == (UNKNOWN, None)


def test_the_last_year_is_the_last_return_no_older_than_two_years():
    assert Subject(YEARS).base(date(2026, 1, 1)) == 2025
    assert Subject(YEARS).base(date(2025, 12, 31)) == 2024
    assert Subject(YEARS).base(date(2027, 1, 1)) == 2025
    assert Subject(YEARS).base(date(2028, 1, 1)) == 2027


def test_before_its_founding_a_firm_earned_nothing_but_had_no_number_of_what_is_not_counted():
    young = Subject({2025: {"收入": one(4)}}, founded=date(2024, 3, 1))
    assert fed(Feed("x", "收入", years=3, counts=True), young) == (UNKNOWN, None)
    new = Subject({2025: {"收入": one(4)}}, founded=date(2025, 3, 1))
    assert fed(Feed("x", "收入", years=3, counts=True), new)[0] == one(4)
    assert fed(Feed("x", "收入", back=1, counts=True), new)[0] == one(0)
    assert fed(Feed("x", "收入", back=1), new)[0] is UNKNOWN
    newest = Subject({}, founded=date(2026, 2, 1))
    assert fed(Feed("x", "收入", counts=True), newest)[0] is UNKNOWN


def test_age_rungs_and_registers_are_inputs_too():
    subject = Subject({}, date(2025, 6, 16), frozenset("甲"), frozenset("甲乙"), None, {"y": 3})
    assert fed(Feed("x", since="天"), subject) == (one(364), "营业执照")
    assert fed(Feed("x", since="天", year_end=True), subject)[0] == one(198)
    assert fed(Feed("x", since="个月"), subject)[0] == one(11)
    assert fed(Feed("x", since="个月"), subject, date(2026, 6, 16))[0] == one(12)
    assert fed(Feed("x", since="个月", year_end=True), subject)[0] == one(6)
    assert fed(Feed("x", since="天"), subject, date(2025, 1, 1))[0] == one(0)
    assert fed(Feed("x", since="个月"), subject, date(2025, 1, 1))[0] == one(0)
    assert fed(Feed("x", same_year=True), subject) == (False, "营业执照")
    assert fed(Feed("x", same_year=True), subject, date(2025, 12, 31))[0] is True
    for feed in (Feed("x", since="天"), Feed("x", same_year=True), Feed("x", register="y")):
        assert fed(feed, Subject({}))[0] is UNKNOWN
    assert fed(Feed("x", holds="甲"), subject) == (True, "认定记录")
    assert fed(Feed("x", holds="乙"), subject)[0] is False
    assert fed(Feed("x", never="乙"), subject) == (False, "认定记录")
    assert fed(Feed("x", never="丙"), subject)[0] is True
    assert fed(Feed("x", register="y"), subject) == (one(3), "登记册记录")
    assert fed(Feed("x", register="z"), subject)[0] is UNKNOWN


def test_a_frame_holds_what_can_be_put_in_exactly_and_leaves_the_rest_unknown():
    inputs = {
        "收入": Input("收入", "元"),
        "占比": Input("占比", "%"),
        "得分": Input("得分", "分", interval=True),
        "有证书": Input("有证书", "是否"),
    }
    rows = [
        {"收入": one(7), "占比": one(Fraction(1, 8)), "得分": band(1, 2), "有证书": True},
        {"收入": band(1, 2), "占比": one(Fraction(1, 3)), "得分": one(3), "有证书": one(1)},
        {"收入": one(Fraction(1, 2)), "占比": UNKNOWN, "有证书": False},
    ]
    assert frame_of(inputs, rows).to_dict(as_series=False) == {
        "收入": [7, None, None],
        "占比": [125_000, None, None],
        "得分·下": [1, 3, None],
        "得分·上": [2, 3, None],
        "有证书": [True, None, False],
    }


def test_gaps_come_cheapest_first_and_what_does_not_suffice_last():
    law = at(POLICIES, DAY)
    short = {**GOOD, "科技人员数": one(5)}
    few = Action("少招聘", HIRE.effects, Fraction(1), Fraction(1), "人", 1, 0)
    found = gaps(law, short, "科技人员达标", [few, INVEST, HIRE])
    assert (found[0].action, found[0].steps) == (HIRE, 2)
    assert [(g.action, g.why) for g in found[1:]] == [(few, "只靠这一项，试到 1人 也不够")]
    assert (found[0].amount, found[0].cost, found[0].words) == (2, 40_000_000, "2人")
    dear = Action("高薪招聘", HIRE.effects, Fraction(1), Fraction(9), "人", HIRE.cost + 1, 0)
    free = Action("无价招聘", HIRE.effects, Fraction(1), Fraction(9), "人", None, 0)
    order = gaps(law, short, "科技人员达标", [few, free, dear, HIRE])
    assert [g.action.name for g in order] == ["招聘", "高薪招聘", "无价招聘", "少招聘"]
    assert order[2].cost is None
    met = gap(law, GOOD, "科技人员达标", HIRE)
    assert (met.steps, met.amount, met.cost, met.tiers, met.why) == (0, 0, 0, (), None)


def test_a_gap_that_cannot_be_told_names_what_is_missing():
    law = at(POLICIES, DAY)
    blank = {k: v for k, v in GOOD.items() if k != "科技人员数"}
    found = gap(law, blank, "科技人员达标", HIRE)
    assert (found.steps, found.why) == (None, "缺少科技人员数，算不出差多少")


def test_an_action_moves_what_is_known_and_stays_in_its_range():
    law = at(POLICIES, DAY)
    given = {"科技人员数": band(3, 4)}
    assert moved(given, HIRE, 5) == {"科技人员数": band(8, 9)}
    assert given == {"科技人员数": band(3, 4)}
    most = law.inputs["职工总数"].high
    assert room(law, {"职工总数": one(most - 7)}, HIRE) == 7
    assert room(law, {"职工总数": band(1, most + 1)}, HIRE) == 0
    assert room(law, {}, HIRE) == 1000
    fire = Action("裁员", {"职工总数": Fraction(-1)}, Fraction(2), Fraction(99), "人", 1, 0)
    least = law.inputs["职工总数"].low
    assert room(law, {"职工总数": one(least + 5)}, fire) == 2


def test_a_rule_is_taken_apart_into_its_named_conditions_and_those_that_fail_are_named():
    law = at(POLICIES, DAY)
    named = parts(law, "高新技术企业")
    assert {"研发占比达标", "科技人员达标", "境内研发达标"} <= set(named)
    assert len(set(named)) == len(named)
    assert parts(law, "没有这条") == ("没有这条",)
    short = {**GOOD, "科技人员数": one(5)}
    assert failing(law, short, "高新技术企业") == ("科技人员达标",)
    assert failing(law, {}, "科技人员达标") == ()


def test_an_answer_names_what_is_missing_once_and_what_is_absent():
    law = at(POLICIES, DAY)
    answer = assess(law, {"职工总数": one(40)}, ["科技人员达标", "没有这条"])
    assert answer.results == {"科技人员达标": UNKNOWN, "没有这条": ABSENT}
    assert answer.missing == ("科技人员数",)
    step = answer.steps[-1]
    assert (step.name, step.value, step.unit) == ("科技人员达标", UNKNOWN, "是否")
    held = law.formulas["科技人员达标"]
    assert (step.since, step.policy) == (held.since.isoformat(), held.policy.id)
    missing = {n for s in answer.steps for n in s.missing}
    assert missing == {"科技人员数"}


def test_what_is_asked_for_is_an_input_and_asked_once():
    law = at(POLICIES, DAY)
    needed = law.needed(["高新技术企业"])
    assert set(needed) <= set(law.inputs)
    assert len(set(needed)) == len(needed)


def test_a_function_without_its_arguments_is_named():
    with pytest.raises(Invalid, match="若"):
        parse("若")


def test_a_mix_that_cannot_be_reckoned_names_what_is_missing():
    law = at(POLICIES, DAY)
    blank = {k: v for k, v in GOOD.items() if k != "最近一年销售收入"}
    assert "最近一年销售收入" in plans(law, blank, "研发占比达标", [INVEST]).why


def test_a_circle_of_rules_is_refused_with_its_way():
    held = at(POLICIES, DAY).formulas["科技人员达标"]
    ring = {
        name: replace(held, node=parse(text))
        for name, text in (("丁", "甲 + 1"), ("甲", "乙 + 1"), ("乙", "丙 + 1"), ("丙", "甲 + 1"))
    }
    with pytest.raises(Invalid, match="甲 → 乙 → 丙 → 甲"):
        topological(ring)
