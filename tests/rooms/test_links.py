"""A link in a letter is one person's, for one thing, for some time; another address counts only
once it was proved.
"""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from kechuang.district.accounts.models import PURPOSES, Letter, LetterLink
from kechuang.district.accounts.queries import person_at, verified_address
from kechuang.district.accounts.services import (
    Newcomer,
    Opening,
    ask_proof,
    begin_with,
    find_link,
    invite,
    invite_again,
    keep_contact,
    make_link,
    note_proved,
    open_link,
    renew_invitation,
    send_again,
    send_letter,
    use_link,
    withdraw_link,
    write_letter,
)
from kechuang.district.core import ledger, links, worker
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.models import Entry
from kechuang.district.market.services import introductions
from kechuang.district.plan.services import owed
from kechuang.engines.base.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.factories import NOW, PASSWORD, token_of, told

DAY = timedelta(days=1)
GIVEN = Opening("return", "plan.body", "区教育局")


def refused(act):
    with pytest.raises((NotAllowed, NotFound, WrongState, Invalid)) as told:
        act()
    return told.value.code


def made(at=NOW, opening=GIVEN):
    return make_link(opening, at, name="某局", email="a@x.example")


def test_a_link_is_bound_to_its_row_its_purpose_and_the_key(db, settings):
    link = made()
    assert find_link(link.token, ["return"]) == link
    assert refused(lambda: find_link(link.token, ["introduction"])) == "link.broken"
    other = made()
    mixed = f"{link.pk}-{other.token.partition('-')[2]}"
    for token in (link.token[:-1] + "0", mixed, "", "x", "9-", f"{link.pk}", "٣-abc"):
        assert refused(lambda t=token: find_link(t, ["return"])) == "link.broken", token
    token, settings.SECRET_KEY = link.token, "another house"
    assert refused(lambda: find_link(token, ["return"])) == "link.broken"


def test_nothing_that_opens_a_link_stands_in_the_database(world):
    write_letter("k", "请填报", "正文", NOW, name="某", email="a@x.example", opens=GIVEN)
    link = LetterLink.objects.get()
    secret = link.token.partition("-")[2]
    rows = [str(r) for m in (Letter, LetterLink, Entry) for r in m.objects.values()]
    assert not [r for r in rows if secret in r]
    assert secret in Letter.objects.get().path


def test_a_slip_is_typed_as_people_copy(db):
    link = make_link(Opening("slip", "accounts.person", 1), NOW, name="某")
    assert len(link.token.partition("-")[2].replace("-", "")) == 12
    typed = link.token.lower().replace("-", " ").replace(" ", "-", 1).replace("o", "0")
    assert find_link(f"  {typed} ", ["slip"]) == link


def test_a_link_expires_is_withdrawn_and_is_used_once(world):
    link, officer = made(), world.actor("officer")
    last = NOW + PURPOSES["return"].days * DAY
    assert open_link(link.token, ["return"], last - DAY) == link
    assert refused(lambda: open_link(link.token, ["return"], last)) == "link.expired"
    withdraw_link(link, officer, NOW, "寄错了人")
    assert refused(lambda: open_link(link.token, ["return"], NOW)) == "link.withdrawn"
    assert [e.kind for e in ledger.history("accounts.link", link.pk)] == [
        "accounts.link.make",
        "accounts.link.open",
        "accounts.link.withdraw",
    ]
    once = made()
    use_link(once, NOW)
    assert refused(lambda: use_link(once, NOW)) == "link.used"
    assert refused(lambda: open_link(once.token, ["return"], NOW)) == "link.used"


def test_opening_is_counted_and_told_once(db):
    link = made()
    for hour in range(3):
        open_link(link.token, ["return"], NOW + timedelta(hours=hour))
    link.refresh_from_db()
    assert (link.opened, link.opened_at) == (3, NOW)
    assert link.last_opened_at == NOW + timedelta(hours=2)
    assert [e.kind for e in ledger.history("accounts.link", link.pk)] == [
        "accounts.link.make",
        "accounts.link.open",
    ]


@pytest.mark.parametrize(
    ("purpose", "may"),
    [("return", {"officer", "broker", "administrator"}), ("password", {"administrator"})],
)
def test_who_takes_links_back(world, purpose, may):
    for name in ("officer", "broker", "administrator", "rival", "auditor"):
        link = made(opening=Opening(purpose, "x", 1))
        if name in may:
            withdraw_link(link, world.actor(name), NOW)
        else:
            assert (
                refused(lambda n=name, k=link: withdraw_link(k, world.actor(n), NOW))
                == "link.who_withdraws"
            )


