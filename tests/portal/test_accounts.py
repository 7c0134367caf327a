"""Pages of accounts, letters and contacts: what they show, to whom, and what a button does."""

import importlib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.test import Client
from django.urls import reverse

from kechuang.district.accounts.models import Letter, LetterLink, User
from kechuang.district.accounts.queries import contact_of, verified_address
from kechuang.district.accounts.services import Newcomer, invite, keep_contact, write_letter
from kechuang.district.core import clock, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.plan.models import MonthlyReturn
from kechuang.district.plan.services import asking, tasks
from kechuang.engines.sheets.plain import read_sheet
from tests.factories import NOW, token_of
from tests.portal.test_pages import client_of

BODY = "区发展改革委"
SAFE = "三月的海河 2026"


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def asked(world):
    """The month's returns were asked for; one body has a contact."""
    plan = current_book().plan
    tasks.set_up(plan, NOW)
    keep_contact(BODY, "return", "李四", "li@x.example", SYSTEM, NOW)
    asking.ask_month(current_book(), [plan], "2026-11", NOW, NOW.date())
    world.thing = MonthlyReturn.objects.filter(body=BODY).order_by("task").first()
    return world


# --- people


def test_the_list_of_people_is_filtered_found_and_exported(world):
    client = client_of(world, "administrator")
    invite(Newcomer("新人", "new@x.example", world.firm, "enterprise"), "mail", SYSTEM, NOW)
    assert "未确认" in text_of(client.get(reverse("people")))
    for query, count in (("state=invited", 1), ("role=enterprise", 3), ("q=甲电池", 2)):
        assert f"共 {count} 条" in text_of(client.get(f"{reverse('people')}?{query}")), query
    rows = read_sheet(client.get(f"{reverse('people')}?export=xlsx").content, "x.xlsx").rows
    assert ["新人", "new@x.example", "企业成员", "甲电池有限公司"] in [r[:4] for r in rows]


def test_a_person_is_invited_by_slip_invited_again_and_shut_on_pages(world):
    client = client_of(world, "administrator")
    given = {"name": "新人", "email": "new@x.example", "role": "officer", "way": "slip"}
    answer = client.post(
        reverse("person-invite"), {**given, "code": world.bureau.code}, follow=True
    )
    user = User.objects.get(email="new@x.example")
    link = LetterLink.objects.get(user=user)
    assert link.token in text_of(answer)
    page = reverse("person", args=[user.pk])
    act = lambda what, **sent: client.post(  # noqa: E731
        reverse("person-act", args=[user.pk, what]), sent, follow=True
    )
    act("withdraw", link=link.pk)
    assert client.get(reverse("person-slip", args=[user.pk])).status_code == 404
    act("invite", way="mail", email="right@x.example")
    assert Letter.objects.get(opens__user=user).email == "right@x.example"
    act("grant", code=world.centre.code, role="broker")
    assert "技术经理人" in text_of(client.get(page))
    held = user.memberships.get(role="broker")
    act("revoke", membership=held.pk)
    assert user.memberships.count() == 1
    assert act("disable", why="").status_code == 422
    assert "已停用" in text_of(act("disable", why="走了"))
    assert act("nonsense").status_code == 404
    assert client_of(world, "officer").get(page).status_code == 403


def test_the_password_page_takes_no_two_different_and_no_weak_one(world):
    link = invite(Newcomer("新人", "n@x.example", world.bureau, "officer"), "mail", SYSTEM, NOW)
    LetterLink.objects.update(expires_at=clock.now() + timedelta(days=1))
    visitor, page = Client(), reverse("start", args=[link.token])
    assert visitor.get(page).headers["X-Robots-Tag"] == "noindex"
    for first, second, said in ((SAFE, "x", "不一样"), ("12345", "12345", "不够安全")):
        answer = visitor.post(page, {"password": first, "again": second})
        assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert visitor.post(page, {"password": SAFE, "again": SAFE}).status_code == 302
    assert visitor.get(page).status_code == 410
    signed = visitor.post(reverse("account_login"), {"login": "n@x.example", "password": SAFE})
    assert signed.url == reverse("workspace")


def test_a_forgotten_password_goes_the_houses_way(world):
    visitor = Client()
    for email in ("rival@x.example", "nobody@x.example"):
        answer = visitor.post(reverse("account_reset_password"), {"email": email})
        assert answer.status_code == 302  # who has an account here is not told
    letter = Letter.objects.get()
    assert (letter.email, letter.opens.purpose) == ("rival@x.example", "password")
    assert visitor.get(letter.path).status_code == 200


def test_work_is_handed_over_on_its_page(world):
    world.going = world.introduction(world.demand(), world.achievement())
    user, taker = world.users["broker"], world.users["officer"]
    client, page = client_of(world, "administrator"), reverse("person-hand-over", args=[user.pk])
    shown = text_of(client.get(page))
    assert "进行中的对接" in shown
    assert "快充电池包散热" not in shown  # an administrator sees how much, not what
    assert client.post(page, {"colleague": world.users["rival"].pk}).status_code == 422
    client.post(page, {"colleague": taker.pk, "why": "调离"})
    world.going.refresh_from_db()
    assert world.going.broker_id == taker.pk
    assert "手上没有" in text_of(client.get(page))


