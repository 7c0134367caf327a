"""Firms on the ladder: yearly returns, where each stands and why, recognition, expiry; finances
stay with whom they belong to.
"""

from datetime import date

import pytest

from kechuang.district.core import ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import create
from kechuang.district.plan.measures import MEASURES
from kechuang.district.portal.components.answers import answer_facts
from kechuang.district.registry.models import Firm, FirmYear, Recognition
from kechuang.district.registry.queries import (
    counted,
    lapsing,
    standing,
    visible_to,
    years_visible_to,
)
from kechuang.district.registry.registers import FIRMS
from kechuang.district.registry.services import applications, keep_firm, standings, years
from kechuang.engines.base.errors import Invalid, InvalidForm, NotAllowed, Stale, WrongState
from kechuang.engines.rules import gaps
from tests.factories import NOW
from tests.steps import recognise as record
from tests.steps import withdraw

TODAY = NOW.date()
GOOD = {
    "销售收入": "4000万元",
    "总收入": "4100万元",
    "高新产品收入": "3000万元",
    "净资产": "2000万元",
    "研发费用": "250万元",
    "境内研发费用": "240万元",
    "科技成果转化项数": "6项",
    "技术属重点领域": "是",
    "知识产权得分": "27分,29分",
    "组织管理得分": "17分,19分",
    "职工总数": "60人",
    "科技人员": "9人",
    "核心知识产权": "是",
    "重大安全事故": "否",
    "重大质量事故": "否",
    "严重环境违法": "否",
}


@pytest.fixture
def firm(world):
    return keep_firm(
        world.firm, {"founded_on": date(2015, 3, 1), "town": "双港镇"}, world.actor("officer"), NOW
    )


def report(firm, world, **changes):
    """Three years of a firm that grows by a tenth and, unless told otherwise, passes."""
    for back in range(3):
        facts = (
            GOOD
            | {"销售收入": f"{4000 - 400 * back}万元", "净资产": f"{2000 - 200 * back}万元"}
            | changes
        )
        years.take_in(firm, 2025 - back, facts, "audit", world.actor("officer"), NOW)
    return Firm.objects.get(pk=firm.pk)


def on(firm, rung="high_tech", day=TODAY):
    return standings.standing_on(Firm.objects.get(pk=firm.pk), rung, day)


def test_a_firm_is_told_by_its_returns_where_it_stands(firm, world):
    assert on(firm).verdict == "cannot_tell"
    assert "最近一年销售收入" in on(firm).missing
    report(firm, world)
    assert on(firm).verdict == "passes"
    assert on(firm, "gazelle").verdict in (
        "cannot_tell",
        "fails",
    )  # its threshold was never published
    assert on(firm, "cheetah").verdict == "no_rule"


def test_what_fails_comes_with_clause_source_and_the_least_that_would_do(firm, world):
    firm = report(firm, world, 研发费用="150万元", 境内研发费用="150万元")
    found = standings.explained(firm, "high_tech", TODAY)
    assert found.standing.failing == ("研发占比达标",)
    assert found.policy
    facts = answer_facts(found.law, found.policy, found.given, ["高新技术企业"])
    ((name, clause, gaps, _),) = facts["ways"]
    assert name == "研发占比达标"
    assert "第（五）项" in clause
    # three years' sales of 108 million at 5 % want 5.4 million; 4.5 million are there
    assert {g.action.name: g.words for g in gaps} == {"增加境内研发投入": "90万元"}
    assert found.wheres["近三年研发费用"] == "2023—2025年“研发费用”（审计报告）"


def test_the_funnel_says_the_same_as_the_trace(firm, world):
    report(firm, world, 科技人员="5人")
    rival = keep_firm(world.rival, {"founded_on": date(2019, 5, 5)}, world.actor("officer"), NOW)
    report(rival, world)
    firms = list(visible_to(world.actor("officer")))
    for rung in ("high_tech", "sme", "young_eagle", "gazelle", "cheetah"):
        for placed in standings.funnel(firms, rung, TODAY):
            one = on(placed.firm, rung)
            assert placed.verdict == one.verdict
            assert placed.failing == (one.failing if one.verdict != "passes" else ())
    near = {p.firm.pk: p.near for p in standings.funnel(firms, "high_tech", TODAY)}
    assert near == {firm.pk: True, rival.pk: False}


