"""Every register over JSON, from its declaration: what its pages do, an address does too."""

import json
from dataclasses import replace

import pytest
from django.test import Client

from kechuang.district.accounts.models import Membership
from kechuang.district.core import ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import REGISTERS
from kechuang.district.portal.api.shapes import columns_of
from tests.portal.test_pages import client_of
from tests.portal.test_registers import (
    EXTRA,
    PEOPLE,
    REGISTER_NAMES,
    bring_to,
    creator,
    everything,
    house,
    otherwise,
    typed,
)

__all__ = ["house"]


def body(register, house, step, **more):
    """What a program sends for a step: whole numbers in fen, lists as lists."""
    columns = {c.field: c for c in columns_of(register)}
    asked = {c.field for c in register.asked(step)} if step.asks else set()
    given = {**typed(register, house), **EXTRA.get(register.slug, {})}
    values = {n: v for n, v in given.items() if n in asked}
    for name, value in values.items():
        kind = columns[name].kind
        if kind == "fen":
            values[name] = 12_000_000
        elif kind in ("number", "trl"):
            values[name] = int(value)
        elif kind == "words":
            values[name] = [value]
    return {**({"values": values} if asked else {}), **more}


def send(client, path, given, key=""):
    headers = {"idempotency-key": key} if key else {}
    return client.post(path, json.dumps(given), content_type="application/json", headers=headers)


def made(register, house):
    who, step = creator(register, house)
    answer = send(
        client_of(house, who),
        f"/api/{register.slug}/steps/{step.name}",
        body(register, house, step, why="补录"),
    )
    assert answer.status_code == 200, answer.content.decode()
    return who, register.model.objects.get(pk=answer.json()["id"])


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_a_record_is_made_listed_narrowed_and_read(house, name):
    register = REGISTERS[name]
    before = [x.pk for x in register.model.objects.all()]
    who, thing = made(register, house)
    client = client_of(house, who)
    listed = client.get(f"/api/{register.slug}").json()
    assert sorted(x["id"] for x in listed["items"]) == sorted([*before, thing.pk])
    one = client.get(f"/api/{register.slug}/{thing.pk}").json()
    assert one["state"] == thing.state
    assert {c.field for c in columns_of(register)} <= set(one)
    for column in columns_of(register):
        if column.field in register.refers and getattr(thing, column.field) is not None:
            assert one[column.field]["code"]
    states = [s for s in register.states if s != thing.state]
    alike = register.model.objects.filter(state=thing.state).count()
    assert client.get(f"/api/{register.slug}?state={thing.state}").json()["count"] == alike
    for state in states[:1]:
        assert client.get(f"/api/{register.slug}?state={state}").json()["count"] == 0
    refused = client.get(f"/api/{register.slug}?state=nowhere")
    assert (refused.status_code, refused.json()["code"]) == (422, "api.filter_unknown")


@pytest.mark.parametrize(("name", "step_name"), everything())
def test_every_step_is_taken_over_the_api_by_who_may_and_by_no_one_else(house, name, step_name):
    register, step = REGISTERS[name], REGISTERS[name].flow.step(step_name)
    thing = bring_to(register, house, made(register, house)[1], step)
    path = f"/api/{register.slug}/{thing.pk}/steps/{step_name}"
    given = body(register, house, step, why="有理由")
    if given.get("values") and step.target in ("", *step.sources):
        given["values"] = otherwise(given["values"])
    if step.versioned:
        given["version"] = thing.version
    visitor = send(Client(), path, given)
    assert (visitor.status_code, visitor.json()["code"]) == (401, "api.sign_in")
    may = [
        n
        for n in PEOPLE
        if step.permission(house.actor(n), thing)
        and register.visible(house.actor(n)).filter(pk=thing.pk).exists()
    ]
    for who in set(PEOPLE) - set(may):
        assert send(client_of(house, who), path, given).status_code in (403, 404), who
    thing.refresh_from_db()
    assert thing.state in step.sources
    client = client_of(house, may[0])
    assert step_name in {
        s["name"] for s in client.get(f"/api/{register.slug}/{thing.pk}").json()["steps"]
    }
    if step.needs_why:
        assert send(client, path, {**given, "why": " "}).json()["code"] == "step.why_missing"
    answer = send(client, path, given)
    assert answer.status_code == 200, answer.content.decode()
    thing.refresh_from_db()
    assert answer.json()["version"] == thing.version
    assert thing.state == (step.target or sorted(step.sources)[0])
    assert ledger.history(name, thing.pk).latest("id").kind == f"{name}.{step_name}"


