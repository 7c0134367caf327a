"""Wishes on pages: the buttons of a record, the broker's desk, and what a rival cannot find out."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.district.core import worker
from kechuang.district.market.models import Wish
from kechuang.engines.sheets.plain import read_sheet
from tests.portal.test_pages import client_of
from tests.portal.test_registers import post
from tests.rooms.test_wishes import answer, ask

HINTS = ("ask_introduction", "ask_question", "follow")


def record(thing):
    slug = "achievements" if thing._meta.model_name == "achievement" else "demands"
    return reverse(f"{slug}-record", args=[thing.pk])


def offered(world, who, thing):
    """The wishes that a record's page offers to somebody."""
    client = Client() if who == "visitor" else client_of(world, who)
    page = client.get(record(thing)).content.decode()
    return set(re.findall(r'"/wishes/new/(\w+)/\?', page))


def test_a_records_page_offers_wishes_to_the_other_side_alone(world):
    achievement, demand = world.achievement(), world.demand(confidentiality="nameless")
    for who in world.everybody:
        wanted = set(HINTS) if who in ("enterprise", "rival") else set()
        assert offered(world, who, achievement) == wanted, who
        wanted = set(HINTS) if who == "researcher" else set()
        assert offered(world, who, demand) == wanted, who


def test_asking_from_the_page_fills_in_the_number_and_keeps_a_nameless_firm_nameless(world):
    demand = world.demand(confidentiality="nameless")
    client = client_of(world, "researcher")
    url = f"/wishes/new/ask_question/?demand={demand.pk}"
    page = client.get(url).content.decode()
    assert f'value="{demand.reference}"' in page
    assert demand.title in page
    assert post(client, url, {"about": demand.reference, "words": "多大功率？"}).status_code == 302
    wish = Wish.objects.get()
    assert wish.demand == demand
    for address in (f"/wishes/{wish.pk}/", "/wishes/", record(demand), "/wishes/?export=xlsx"):
        assert world.firm.name not in client.get(address).content.decode(errors="ignore")
    assert world.firm.name not in client.get(f"/api/wishes/{wish.pk}").content.decode()


def test_following_is_one_click_and_so_is_stopping(world):
    achievement, client = world.achievement(), client_of(world, "enterprise")
    address = f"/wishes/new/follow/?achievement={achievement.pk}"
    page = client.get(record(achievement)).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page[page.index(address) :])[1]
    given = {"about": achievement.reference, "key": key}
    assert client.post(address, given).status_code == 302
    assert client.post(address, given).status_code == 302
    wish = Wish.objects.get()
    page = client.get(record(achievement)).content.decode()
    assert address not in page
    assert "不再关注" in page
    assert post(client, f"/wishes/{wish.pk}/steps/end/", {}).status_code == 302
    assert "不再关注" not in client.get(record(achievement)).content.decode()


def test_the_owner_and_a_rival_see_no_trace_of_a_wish(world):
    achievement = world.achievement()
    pages = {}
    for step in (None, "ask_introduction", "follow"):
        if step:
            ask(world, achievement, step=step)
        for who in ("visitor", "rival", "researcher", "administrator"):
            client = Client() if who == "visitor" else client_of(world, who)
            for address in (record(achievement), "/wishes/", "/api/wishes", "/workspace/"):
                text = re.sub(
                    r'(name="key" value|csrfmiddlewaretoken" value)="[^"]*"',
                    "",
                    client.get(address).content.decode(),
                )
                assert pages.setdefault((who, address), text) == text, (who, address, step)
    assert "甲电池" in client_of(world, "broker").get(record(achievement)).content.decode()


@pytest.mark.parametrize("who", ["enterprise", "rival", "researcher"])
def test_no_form_and_no_address_tells_a_hidden_number_from_none(world, who):
    hidden = world.demand(confidentiality="brokers", reference="XQ-S1")
    draft = world.achievement(state="submitted", reference="CG-S2", owner=world.bureau)
    client = client_of(world, who)

    def told(answer):
        gone = re.compile(r"XQ-S1|CG-S2|XX-NONE|csrfmiddlewaretoken\" value=\"\w+|\d+-[0-9a-f]{32}")
        return answer.status_code, gone.sub("", answer.content.decode())

    for step in HINTS:
        seen = set()
        for number in (hidden.reference, draft.reference, "XX-NONE"):
            words = {} if step == "follow" else {"words": "?"}
            page = told(post(client, f"/wishes/new/{step}/", {"about": number, **words}))
            api = client.post(
                f"/api/wishes/steps/{step}",
                json.dumps({"values": {"about": number, **words}}),
                content_type="application/json",
            )
            seen.add((*page, *told(api)))
        assert len(seen) == 1, step
    if who != "enterprise":
        for side, thing in (("demand", hidden), ("achievement", draft)):
            got = {
                re.sub(r"\d+", "", str(told(client.get(f"/wishes/new/follow/?{side}={pk}"))))
                for pk in (thing.pk, 999_999)
            }
            assert len(got) == 1
    assert not Wish.objects.exists()


def test_an_open_wish_stands_on_the_brokers_desk_until_it_is_answered(world):
    wish = ask(world, world.achievement())
    ask(world, world.achievement(title="只关注"), step="follow")
    address = reverse("wishes-record", args=[wish.pk])

    def waits(who):
        desk = client_of(world, who).get("/workspace/")
        found = {t.url: t.verb for g in desk.context["groups"] for t in g.things}
        assert not [u for u in found if u.startswith("/wishes/") and u != address]
        return found.get(address)

    assert waits("broker") == waits("officer") == "答复"
    assert [w for w in ("enterprise", "rival", "researcher", "auditor") if waits(w)] == []
    answer(world, wish, "可以")
    assert waits("broker") is None


def test_a_broker_is_led_to_the_pair_and_the_wish_is_taken_up(world):
    achievement, demand = world.achievement(), world.demand()
    wish = ask(world, achievement)
    client = client_of(world, "broker")
    pair = reverse("introduce", args=[demand.pk, achievement.pk])
    assert pair in client.get(f"/wishes/{wish.pk}/").content.decode()
    asker = client_of(world, "enterprise")
    assert pair not in asker.get(f"/wishes/{wish.pk}/").content.decode()
    worker.drain()
    made = world.introduction(demand, achievement)
    worker.drain()
    page = asker.get(f"/wishes/{wish.pk}/").content.decode()
    assert reverse("introduction", args=[made.pk]) in page
    assert "已发起对接" in page


def test_a_broker_learns_when_the_asker_has_published_nothing_to_bring_together(world):
    wish = ask(world, world.achievement())
    page = client_of(world, "broker").get(f"/wishes/{wish.pk}/").content.decode()
    assert "还没有发布需求" in page


def test_the_page_of_a_wish_about_what_became_secret_names_it_no_more(world):
    demand = world.demand(title="后来保密的难题")
    wish = ask(world, demand, "researcher", words="请教")
    type(demand).objects.filter(pk=demand.pk).update(confidentiality="brokers")
    client = client_of(world, "researcher")
    for address in (f"/wishes/{wish.pk}/", "/wishes/", f"/api/wishes/{wish.pk}", "/workspace/"):
        assert "后来保密" not in client.get(address).content.decode(), address
    assert "它现在不对您开放" in client.get(f"/wishes/{wish.pk}/").content.decode()
    export = client.get("/wishes/?export=xlsx").content
    assert "后来保密" not in str(read_sheet(export, "x.xlsx").rows)
    assert "后来保密" in client_of(world, "broker").get(f"/wishes/{wish.pk}/").content.decode()