def test_many_firms_are_told_the_same_mend_as_each_alone(firm, world):
    report(firm, world, 科技人员="5人")
    rival = keep_firm(world.rival, {"founded_on": date(2019, 5, 5)}, world.actor("officer"), NOW)
    report(rival, world, 研发费用="150万元", 境内研发费用="150万元")
    firms = list(visible_to(world.actor("officer")))
    for rung in current_book().ladder.values():
        found = standings.mends(firms, rung.id, TODAY)
        for each in firms:
            one = standings.explained(each, rung.id, TODAY)
            actions = tuple(one.policy.actions.values()) if one.policy else ()
            alone = gaps(one.law, one.given, rung.rule, actions) if rung.rule else []
            least = next((g for g in alone if g.steps is not None), None)
            told = found.get(each.pk)
            assert (told and (told.action, told.steps, told.cost)) == (
                least and (least.action, least.steps, least.cost)
            )
    assert standings.mends(firms, "high_tech", TODAY)[firm.pk].words == "2人"


def test_a_return_is_opened_with_what_changes_slowly_and_saved_half_done(firm, world):
    owner = world.actor("enterprise")
    report(firm, world)
    made = years.open_year(firm, 2026, owner, NOW)
    assert made.facts["核心知识产权"] == {"v": "是", "s": "audit"}
    assert "销售收入" not in made.facts
    years.save_year(made, {"销售收入": "4500", "职工总数": "61"}, "self", owner, NOW)
    assert made.facts["销售收入"] == {"v": "4500元", "s": "self"}
    assert made.facts["职工总数"]["v"] == "61人"
    assert made.facts["核心知识产权"]["s"] == "audit"  # untouched facts keep their source
    with pytest.raises(InvalidForm) as refused:
        years.save_year(
            made, {"销售收入": "很多", "职工总数": "9999万人", "科技人员": "7"}, "self", owner, NOW
        )
    assert {e.field for e in refused.value.errors} == {"销售收入", "职工总数"}
    made.refresh_from_db()
    assert "科技人员" not in made.facts  # nothing of a faulty form is kept
    with pytest.raises(Stale):
        years.save_year(made, {"科技人员": "7"}, "self", owner, NOW, version=1)
    assert years.open_year(firm, 2026, owner, NOW).pk == made.pk
    with pytest.raises(Invalid, match="之间"):
        years.open_year(firm, 2031, owner, NOW)


def test_odd_figures_are_asked_about_and_never_block(firm, world):
    owner = world.actor("enterprise")
    report(firm, world)
    made = years.open_year(firm, 2026, owner, NOW)
    years.save_year(
        made, {"销售收入": "4500元", "科技人员": "70人", "职工总数": "61人"}, "self", owner, NOW
    )
    asks = {a.id: a for a in years.asks_of(made)}
    assert "科技人员不多于职工" in asks
    assert "销售收入·突变" in asks  # 4,500 yuan where 4,500 万元 is meant
    years.save_year(made, {}, "self", owner, NOW, answers={"销售收入·突变": "停产"})
    assert {a.id: a.answer for a in years.asks_of(made)}["销售收入·突变"] == "停产"
    years.submit_year(made, owner, NOW)
    assert made.state == "submitted"
    with pytest.raises(NotAllowed):
        years.accept_year(made, owner, NOW)
    years.return_year(made, world.actor("officer"), NOW, "单位写错")
    years.save_year(made, {"销售收入": "4500万元"}, "self", owner, NOW)
    years.submit_year(made, owner, NOW)
    years.accept_year(made, world.actor("officer"), NOW)
    assert made.state == "accepted"


