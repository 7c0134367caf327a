"""Who may see, write and undo what of a firm: its drafts, its returns, its applications."""

from datetime import date

import pytest

from kechuang.district.registry.models import FirmYear, Recognition
from kechuang.district.registry.queries import applications_visible_to, years_visible_to
from kechuang.district.registry.services import applications, keep_firm, standings, years
from kechuang.engines.base.errors import Invalid, NotAllowed, WrongState
from tests.factories import NOW

TODAY = NOW.date()


@pytest.fixture
def firm(world):
    return keep_firm(world.firm, {"founded_on": date(2015, 3, 1)}, world.actor("officer"), NOW)


def test_a_draft_is_the_firms_own_until_it_is_handed_in(firm, world):
    made = years.open_year(firm, 2025, world.actor("enterprise"), NOW)
    years.save_year(made, {"职工总数": "60人"}, "self", world.actor("enterprise"), NOW)
    seen = lambda name: years_visible_to(world.actor(name)).exists()  # noqa: E731
    assert [seen(n) for n in ("enterprise", "officer", "broker", "auditor", "rival")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    years.submit_year(made, world.actor("enterprise"), NOW)
    assert [seen(n) for n in ("broker", "auditor", "rival")] == [True, True, False]


def test_a_firm_says_what_it_says_itself_and_changes_nothing_that_was_handed_in(firm, world):
    owner = world.actor("enterprise")
    made = years.open_year(firm, 2025, owner, NOW)
    years.save_year(made, {"职工总数": "60人"}, "audit", owner, NOW)
    assert made.facts["职工总数"]["s"] == "self"
    years.submit_year(made, owner, NOW)
    with pytest.raises(WrongState, match="退回"):
        years.save_year(made, {"职工总数": "61人"}, "self", owner, NOW)
    with pytest.raises(NotAllowed):  # a stranger is not told in what state it is
        years.save_year(made, {"职工总数": "61人"}, "self", world.actor("rival"), NOW)
    with pytest.raises(NotAllowed):
        years.open_year(firm, 2025, world.actor("rival"), NOW)


def test_a_sheet_does_not_hand_in_somebodys_draft(firm, world):
    owner, officer = world.actor("enterprise"), world.actor("officer")
    made = years.open_year(firm, 2025, owner, NOW)
    years.take_in(firm, 2025, {"职工总数": "60人"}, "list", officer, NOW)
    made.refresh_from_db()
    assert (made.state, made.facts["职工总数"]["v"]) == ("draft", "60人")
    years.take_in(firm, 2025, {"科技人员": "9人"}, "self", owner, NOW)  # the firm's own sheet does
    made.refresh_from_db()
    assert made.state == "submitted"


def test_an_undone_sheet_leaves_what_was_there(firm, world):
    officer = world.actor("officer")
    made = years.take_in(firm, 2025, {"职工总数": "60人"}, "list", officer, NOW)
    before = dict(made.facts)
    years.take_in(firm, 2025, {"职工总数": "70人"}, "list", officer, NOW)
    made.refresh_from_db()
    years.restore_year(made, before, "submitted", officer, NOW)
    assert (made.facts["职工总数"]["v"], made.state) == ("60人", "submitted")
    years.undo_year(made, officer, NOW)
    assert (made.facts, made.state) == ({}, "draft")
    assert standings.standing_on(firm, "high_tech", TODAY).verdict == "cannot_tell"
    with pytest.raises(NotAllowed):
        years.undo_year(made, world.actor("broker"), NOW)


def test_an_approver_registers_what_an_officer_recommended(firm, world):
    made = applications.apply(firm, "high_tech", "", world.actor("enterprise"), NOW)
    for name in ("broker", "rival", "researcher", "visitor"):
        assert not applications_visible_to(world.actor(name)).exists()
    assert applications_visible_to(world.actor("auditor")).exists()
    applications.recommend(made, world.actor("officer"), NOW)
    with pytest.raises(Invalid, match="60"):
        applications.recognise(made, "9" * 61, TODAY, None, world.actor("approver"), NOW)
    made.refresh_from_db()
    assert made.state == "recommended"  # both or neither
    applications.recognise(made, "GR1", TODAY, None, world.actor("approver"), NOW)
    assert Recognition.objects.get(firm=firm).number == "GR1"
    with pytest.raises(NotAllowed):  # whether an application is open is not told to a rival
        applications.apply(firm, "sme", "", world.actor("rival"), NOW)


def test_a_broker_sees_what_is_held_and_no_verdict(firm, world):
    years.take_in(firm, 2025, {"职工总数": "60人"}, "list", world.actor("officer"), NOW)
    shown = standings.standings_of(firm, TODAY, explain=False)
    assert {s.verdict for s in shown} == {standings.NONE}
    assert not any(s.failing or s.missing for s in shown)
    assert FirmYear.objects.count() == 1
