"""What a careless or unlucky person sends: twice, after the session ended, from an old page."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from kechuang.district import settings as house_settings
from kechuang.district.accounts.reactions import forget_acts
from kechuang.district.core import acts, clock, ledger
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry, ImportBatch, Sent
from kechuang.district.market.models import Introduction
from kechuang.district.plan.models import Comparison, Milestone
from kechuang.district.plan.services import tasks
from tests.factories import NOW, PASSWORD, sheet
from tests.portal.test_pages import client_of

TEMPLATES = Path(house_settings.HOUSE) / "templates"
FORMS = re.compile(r'<form[^>]*method="post".*?</form>', re.S)


@pytest.mark.parametrize(
    "path",
    sorted(p for p in TEMPLATES.rglob("*.html") if 'method="post"' in p.read_text("utf-8")),
    ids=lambda p: p.name,
)
def test_every_form_of_ours_carries_a_key(path):
    for form in FORMS.findall(path.read_text("utf-8")):
        ours = "account_login" not in form
        assert ("{% form_key %}" in form) == ours, form[:200]


def key_on(client, url):
    return re.search(r'name="key" value="([^"]+)"', client.get(url).content.decode())[1]


def milestone(world):
    tasks.set_up(current_book().plan, NOW)
    url = reverse("task-act", args=[1, "milestone"]) + f"?plan={current_book().plan.id}"
    return (
        "officer",
        reverse("task-desk", args=[1]),
        url,
        {"title": "一", "due": "2026-12-01"},
        Milestone,
    )


def upload(world):
    url = reverse("import-new", args=["contracts"])
    return "officer", url, url, {"sheet": sheet(["合同名称"], ["甲"])}, ImportBatch


def comparison(world):
    url = reverse("comparisons")
    made = sheet(["企业名称", "统一社会信用代码"], ["甲", world.firm.code])
    given = {
        "kind": "firms",
        "rung": "high_tech",
        "start": "2025-01-01",
        "end": "2025-12-31",
        "sheet": made,
    }
    return "officer", url, url, given, Comparison


def introduction(world):
    demand, achievement = world.demand(), world.achievement()
    url = reverse("introduce", args=[demand.pk, achievement.pk])
    given = {
        "message": "双方合适",
        "remind": "5",
        "close": "20",
        "side": ["firm", "owner"],
        "name": ["赵一", "钱二"],
        "email": ["zhao@x.example", "qian@x.example"],
    }
    return "broker", url, url, given, Introduction


@pytest.mark.parametrize("case", [milestone, upload, comparison, introduction])
def test_a_double_click_is_one_act_on_every_page(world, case):
    who, page, url, given, model = case(world)
    client = client_of(world, who)
    given["key"] = key_on(client, page)

    def send():
        body = dict(given)
        if isinstance(body.get("sheet"), bytes):
            body["sheet"] = SimpleUploadedFile("a.xlsx", body["sheet"])
        return client.post(url, body)

    first = send()
    assert first.status_code == 302, first.content.decode()[-3000:]
    count, entries = model.objects.count(), Entry.objects.count()
    again = send()
    assert again.status_code == 302
    assert again["Location"] == first["Location"]
    assert (model.objects.count(), Entry.objects.count()) == (count, entries)
    assert count
    given["key"] = "another"
    send()
    assert model.objects.count() > count or case is introduction  # one pair, one introduction


def test_what_was_refused_may_be_sent_again(world):
    client = client_of(world, "officer")
    url = reverse("contracts-new", args=["record"])
    given = {"key": key_on(client, url), "name": ""}
    assert client.post(url, given).status_code == 422
    assert client.post(url, given).status_code == 422
    assert not Sent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_that_come_together_are_one(shared_world):
    begun, answers = threading.Barrier(8), []

    def send():
        begun.wait(10)
        try:
            with acts.act(NOW) as act:
                act.key = "form:1"
                with ledger.writing():
                    ledger.record(
                        "x.y.z", subject_kind="x.y", subject_id=1, label="甲", actor=SYSTEM, at=NOW
                    )
                with ledger.writing():  # an act may write in more than one transaction
                    pass
            answers.append("done")
        except acts.Repeated:
            answers.append("repeated")
        finally:
            connections.close_all()

    before = Entry.objects.count()
    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["done", *["repeated"] * 7]
    assert Entry.objects.count() == before + 1


def test_an_act_that_failed_half_way_is_not_done(world):
    with acts.act(NOW) as act:
        act.key = "form:2"
        with pytest.raises(ZeroDivisionError), ledger.writing():
            raise ZeroDivisionError
    assert not acts.done("form:2")


def test_keys_of_old_acts_go(world):
    Sent.objects.create(key="old", at=clock.now() - timedelta(days=31))
    Sent.objects.create(key="new", at=clock.now())
    forget_acts(clock.now())
    assert [s.key for s in Sent.objects.all()] == ["new"]


def sign_in(client, world, name):
    url = reverse("account_login")
    given = {"login": world.users[name].email, "password": PASSWORD}
    assert client.post(url, given).status_code == 302


def test_a_form_sent_after_the_session_ended_stands_there_again_for_its_sender_only(world):
    url = reverse("contracts-new", args=["record"])
    typed = {"name": "打了很久的字", "amount_fen": "12"}

    def send():
        client = Client()
        sign_in(client, world, "officer")
        key = key_on(client, url)
        client.cookies.pop("sessionid")
        answer = client.post(
            url, {**typed, "key": key}, headers={"Referer": f"http://testserver{url}"}
        )
        assert answer.status_code == 401
        assert f"next={url}" in answer.content.decode()
        return client

    client = send()
    sign_in(client, world, "officer")
    assert dict(client.get(url).context["held"]) == {n: [t] for n, t in typed.items()}
    assert not client.get(reverse("contracts")).context["held"]
    other = send()
    sign_in(other, world, "broker")
    assert not other.get(url).context["held"]
    assert "打了很久的字" not in other.get(url).content.decode()


def test_what_is_held_never_holds_a_password_nor_leads_to_another_house(world):
    client = Client()
    given = {"name": "甲", "password": "geheim", "key": "1-a"}
    page = reverse("people")
    answer = client.post(page, given, headers={"Referer": "http://evil.example/x"})
    assert answer.status_code == 401
    assert client.session["held"]["page"] == page
    assert "geheim" not in client.session["held"]["typed"]