def test_a_rival_sees_nothing_and_a_broker_no_finances(firm, world):
    report(firm, world)
    for name in ("rival", "researcher", "reviewer", "visitor", "administrator"):
        assert not years_visible_to(world.actor(name)).filter(firm=firm).exists()
    made = FirmYear.objects.get(firm=firm, year=2025)
    assert "销售收入" in years.shown_facts(made, world.actor("enterprise"))
    assert "销售收入" in years.shown_facts(made, world.actor("auditor"))
    seen = years.shown_facts(made, world.actor("broker"))
    assert "职工总数" in seen
    assert not {"销售收入", "净资产", "研发费用"} & set(seen)
    assert not standings.may_explain(firm, world.actor("broker"))
    with pytest.raises(NotAllowed):
        years.save_year(made, {"职工总数": "1"}, "self", world.actor("rival"), NOW)
    with pytest.raises(NotAllowed):
        years.open_year(firm, 2022, world.actor("broker"), NOW)


def test_a_certificate_keeps_the_name_it_was_given_under_and_no_end_is_guessed(firm, world):
    officer = world.actor("officer")
    high = record(firm, "high_tech", "GR2025", date(2025, 12, 2), None, officer, NOW)
    assert (high.name, high.valid_until) == ("国家高新技术企业", date(2028, 12, 2))
    eagle = record(firm, "young_eagle", "CY1", date(2026, 2, 1), None, officer, NOW)
    assert eagle.valid_until is None  # no document says how long it holds
    old = record(
        firm, "leading", "L1", date(2022, 1, 1), None, officer, NOW, "科技领军（培育）企业"
    )
    assert old.name == "科技领军（培育）企业"
    with pytest.raises(Invalid, match="没有这种认定"):
        record(firm, "dragon", "", date(2026, 1, 1), None, officer, NOW)


def test_two_rungs_that_official_counts_put_together_are_counted_together(firm, world):
    officer = world.actor("officer")
    record(firm, "leading_cultivated", "P1", date(2022, 1, 1), None, officer, NOW)
    rival = keep_firm(world.rival, {}, officer, NOW)
    record(rival, "leading", "L1", date(2022, 1, 1), None, officer, NOW)
    assert standing("leading", TODAY).get() == (2, 2)
    assert counted("leading_cultivated", TODAY).count() == 1


def test_measures_and_ladder_agree_on_what_is_a_flow(db):
    for rung in current_book().ladder.values():
        if rung.id in MEASURES:
            assert MEASURES[rung.id].nature == rung.counts


def test_who_lapses_is_seen_in_time_and_who_was_renewed_is_not(firm, world):
    officer = world.actor("officer")
    record(firm, "high_tech", "GR2023", date(2023, 12, 1), date(2026, 12, 1), officer, NOW)
    assert [r.number for r in lapsing(date(2026, 1, 1), date(2026, 12, 31))] == ["GR2023"]
    record(firm, "high_tech", "GR2026", date(2026, 11, 20), None, officer, NOW)
    assert not lapsing(date(2026, 1, 1), date(2026, 12, 31))


def test_an_application_is_recommended_by_one_and_registered_by_another(firm, world):
    report(firm, world)
    owner, officer, other = (world.actor(n) for n in ("enterprise", "officer", "officer2"))
    made = applications.apply(firm, "high_tech", "首次申报", owner, NOW)
    assert made.reckoned == {"verdict": "passes", "failing": [], "missing": []}
    with pytest.raises(WrongState, match="进行中"):
        applications.apply(firm, "high_tech", "", owner, NOW)
    with pytest.raises(NotAllowed):
        applications.recommend(made, owner, NOW)
    applications.return_application(made, officer, NOW, "缺专项审计报告")
    applications.apply_again(made, owner, NOW)
    applications.recommend(made, officer, NOW)
    with pytest.raises(NotAllowed, match="换一位"):
        applications.recognise(made, "GR1", TODAY, None, officer, NOW)
    with pytest.raises(Invalid, match="有效期起"):
        applications.recognise(made, "GR1", None, None, other, NOW)
    given = applications.recognise(made, "GR1", TODAY, None, other, NOW)
    assert given.valid_until == date(2029, TODAY.month, TODAY.day)
    assert made.state == "recognised"
    assert on(firm).held == given
    second = applications.apply(firm, "sme", "", owner, NOW)
    applications.withdraw_application(second, owner, NOW, "改年再报")
    third = applications.apply(firm, "sme", "", owner, NOW)
    applications.refuse(third, other, NOW, "评分不足")
    assert third.state == "refused"
    with pytest.raises(NotAllowed):
        applications.apply(firm, "sme", "", world.actor("rival"), NOW)