# --- addresses


def ask(world, name, email):
    """Somebody writes another address into their account."""
    address = EmailAddress.objects.create(user=world.users[name], email=email)
    ask_proof(address, NOW)
    return address


def prove(address):
    """As the page does it: allauth moves the address, the house draws the consequences."""
    user = address.user
    old, proved = user.email, verified_address(user)
    link = LetterLink.objects.filter(purpose="address", user=user).latest("pk")
    with ledger.writing():
        address.verified = True
        address.set_as_primary()
        EmailAddress.objects.filter(user=user).exclude(pk=address.pk).delete()
        note_proved(link, address, old, proved, NOW)
    user.refresh_from_db()


def test_an_address_that_was_only_written_down_gets_no_letter_of_its_owner(world):
    world.introduction(world.demand(), world.achievement())
    asked = "zhao@x.example"  # the person a broker asks, who has no account here
    ask(world, "rival", asked)
    rival = world.users["rival"]
    assert person_at(asked) is None
    assert not Letter.objects.filter(user=rival, opens__purpose="introduction").exists()
    letter = write_letter("hello", "一封信", "正文", NOW, user=rival)
    assert letter.email == "rival@x.example"
    old, new = (Letter.objects.filter(user=None, email=a) for a in ("rival@x.example", asked))
    assert "有人请求更换" in old.get().subject
    assert new.filter(opens__purpose="address").count() == 1


def test_a_proved_address_counts_the_old_one_is_told_and_its_links_die(world):
    rival = world.users["rival"]
    to_old = write_letter("a", "请看", "正文", NOW, user=rival, opens=GIVEN)
    waiting = write_letter("b", "还没寄出的", "正文", NOW, user=rival)
    prove(ask(world, "rival", "new@x.example"))
    assert verified_address(rival) == "new@x.example"
    assert person_at("rival@x.example") is None
    assert refused(lambda: open_link(to_old.opens.token, ["return"], NOW)) == "link.withdrawn"
    told = Letter.objects.filter(email="rival@x.example", subject__contains="换了邮箱")
    assert "new@x.example" in told.get().body
    for letter in (to_old, waiting):
        letter.refresh_from_db()
        send_letter(letter, NOW)
        letter.refresh_from_db()
        assert (letter.sent_at, bool(letter.failed)) == (None, True)
    kinds = [e.kind for e in ledger.history("accounts.person", rival.pk)]
    assert kinds[-2:] == ["accounts.person.ask_address", "accounts.person.change_address"]


def test_who_was_asked_to_answer_gets_a_new_link_at_the_new_address(world):
    rival = world.users["rival"]
    persons = [
        introductions.Person("firm", "乙方", rival.email),
        introductions.Person("owner", "钱二", "qian@x.example"),
    ]
    made = world.introduction(world.demand(), world.achievement(), persons=persons)
    first = made.invitations.first()
    old = token_of(first)
    assert Letter.objects.get(opens__email=rival.email).user == rival
    prove(ask(world, "rival", "new@x.example"))
    worker.drain()
    assert refused(lambda: introductions.open_link(old, NOW)) == "link.withdrawn"
    first.refresh_from_db()
    assert first.email == "new@x.example"
    new = Letter.objects.get(email="new@x.example", opens__purpose="introduction")
    introductions.accept(*introductions.open_link(new.opens.token, NOW), NOW)


def test_a_person_without_a_proved_address_reads_the_inbox_only(world):
    rival = world.users["rival"]
    EmailAddress.objects.filter(user=rival).update(verified=False)
    told(rival)
    assert write_letter("a", "请看", "正文", NOW, user=rival).email == ""
    assert not Entry.objects.filter(kind="accounts.letter.write").exists()


# --- contacts and introductions