def test_addresses_of_before_are_proved_where_an_administrator_wrote_them(world):
    migration = importlib.import_module(
        "kechuang.district.accounts.migrations.0004_links_and_contacts"
    )
    kept, changed = world.users["officer"], world.users["rival"]
    User.objects.filter(pk=kept.pk).update(username=kept.email)
    User.objects.filter(pk=changed.pk).update(username="was@x.example")
    write_letter("old", "x", "y", NOW, name="某", email="a@x.example", link="/return/abc/")
    migration.prove(apps, None)
    assert verified_address(kept) == kept.email
    assert verified_address(changed) == ""
    assert EmailAddress.objects.filter(user=changed).count() == 1
    assert Letter.objects.get(key="old").link == ""


# --- letters and links


def test_an_expired_link_says_so_and_another_goes_to_the_known_address(asked):
    token = token_of(asked.thing)
    LetterLink.objects.update(expires_at=NOW)
    page = reverse("owed", args=[token])
    answer = Client().get(page)
    assert answer.status_code == 410
    assert "寄一个新的链接给我" in text_of(answer)
    before = Letter.objects.filter(email="li@x.example").count()
    for _ in range(2):
        Client().post(reverse("link-renew", args=[token]))
    assert Letter.objects.filter(email="li@x.example").count() == before + 1
    assert Client().get(reverse("owed", args=[token_of(asked.thing)])).status_code == 200
    link = LetterLink.objects.get(pk=token.partition("-")[0])
    LetterLink.objects.filter(pk=link.pk).update(withdrawn_at=NOW)
    answer = Client().get(page)
    assert "收回" in text_of(answer)
    assert "寄一个新的链接给我" not in text_of(answer)
    assert Client().post(reverse("link-renew", args=[token])).status_code == 409


def test_one_link_opens_all_that_a_body_owes_and_nothing_of_another(asked):
    token = token_of(asked.thing)
    own = MonthlyReturn.objects.filter(body=BODY)
    letter = Letter.objects.get(email="li@x.example")
    assert own.count() > 1
    assert f"{own.count()} 项任务" in letter.subject
    page = text_of(Client().get(reverse("owed", args=[token])))
    for thing in own:
        assert reverse("answer-return", args=[token, thing.pk]) in page
        assert f"第 {thing.task} 项" in letter.body
    other = MonthlyReturn.objects.exclude(body=BODY).first()
    assert Client().get(reverse("answer-return", args=[token, other.pk])).status_code == 404


def test_whether_a_letter_was_opened_stands_where_the_returns_are_followed(asked):
    client = client_of(asked, "officer")
    page, contacts = reverse("return", args=[asked.thing.pk]), reverse("contacts")
    assert "链接没有打开" in text_of(client.get(page))
    Client().get(reverse("owed", args=[token_of(asked.thing)]))
    assert "链接打开过" in text_of(client.get(page))
    assert "打开过" in text_of(client.get(f"{contacts}?q={BODY}"))
    client.post(reverse("return-write-again", args=[asked.thing.pk]))
    assert "链接没有打开" in text_of(client.get(page))
    assert Letter.objects.filter(email="li@x.example").count() == 2


def test_a_contact_is_changed_once_for_all_tasks(asked):
    client, page = client_of(asked, "officer"), reverse("contacts")
    old = token_of(asked.thing)
    assert client.post(page, {"body": BODY, "email": "x"}).status_code == 422
    client.post(page, {"body": BODY, "contact": "王五", "email": "wang@x.example"})
    assert contact_of(BODY, "return").email == "wang@x.example"
    assert Client().get(reverse("owed", args=[old])).status_code == 410
    assert client_of(asked, "auditor").get(page).status_code == 200
    denied = client_of(asked, "auditor").post(page, {"body": BODY, "email": "a@x.example"})
    assert denied.status_code == 403


def test_letters_are_followed_and_an_administrator_reads_none(asked):
    officer, admin = client_of(asked, "officer"), client_of(asked, "administrator")
    letter = Letter.objects.get(email="li@x.example")
    page = reverse("letter", args=[letter.pk])
    assert letter.subject in text_of(officer.get(reverse("letters")))
    assert letter.subject not in text_of(admin.get(reverse("letters")))
    assert "第 " in text_of(officer.get(page))
    for client in (officer, admin):
        assert token_of(asked.thing) not in text_of(client.get(page))
    assert letter.body not in text_of(admin.get(page))
    assert "共 1 条" in text_of(officer.get(f"{reverse('letters')}?q=li@x&opened=no"))
    again = officer.post(reverse("letter-act", args=[letter.pk, "again"]))
    assert again.url == reverse("letter", args=[Letter.objects.latest("pk").pk])
    officer.post(reverse("letter-act", args=[letter.pk, "withdraw"]), {"why": "寄错了"})
    assert "收回" in text_of(officer.get(page))
    assert client_of(asked, "rival").get(page).status_code == 403


def test_the_demos_letters_give_no_way_into_an_account(world, settings):
    settings.KECHUANG_DEMO = True
    made = invite(Newcomer("新人", "n@x.example", world.bureau, "officer"), "mail", SYSTEM, NOW)
    for name, shown in (("visitor", False), ("rival", False), ("administrator", True)):
        page = text_of(client_of(world, name).get(reverse("outbox")))
        assert (made.token in page) is shown, name


def test_a_house_without_a_mail_server_does_not_say_that_it_sent(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    letter = write_letter("k", "x", "y", NOW, name="某", email="a@x.example")
    worker.drain()
    letter.refresh_from_db()
    assert (letter.sent_at, "没有寄出" in letter.failed) == (None, True)