def test_a_withdrawn_certificate_does_not_feed_a_rule(firm, world):
    officer = world.actor("officer")
    report(firm, world)
    held = record(firm, "high_tech", "GR1", date(2025, 1, 1), None, officer, NOW)
    given = standings.explained(Firm.objects.get(pk=firm.pk), "young_eagle", TODAY).given
    assert given["雏鹰有国家高企证书"] is True
    withdraw(held, officer, NOW, "录错")
    given = standings.explained(Firm.objects.get(pk=firm.pk), "young_eagle", TODAY).given
    assert given["雏鹰有国家高企证书"] is False


def test_the_path_over_the_years_uses_each_years_returns(firm, world):
    firm = report(firm, world)
    years_seen = [year for year, _ in standings.path_of(firm, TODAY)]
    assert years_seen == [2023, 2024, 2025]
    last = dict(standings.path_of(firm, TODAY)[-1][1])
    assert last["high_tech"] == "passes"
    assert dict(standings.path_of(firm, TODAY)[0][1])["high_tech"] == "cannot_tell"


def test_what_the_ledger_keeps_of_a_return_names_fields_and_no_figures(firm, world):
    report(firm, world)
    entries = Entry.objects.filter(kind="registry.year.save_year")
    assert entries.count() == 3
    assert "4000" not in str([e.facts for e in entries])


def test_services_of_a_return_stand_on_their_own_transactions(shared_world):
    firm = keep_firm(shared_world.firm, {}, shared_world.actor("officer"), NOW)
    years.take_in(firm, 2025, {"职工总数": "5人"}, "self", shared_world.actor("enterprise"), NOW)
    made = applications.apply(firm, "sme", "", shared_world.actor("enterprise"), NOW)
    applications.recommend(made, shared_world.actor("officer"), NOW)
    applications.recognise(made, "1", TODAY, None, shared_world.actor("officer2"), NOW)
    assert Recognition.objects.filter(firm=firm, rung="sme").exists()


def test_what_time_alone_mends_says_from_when_and_a_mix_says_its_cost(world):
    young = keep_firm(world.firm, {"founded_on": date(2026, 3, 10)}, world.actor("officer"), NOW)
    found = standings.explained(Firm.objects.get(pk=young.pk), "high_tech", TODAY)
    assert "注册年限达标" in found.standing.failing
    assert dict(found.opens)["注册年限达标"] == date(2027, 4, 1)  # 365 days after the founding


def test_the_cheapest_mix_mends_two_conditions_at_once(firm, world):
    firm = report(firm, world, 研发费用="150万元", 境内研发费用="150万元", 科技人员="5人")
    found = standings.explained(firm, "high_tech", TODAY)
    assert set(found.standing.failing) == {"研发占比达标", "科技人员达标"}
    plan = found.mixes.found[0]
    assert {a.name: k for a, k in plan.steps} == {"增加境内研发投入": 900_000, "招聘科技人员": 2}
    assert plan.cost == 130_000_000  # 900,000 yuan of R&D and two people at 200,000 each


def test_what_is_kept_of_a_firm_is_corrected_with_a_reason_and_told(world):
    firm = keep_firm(world.firm, {"town": "双港镇"}, world.actor("officer"), NOW)
    keep_firm(world.firm, {"town": "双港镇"}, world.actor("officer"), NOW)
    assert ledger.history("registry.firm", firm.pk).count() == 1
    keep_firm(world.firm, {"town": "咸水沽镇", "park": ""}, world.actor("officer"), NOW)
    told = ledger.history("registry.firm", firm.pk).last()
    assert told.facts["values"] == {"town": ["双港镇", "咸水沽镇"]}
    with pytest.raises(NotAllowed):
        keep_firm(world.firm, {"town": "北闸口镇"}, world.actor("enterprise"), NOW)
    with pytest.raises(InvalidForm, match="已在册"):
        create(FIRMS, "keep", {"organisation": world.firm}, world.actor("officer"), NOW)
    with pytest.raises(InvalidForm, match="不是企业"):
        create(FIRMS, "keep", {"organisation": world.university}, world.actor("officer"), NOW)