def test_a_step_without_or_with_an_old_version_is_refused(house):
    register = REGISTERS["registry.establishment"]
    who, thing = made(register, house)
    client, path = client_of(house, who), f"/api/establishments/{thing.pk}/steps/correct"
    without = send(client, path, {"values": {"name": "海河实验室一部"}})
    assert without.status_code == 422
    old = send(
        client,
        path,
        {"values": {"name": "海河实验室一部"}, "version": thing.version + 5, "why": "更名"},
    )
    assert (old.status_code, old.json()["code"]) == (409, "record.stale")
    right = send(
        client,
        path,
        {"values": {"name": "海河实验室一部"}, "version": thing.version, "why": "更名"},
    )
    assert right.json()["name"] == "海河实验室一部"
    assert right.json()["number"] == thing.number  # what was not sent stays as it was


def test_every_wrong_field_is_named_and_nothing_is_written(house):
    register = REGISTERS["market.achievement"]
    who, step = creator(register, house)
    entries = Entry.objects.count()
    given = body(register, house, step)
    given["values"] |= {"modes": ["赠送"], "patents": ["不是号码"], "owner": "91120000000000000X"}
    answer = send(client_of(house, who), f"/api/achievements/steps/{step.name}", given)
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json()["facts"]["errors"]} >= {"modes", "patents"}
    strange = body(register, house, step)
    strange["values"]["state"] = "published"
    answer = send(client_of(house, who), f"/api/achievements/steps/{step.name}", strange)
    assert answer.json()["code"] == "api.unreadable"
    assert Entry.objects.count() == entries
    assert not register.model.objects.exists()


def test_the_same_key_with_the_same_words_is_done_once(house):
    register = REGISTERS["registry.establishment"]
    who, step = creator(register, house)
    client, path = client_of(house, who), f"/api/establishments/steps/{step.name}"
    given = body(register, house, step, why="补录")
    answers = [send(client, path, given, "一").json()["id"] for _ in range(3)]
    assert len(set(answers)) == 1
    assert register.model.objects.count() == 1


def test_a_forged_request_is_refused(house):
    register = REGISTERS["registry.establishment"]
    who, step = creator(register, house)
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        house.users[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    given = body(register, house, step, why="补录")
    answer = send(client, f"/api/establishments/steps/{step.name}", given)
    assert (answer.status_code, answer.json()["code"]) == (403, "api.no_token")


def test_a_rival_learns_nothing_of_a_hidden_demand(house):
    hidden = house.demand(title="散热难题", confidentiality="nameless")
    closed = house.demand(title="密封难题", confidentiality="brokers")
    for who in ("visitor", "rival", "researcher"):
        client = Client() if who == "visitor" else client_of(house, who)
        text = client.get("/api/demands").content.decode()
        assert house.firm.name not in text
        assert house.firm.code not in text
        assert "密封难题" not in text
        assert client.get(f"/api/demands/{closed.pk}").status_code == 404
        assert client.get(f"/api/demands/{hidden.pk}").json()["hidden"] == ["owner"]
        assert client.get(f"/api/demands?q={house.firm.name}").json()["count"] == 0
        refused = send(client, f"/api/demands/{closed.pk}/steps/close", {"why": "x"})
        assert refused.status_code in (401, 404)


def test_a_filter_that_does_not_exist_is_refused_not_ignored(house):
    client = client_of(house, "officer")
    refused = client.get("/api/establishments?yaer=2025")
    assert (refused.status_code, refused.json()["code"]) == (422, "api.filter_unknown")


def test_a_step_without_fields_may_say_which_version_it_saw(house):
    register = REGISTERS["registry.establishment"]
    who, thing = made(register, house)
    client, path = client_of(house, who), f"/api/{register.slug}/{thing.pk}/steps/withdraw"
    refused = send(client, path, {"why": "错", "version": thing.version + 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "record.stale")
    assert send(client, path, {"why": "错", "version": thing.version}).status_code == 200


def test_a_field_that_the_law_no_longer_has_is_refused_not_dropped(house, monkeypatch):
    register = REGISTERS["registry.establishment"]
    who, _ = creator(register, house)
    given = body(register, house, register.flow.step("establish"))
    layout = register.book_layout
    fewer = replace(layout, columns=tuple(c for c in layout.columns if c.field != "number"))
    monkeypatch.setitem(current_book().layouts, register.layout, fewer)
    answer = send(client_of(house, who), f"/api/{register.slug}/steps/establish", given)
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["facts"]["errors"]] == ["number"]
    assert not register.model.objects.exists()


def test_a_repeat_is_answered_though_the_step_took_the_record_out_of_sight(house):
    register = REGISTERS["registry.establishment"]
    who, thing = made(register, house)
    client, path = client_of(house, who), f"/api/{register.slug}/{thing.pk}/steps/withdraw"
    assert send(client, path, {"why": "错"}, "k").status_code == 200
    Membership.objects.filter(user_id=house.actor(who).id).delete()
    again = send(client, path, {"why": "错"}, "k")
    assert (again.status_code, again.json()["state"]) == (200, "withdrawn")
    assert send(client, path, {"why": "别的"}, "k2").status_code == 404
