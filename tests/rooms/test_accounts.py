"""Accounts: invited, begun by the person's own password, shut, and the leaver's work handed on."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from kechuang.district.accounts.models import FormDraft, Letter, LetterLink, Membership, User
from kechuang.district.accounts.queries import (
    actor_of,
    contact_of,
    people,
    people_in,
    person_state,
    verified_address,
)
from kechuang.district.accounts.services import (
    Newcomer,
    add_person,
    ask_new_password,
    begin_with,
    disable,
    hand_over,
    in_hand,
    invite,
    invite_again,
    keep_contact,
    keep_form_draft,
    keep_view,
    note_visit,
    open_link,
    revoke,
)
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.models import Entry
from kechuang.district.market.models import Demand
from kechuang.district.market.services import introductions
from kechuang.engines.base.errors import DomainError
from tests.factories import NOW, PASSWORD, told

SAFE = "三月的海河 2026"


def refused(act):
    before = Entry.objects.count()
    with pytest.raises(DomainError) as told:
        act()
    assert Entry.objects.count() == before
    return told.value.code


@pytest.fixture
def new(world):
    return Newcomer("新人", "New@x.example", world.bureau, "officer")


def test_an_invited_person_sets_the_password_and_nobody_else_ever_does(world, new):
    admin = world.actor("administrator")
    link = invite(new, "mail", admin, NOW)
    user = User.objects.get(email="new@x.example")
    assert person_state(user) == "invited"
    assert verified_address(user) == ""
    assert not user.check_password("")
    letter = Letter.objects.get(opens=link)
    assert (letter.email, letter.user) == ("new@x.example", None)
    assert refused(lambda: begin_with(link, "password12", NOW)) == "person.password_weak"
    assert refused(lambda: begin_with(link, "short", NOW)) == "person.password_weak"
    begin_with(link, SAFE, NOW)
    user.refresh_from_db()
    assert user.check_password(SAFE)
    assert verified_address(user) == "new@x.example"
    assert actor_of(user).roles == {"officer"}
    assert refused(lambda: begin_with(link, SAFE, NOW)) == "link.used"
    kinds = [e.kind.rpartition(".")[2] for e in ledger.history("accounts.person", user.pk)]
    assert kinds == ["add", "grant", "invite", "begin"]


def test_a_slip_opens_once_and_proves_no_address(world, new):
    link = invite(new, "slip", world.actor("administrator"), NOW)
    assert not Letter.objects.exists()
    begin_with(open_link(link.token, ["slip"], NOW), SAFE, NOW)
    assert verified_address(link.user) == ""
    assert refused(lambda: begin_with(link, SAFE, NOW)) == "link.used"


def test_who_may_not_invite_or_type_a_password_for_another(world, new):
    admin = world.actor("administrator")
    assert refused(lambda: invite(new, "mail", world.actor("officer"), NOW)) == "person.who_manages"
    assert refused(lambda: invite(new, "pigeon", admin, NOW)) == "person.invite_how"
    assert not User.objects.filter(email="new@x.example").exists()
    for password in (SAFE, ""):
        assert (
            refused(lambda p=password: add_person("n@x.example", "新人", p, admin, NOW))
            == "person.sets_own_password"
        )
    assert (
        refused(lambda: add_person("n@x.example", "新人", "1234567890", SYSTEM, NOW))
        == "person.password_weak"
    )


def test_an_address_that_another_has_proved_is_taken(world, new):
    EmailAddress.objects.create(user=world.users["rival"], email="new@x.example", verified=True)
    told(world.users["rival"])
    assert (
        refused(lambda: invite(new, "mail", world.actor("administrator"), NOW))
        == "person.email_taken"
    )


def test_a_second_invitation_ends_the_first_and_may_mend_the_address(world, new):
    admin = world.actor("administrator")
    first = invite(new, "mail", admin, NOW)
    again = invite_again(first.user, "mail", admin, NOW, "right@x.example")
    assert refused(lambda: begin_with(first, SAFE, NOW)) == "link.withdrawn"
    begin_with(again, SAFE, NOW)
    user = User.objects.get(pk=first.user_id)
    assert (user.email, verified_address(user)) == ("right@x.example", "right@x.example")


def test_a_forgotten_password_is_set_anew_by_the_proved_address_only(world):
    user = world.users["rival"]
    ask_new_password(user, NOW)
    ask_new_password(user, NOW)
    first, second = LetterLink.objects.filter(purpose="password").order_by("pk")
    assert refused(lambda: begin_with(first, SAFE, NOW)) == "link.withdrawn"
    late = NOW + timedelta(days=1)
    assert refused(lambda: begin_with(second, SAFE, late)) == "link.expired"
    begin_with(second, SAFE, NOW)
    user.refresh_from_db()
    assert user.check_password(SAFE)
    EmailAddress.objects.filter(user=user).update(verified=False)
    told(user)
    ask_new_password(user, NOW)
    assert LetterLink.objects.filter(purpose="password").count() == 2


def test_a_shut_account_loses_sessions_links_roles_and_password(world, client):
    user, admin = world.users["broker"], world.actor("administrator")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    ask_new_password(user, NOW)
    link = LetterLink.objects.get(purpose="password")
    assert client.get("/workspace/").status_code == 200
    assert refused(lambda: disable(user, admin, NOW, " ")) == "step.why_missing"
    disable(user, admin, NOW, "调离")
    assert client.get("/workspace/").status_code == 302
    assert not Membership.objects.filter(user=user).exists()
    assert refused(lambda: begin_with(link, SAFE, NOW)) == "link.withdrawn"
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password()) == (False, False)
    user.is_active = True
    user.save()
    assert client.get("/workspace/").status_code == 302  # the old session stays dead
    link = invite_again(user, "slip", admin, NOW)
    begin_with(link, SAFE, NOW)
    assert person_state(User.objects.get(pk=user.pk)) == "active"


def test_the_last_administrator_and_oneself_are_not_shut_out(world):
    admin = world.actor("administrator")
    own = world.users["administrator"]
    assert refused(lambda: disable(own, admin, NOW, "走了")) == "person.not_yourself"
    assert refused(lambda: disable(own, SYSTEM, NOW, "走了")) == "person.last_administrator"
    held = Membership.objects.get(user=own)
    assert refused(lambda: revoke(held, admin, NOW)) == "person.last_administrator"
    assert refused(lambda: disable(own, world.actor("officer"), NOW, "x")) == "person.who_manages"


def test_the_list_knows_state_and_last_visit(world, new, client):
    invite(new, "mail", world.actor("administrator"), NOW)
    disable(world.users["rival"], world.actor("administrator"), NOW, "离职")
    for user in people():
        found = [
            s
            for s in ("invited", "active", "disabled")
            if people().filter(people_in(s), pk=user.pk)
        ]
        assert found == [person_state(user)]
    user = world.users["officer"]
    assert user.last_seen_on is None
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/workspace/")
    user.refresh_from_db()
    assert user.last_seen_on is not None
    note_visit(user.pk, NOW.date())
    user.refresh_from_db()
    assert user.last_seen_on == NOW.date()


@pytest.fixture
def busy(world):
    """A broker with everything in hand that somebody can have."""
    user = world.users["broker"]
    world.going = world.introduction(world.demand(), world.achievement())
    world.draft = world.demand(title="没有写完的", state="draft")
    Demand.objects.filter(pk=world.draft.pk).update(created_by=user.pk)
    told(world.draft)
    keep_form_draft(user.pk, "demands/new", "title=x", NOW)
    keep_view(user.pk, "demands", "我的", "q=1")
    keep_contact("成果运营中心", "return", "某", user.email, SYSTEM, NOW)
    return world


def test_a_leavers_work_goes_to_a_colleague_in_one_act_with_an_entry_each(busy):
    admin, user = busy.actor("administrator"), busy.users["broker"]
    taker = busy.users["officer"]
    assert {c.name for c, _ in in_hand(user)} == {
        "introductions",
        "drafts",
        "forms",
        "views",
        "contacts",
    }
    assert hand_over(user, taker, admin, NOW, "调离") == 5
    assert in_hand(user) == []
    busy.going.refresh_from_db()
    busy.draft.refresh_from_db()
    assert (busy.going.broker_id, busy.going.broker_name) == (taker.pk, taker.name)
    assert busy.draft.created_by == taker.pk
    assert FormDraft.objects.get().user == taker
    assert contact_of("成果运营中心", "return").email == taker.email
    kinds = set(Entry.objects.filter(kind__endswith="hand_over").values_list("kind", flat=True))
    assert kinds == {
        "market.introduction.hand_over",
        "market.demand.hand_over",
        "accounts.form.hand_over",
        "accounts.view.hand_over",
        "accounts.person.hand_over",
    }
    assert Entry.objects.get(kind="market.introduction.hand_over").actor_id == admin.id


def test_work_goes_to_nobody_who_may_not_do_it(busy):
    admin, user = busy.actor("administrator"), busy.users["broker"]

    def give(to, by=admin):
        return refused(lambda: hand_over(user, to, by, NOW))

    assert give(user) == "handover.same_person"
    assert give(busy.users["rival"]) == "handover.does_not_fit"
    assert give(busy.users["officer"], busy.actor("officer")) == "person.who_manages"
    taker = busy.users["officer2"]
    EmailAddress.objects.filter(user=taker).update(verified=False)
    assert give(taker) == "handover.no_address"
    disable(taker, admin, NOW, "离职")
    taker.refresh_from_db()
    assert give(taker) == "handover.not_active"
    assert busy.going.broker_id == user.pk
    by = busy.actor("broker")
    assert (
        refused(lambda: introductions.hand_over(busy.going, busy.users["officer"], by, NOW))
        == "introduction.who_hands_over"
    )


def test_a_demo_account_never_stands_beside_real_ones(world, settings):
    settings.TESTING = settings.KECHUANG_DEMO = False
    assert (
        refused(lambda: add_person("d@x.example", "演示", PASSWORD, SYSTEM, NOW, is_demo=True))
        == "person.demo_only"
    )