def test_a_bodys_new_contact_ends_the_links_of_the_old_one(world):
    officer = world.actor("officer")
    keep_contact("区教育局", "return", "李四", "li@x.example", officer, NOW)
    owed.write_to_body("区教育局", "t", "请填报", "正文", NOW)
    letter = Letter.objects.get(email="li@x.example")
    keep_contact("区教育局", "return", "李四四", "li@x.example", officer, NOW)
    assert open_link(letter.opens.token, ["return"], NOW)
    keep_contact("区教育局", "return", "王五", "wang@x.example", officer, NOW)
    assert refused(lambda: open_link(letter.opens.token, ["return"], NOW)) == "link.withdrawn"
    assert refused(lambda: send_again(letter, officer, NOW)) == "link.withdrawn"
    for given, said in (
        (("", "return", "王五", ""), "task.body_missing"),
        (("区教育局", "return", "王五", "nonsense"), "person.email"),
    ):
        assert refused(lambda g=given: keep_contact(*g, officer, NOW)) == said
    assert (
        refused(lambda: keep_contact("区教育局", "return", "x", "", world.actor("rival"), NOW))
        == "contact.who_keeps"
    )


def test_a_letter_is_sent_once_more_with_a_link_that_opens(world):
    thing = world.introduction(world.demand(), world.achievement())
    letter = Letter.objects.filter(email="zhao@x.example").latest("pk")
    later = NOW + 61 * DAY
    assert refused(lambda: introductions.open_link(letter.opens.token, later)) == "link.expired"
    again = send_again(letter, world.actor("broker"), later)
    assert (again.email, again.subject) == (letter.email, letter.subject)
    invitation, person = introductions.open_link(again.opens.token, later)
    introductions.accept(invitation, person, later)
    assert thing.invitations.get(pk=invitation.pk).state == "accepted"
    assert refused(lambda: send_again(letter, world.actor("rival"), NOW)) == (
        "letter.who_writes_again"
    )
    bare = write_letter("bare", "x", "y", NOW, name="某")
    assert refused(lambda: send_again(bare, SYSTEM, NOW)) == "letter.no_address"
    own = Opening("password", "accounts.person", 1)
    secret = write_letter("p", "x", "y", NOW, name="某", email="p@x.example", opens=own)
    assert refused(lambda: send_again(secret, SYSTEM, NOW)) == "letter.asked_anew"


def test_who_holds_an_expired_link_gets_another_at_the_known_address_only(world):
    thing = world.introduction(world.demand(), world.achievement())
    link = LetterLink.objects.filter(email="zhao@x.example").latest("pk")
    before = Letter.objects.filter(email="zhao@x.example").count()
    for _ in range(3):
        introductions.write_anew(link, NOW)
    assert Letter.objects.filter(email="zhao@x.example").count() == before + 1
    assert introductions.open_link(token_of(thing.invitations.first()), NOW)
    body = make_link(Opening("return", "plan.body", "无事的局"), NOW, name="无事的局")
    assert refused(lambda: owed.write_anew(body, NOW)) == "return.nothing_owed"
    assert refused(lambda: owed.write_again("无事的局", world.actor("rival"), NOW)) == (
        "task.who_keeps"
    )


def test_an_invitation_that_expired_is_renewed_once_and_not_after_it_was_used(world):
    admin = world.actor("administrator")
    new = Newcomer("新人", "new@x.example", world.bureau, "officer")
    link = invite(new, "mail", admin, NOW)
    for _ in range(3):
        renew_invitation(link, NOW + 20 * DAY)
    assert Letter.objects.filter(email="new@x.example").count() == 2
    last = LetterLink.objects.latest("pk")
    begin_with(last, PASSWORD, NOW + 20 * DAY)
    renew_invitation(last, NOW + 40 * DAY)
    assert Letter.objects.filter(email="new@x.example").count() == 2
    assert refused(lambda: invite_again(last.user, "mail", admin, NOW)) == "person.has_begun"


def test_a_persons_own_link_acts_for_that_person_alone(world):
    thing = world.introduction(world.demand(), world.achievement())
    first, second = thing.invitations.all()
    _, person = introductions.open_link(token_of(first), NOW)
    assert refused(lambda: introductions.accept(second, person, NOW)) == "invitation.by_its_link"
    forged = Actor(0, "访客", frozenset({"officer2"}))
    assert refused(lambda: introductions.accept(first, forged, NOW)) == "invitation.by_its_link"


def test_a_letter_whose_link_was_taken_back_is_not_sent(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    letter = write_letter("k", "x", "y", NOW, name="某", email="a@x.example", opens=GIVEN)
    withdraw_link(letter.opens, SYSTEM, NOW)
    worker.drain()
    letter.refresh_from_db()
    assert letter.sent_at is None
    assert "收回" in letter.failed
    assert links.number_of("12-abc") == 12
