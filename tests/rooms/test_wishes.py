"""Asking to be introduced, asking a question, following: and what nobody else learns of it."""

import pytest
from django.db import IntegrityError, transaction

from kechuang.district.accounts.models import Letter, Membership
from kechuang.district.core import ledger, worker
from kechuang.district.core.registers import create, take
from kechuang.district.market.models import Wish
from kechuang.district.market.queries import find_wishes, wishes_visible_to
from kechuang.district.market.registers import WISHES
from kechuang.district.market.services import wishes
from kechuang.engines.base.errors import InvalidForm, NotAllowed
from tests import listings
from tests.factories import NOW, told

WORDS = "想了解中试数据"


def ask(world, thing, who="enterprise", step="ask_introduction", **values):
    given = {"about": thing.reference, "words": WORDS, **values}
    if step == "follow":
        given.pop("words")
    return create(WISHES, step, given, world.actor(who), NOW)


def answer(world, wish, words, who="broker"):
    given = {"answer": words}
    return take(WISHES, "answer", wish, given, world.actor(who), NOW, version=wish.version)


def letters(world, who):
    return list(Letter.objects.filter(user=world.users[who]).values_list("subject", flat=True))


def seen_by(world, wish):
    return {n for n, a in world.everybody.items() if wishes_visible_to(a).filter(pk=wish.pk)}


def test_an_enterprise_asks_a_broker_answers_and_the_asker_hears_of_it(world):
    wish = ask(world, world.achievement(), step="ask_question")
    assert (wish.state, wish.asker, wish.what) == ("asked", world.firm, "question")
    answer(world, wish, "可以看现场")
    assert wish.state == "answered"
    told = Letter.objects.get(user=world.users["enterprise"])
    assert (told.body, told.link) == ("可以看现场", f"/wishes/{wish.pk}/")


def test_a_question_without_words_is_none(world):
    with pytest.raises(InvalidForm, match="说明"):
        ask(world, world.achievement(), step="ask_question", words="")
    assert ask(world, world.achievement(), words="").state == "asked"


def test_an_introduction_takes_up_the_wish_for_it_from_either_side_and_no_other(world):
    demand, achievement = world.demand(), world.achievement()
    other = world.achievement(title="另一项成果")
    mine, question = (
        ask(world, achievement),
        ask(world, achievement, step="ask_question"),
    )
    elsewhere, owners = ask(world, other), ask(world, demand, "researcher")
    answer(world, mine, "明天看现场")
    made = world.introduction(demand, achievement)
    worker.drain()
    states = dict(Wish.objects.values_list("pk", "state"))
    assert states == {
        mine.pk: "taken_up",
        question.pk: "asked",
        elsewhere.pk: "asked",
        owners.pk: "taken_up",
    }
    mine.refresh_from_db()
    assert mine.introduction == made
    told = Letter.objects.filter(user=world.users["enterprise"]).values_list("body", flat=True)
    assert [t[:5] for t in told] == ["技术经理人", "明天看现场"]
    entries = ledger.history(WISHES.name, mine.pk).count()
    wishes.take_up(made, NOW)
    assert ledger.history(WISHES.name, mine.pk).count() == entries


def test_the_same_thing_asked_twice_is_one_wish(world):
    achievement = world.achievement()
    wish = ask(world, achievement)
    with pytest.raises(InvalidForm, match=wish.label):
        ask(world, achievement)
    ask(world, achievement, step="ask_question")
    ask(world, achievement, "rival")  # another firm's wish is nobody else's business
    ask(world, achievement, step="follow")
    with pytest.raises(InvalidForm, match="已经提过"):
        ask(world, achievement, step="follow")
    answer(world, wish, "再等等")
    assert ask(world, achievement).pk != wish.pk


def test_the_database_keeps_open_wishes_and_followings_single(world):
    for step in ("ask_introduction", "follow"):
        wish = ask(world, world.achievement(title=step), step=step)
        wish.pk, wish.born, wish._state.adding = None, True, True
        with pytest.raises(IntegrityError), transaction.atomic():
            wish.save(force_insert=True)


@pytest.mark.parametrize("who", ["enterprise", "rival", "researcher", "reviewer", "visitor"])
def test_what_does_not_exist_for_a_person_is_refused_as_what_never_was(world, who):
    hidden = [
        world.demand(confidentiality="brokers", reference="XQ-S1"),
        world.demand(state="submitted", reference="XQ-S2"),
        world.achievement(state="submitted", reference="CG-S3", owner=world.rival),
    ]
    own = {"enterprise": {"XQ-S1", "XQ-S2"}, "rival": {"CG-S3"}}.get(who, set())
    for step in ("ask_introduction", "ask_question", "follow"):
        refused = []
        for reference in (*(h.reference for h in hidden), "XX-NONE"):
            given = {"about": reference} | ({"words": "?"} if step != "follow" else {})
            with pytest.raises(NotAllowed) as e:
                create(WISHES, step, given, world.actor(who), NOW)
            if reference not in own:
                refused.append(str(e.value.words))
        assert len(set(refused)) == 1, (who, step, refused)
    assert not Wish.objects.exists()


