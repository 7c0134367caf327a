"""What fits is kept, told once a day, and judged by the centre."""

from datetime import timedelta

import pytest

from kechuang.district.accounts.models import Letter
from kechuang.district.accounts.queries import members_of
from kechuang.district.core import clock, ledger, worker
from kechuang.district.market import reactions
from kechuang.district.market.models import Achievement, Feedback, Fit, Looked
from kechuang.district.market.services import feedback, fits, index
from kechuang.engines.base.errors import Invalid, NotAllowed
from tests import listings
from tests.factories import NOW
from tests.portal.test_pages import client_of

DAY = timedelta(days=1)


@pytest.fixture
def fitting(world):
    """A demand and what answers it, in a small library, embedded and looked through."""
    world.result = world.achievement(
        title="电池包液冷热管理", summary="液冷板让快充电池包温差小于3℃"
    )
    world.other = world.achievement(
        title="小站稻育种", summary="耐盐碱的水稻品种", keywords=["水稻"]
    )
    world.wanted = world.demand(title="快充电池包温差大", problem="快充时电池包温差大，要液冷板")
    settle()
    return world


def settle():
    worker.drain()
    while index.embed_some():
        pass
    index.write_vectors()
    while fits.look_at_one(NOW):
        pass


def pairs():
    return set(Fit.objects.values_list("demand_id", "achievement_id"))


def letters():
    return list(Letter.objects.filter(key__startswith="fits-").order_by("key"))


def test_what_matching_lists_is_kept_and_looked_for_once(fitting):
    assert pairs() == {(fitting.wanted.pk, fitting.result.pk)}
    assert not fits.look_at_one(NOW)
    assert Looked.objects.count() == 3
    listings.amend(
        fitting.result,
        {"title": "稻田秸秆还田", "summary": "秸秆还田机", "keywords": []},
        fitting.actor("officer"),
        NOW,
        "写错",
    )
    settle()
    assert pairs() == set()


def test_both_owners_hear_of_it_once_and_not_twice_a_day(fitting):
    owners = {fitting.firm.pk, fitting.university.pk}
    people = {u for owner in owners for u in members_of(owner)}
    assert fits.tell(NOW) == len(people)
    assert {x.user for x in letters()} == people
    assert fits.tell(NOW) == 0
    more = fitting.achievement(title="电池包液冷热管理二", summary="液冷板让快充电池包温差小于2℃")
    settle()
    assert (fitting.wanted.pk, more.pk) in pairs()
    assert fits.tell(NOW + timedelta(hours=1)) == 0  # the day's letter is written
    assert fits.tell(NOW + DAY) == len(people)
    assert len(letters()) == 2 * len(people)


def test_a_secret_demand_is_matched_and_told_to_nobody_but_its_firm(world):
    world.achievement(title="电池包液冷热管理", summary="液冷板让快充电池包温差小于3℃")
    secret = world.demand(
        title="快充电池包温差大", problem="快充时电池包温差大，要液冷板", confidentiality="brokers"
    )
    settle()
    assert {d for d, _ in pairs()} == {secret.pk}
    assert fits.tell(NOW) == 1
    [letter] = letters()
    assert letter.user.email.startswith("enterprise")
    assert "快充" in letter.body


def test_old_records_are_no_news_and_a_paused_one_is_told_to_nobody(fitting):
    assert fits.tell(NOW + timedelta(days=30)) == 0
    Fit.objects.update(told_at=None)
    listings.pause(fitting.result, fitting.actor("officer"), NOW, "停")
    assert fits.tell(NOW + DAY) == 0


def test_the_centre_says_whether_a_pair_fits_and_nobody_else(fitting):
    demand, result = fitting.wanted, fitting.result
    for who in ("enterprise", "researcher", "reviewer", "rival", "visitor"):
        with pytest.raises(NotAllowed):
            feedback.judge(demand, result, "fits", "", fitting.actor(who), NOW)
    broker = fitting.actor("broker")
    with pytest.raises(Invalid, match="为什么不合适"):
        feedback.judge(demand, result, "not", " ", broker, NOW)
    with pytest.raises(Invalid):
        feedback.judge(demand, result, "perhaps", "", broker, NOW)
    feedback.judge(demand, result, "fits", "", broker, NOW)
    made = feedback.judge(demand, result, "not", "要的是风冷", broker, NOW)
    assert Feedback.objects.get() == made
    assert (made.verdict, made.why) == ("not", "要的是风冷")
    assert [e.facts["verdict"] for e in ledger.history("market.feedback", made.pk)] == [
        "fits",
        "not",
    ]


def test_a_word_on_the_match_page_is_for_the_centre_alone(fitting):
    address = f"/demands/{fitting.wanted.pk}/matches/"
    broker = client_of(fitting, "broker")
    given = {"achievement": fitting.result.pk, "verdict": "not", "why": "要的是风冷"}
    assert broker.post(address, given).status_code == 302
    assert "要的是风冷" in broker.get(address).content.decode()
    owner = client_of(fitting, "enterprise")
    assert "要的是风冷" not in owner.get(address).content.decode()
    assert owner.post(address, {**given, "why": "偷写"}).status_code == 403
    assert Feedback.objects.get().why == "要的是风冷"


@pytest.mark.behind
def test_new_pairs_wait_on_the_brokers_desk_until_somebody_speaks(fitting):
    assert "↔" not in client_of(fitting, "broker").get("/workspace/").content.decode()  # old ones
    Achievement.objects.filter(pk=fitting.result.pk).update(published_on=clock.today())
    page = client_of(fitting, "broker").get("/workspace/").content.decode()
    assert "快充电池包温差大 ↔ 电池包液冷热管理" in page
    feedback.judge(fitting.wanted, fitting.result, "fits", "", fitting.actor("broker"), NOW)
    page = client_of(fitting, "broker").get("/workspace/").content.decode()
    assert "快充电池包温差大 ↔ 电池包液冷热管理" not in page


def test_the_worker_looks_when_all_is_embedded(fitting, monkeypatch):
    Looked.objects.all().delete()
    Fit.objects.all().delete()
    monkeypatch.setitem(reactions._written, "dirty", 1.0)
    assert not reactions.look_for_fits()
    monkeypatch.setitem(reactions._written, "dirty", 0.0)
    assert reactions.look_for_fits()


def test_a_record_that_cannot_be_looked_at_keeps_no_other_waiting_and_no_worker_down(
    fitting, monkeypatch
):
    Looked.objects.all().delete()

    def fail(thing):
        if thing == fitting.wanted:
            raise ValueError("a text that matching cannot read")
        return {}

    monkeypatch.setattr(fits, "strengths_of", fail)
    with pytest.raises(ValueError, match="cannot read"):
        fits.look_at_one(NOW)
    assert fits.look_at_one(NOW)
    Looked.objects.all().delete()
    assert not worker._idle("market.look", lambda: fits.look_at_one(NOW))  # told, and it goes on


@pytest.mark.behind
def test_many_pairs_that_are_no_news_hide_none_that_is(fitting):
    old = fitting.achievement(title="旧的液冷", summary="液冷板")
    type(old).objects.filter(pk=old.pk).update(published_on=NOW.date() - 30 * DAY)
    assert {f.achievement for f in fits._news(NOW)} == {fitting.result}