def test_nobody_asks_about_ones_own_or_of_the_wrong_side(world):
    with pytest.raises(NotAllowed, match="本单位"):
        ask(world, world.achievement(owner=world.firm))
    with pytest.raises(NotAllowed, match="本单位"):
        ask(world, world.demand(owner=world.university), "researcher")
    with pytest.raises(NotAllowed, match="没有这个编号"):
        ask(world, world.demand(), "rival")
    for who in ("officer", "broker", "approver", "auditor", "reviewer", "administrator"):
        with pytest.raises(NotAllowed, match="由企业成员"):
            ask(world, world.achievement(title=who), who)


def test_a_wish_is_seen_by_its_asker_and_by_staff_alone(world):
    wish = ask(world, world.achievement())
    staff = {"officer", "officer2", "approver", "broker", "auditor"}
    assert seen_by(world, wish) == {"enterprise", *staff}
    back = ask(world, world.demand(confidentiality="nameless"), "researcher")
    assert seen_by(world, back) == {"researcher", "reviewer", *staff}


def test_a_nameless_demand_stays_nameless_in_the_answer(world):
    demand = world.demand(confidentiality="nameless")
    wish = ask(world, demand, "researcher")
    email = world.users["enterprise"].email
    for words in ("是甲电池有限公司", "甲 电池有限 公司的", world.firm.code, f"写信给{email}"):
        with pytest.raises(InvalidForm, match="没有公开名称"):
            answer(world, wish, words)
    answer(world, wish, "对方想先看数据")
    with pytest.raises(InvalidForm, match="没有公开名称"):
        take(
            WISHES,
            "amend_answer",
            wish,
            {"answer": "是甲电池有限公司"},
            world.actor("broker"),
            NOW,
            version=wish.version,
            why="补",
        )


def test_a_record_that_was_taken_back_is_called_nothing_any_more(world):
    demand = world.demand(title="后来保密的难题")
    wish = ask(world, demand, "researcher", words="请教")
    researcher, broker = world.actor("researcher"), world.actor("broker")
    found = wishes_visible_to(researcher)
    assert find_wishes(found, "后来保密", researcher).count() == 1
    officer = world.actor("officer")
    listings.amend(demand, {"confidentiality": "brokers"}, officer, NOW, "企业要求")
    wish = found.get(pk=wish.pk)
    assert WISHES.hides(researcher, wish) == {"title"}
    assert not WISHES.hides(broker, wish)
    assert "保密" not in str(wish)
    assert find_wishes(found, "后来保密", researcher).count() == 0
    assert find_wishes(wishes_visible_to(broker), "后来保密", broker).count() == 1


def test_followers_hear_of_changes_once_and_only_while_the_record_is_theirs_to_see(world):
    demand, officer = world.demand(title="散热难题"), world.actor("officer")
    ask(world, demand, "researcher", "follow")
    worker.drain()
    assert letters(world, "researcher") == []
    listings.amend(demand, {"wanted": "温差小于3℃"}, officer, NOW, "内部理由")
    worker.drain()
    assert letters(world, "researcher") == ["您关注的有变化：散热难题"]
    assert "内部理由" not in Letter.objects.get(user=world.users["researcher"]).body
    wishes.tell_followers(list(ledger.history("market.demand", demand.pk)))
    assert len(letters(world, "researcher")) == 1
    listings.pause(demand, officer, NOW, "停")
    worker.drain()
    assert len(letters(world, "researcher")) == 1
    listings.resume(demand, officer, NOW)
    worker.drain()
    assert len(letters(world, "researcher")) == 2
    listings.amend(demand, {"confidentiality": "brokers"}, officer, NOW, "保密")
    worker.drain()
    assert len(letters(world, "researcher")) == 2


def test_who_left_or_stopped_following_hears_nothing(world):
    achievement, officer = world.achievement(), world.actor("officer")
    theirs = ask(world, achievement, step="follow")
    ask(world, achievement, "rival", "follow")
    take(WISHES, "end", theirs, {}, world.actor("enterprise"), NOW)
    Membership.objects.filter(user=world.users["rival"]).delete()
    told(world.users["rival"])
    listings.amend(achievement, {"trl": 8}, officer, NOW, "更正")
    worker.drain()
    assert letters(world, "enterprise") == letters(world, "rival") == []


def test_what_happened_before_one_followed_is_no_news(world):
    demand = world.demand()
    listings.amend(demand, {"wanted": "温差小于3℃"}, world.actor("officer"), NOW, "更正")
    ask(world, demand, "researcher", "follow")
    worker.drain()
    assert letters(world, "researcher") == []


def test_the_owner_hears_nothing_of_who_asked(world):
    achievement = world.achievement()
    ask(world, achievement)
    ask(world, achievement, step="follow")
    worker.drain()
    assert letters(world, "researcher") == []
    assert not wishes_visible_to(world.actor("researcher")).exists()
