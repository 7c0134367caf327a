"""The index over all registers: it finds what a person may see, follows changes, and heals."""

from datetime import date

import pytest
from django.test import Client

from kechuang.district.accounts.services import keep_organisation
from kechuang.district.core import search, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.registers import REGISTERS
from kechuang.district.market.models import Demand, Introduction, Invitation
from kechuang.district.portal.search import answer
from kechuang.district.registry.services import keep_firm
from kechuang.engines.search import EVERYBODY
from tests.factories import NOW
from tests.portal.test_pages import OUTSIDERS, SECRET, client_of, full
from tests.portal.test_registers import REGISTER_NAMES, made
from tests.rooms.test_wishes import ask

__all__ = ["full"]


def counts(world, who, words):
    return {f.kind: f.count for f in answer(world.actor(who), words, 5).found}


def list_total(client, url, words):
    return client.get(url, {"q": words}).context["total"]


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_faces_open_for_whom_the_record_is_visible_and_nobody_else(full, name):
    """Who holds a key of a face sees the record, in every state of it; and the other way round."""
    register = REGISTERS[name]
    keep_firm(full.firm, {}, SYSTEM, NOW)
    thing = made(register, full)
    numbered = {"number": "T-1", "registered_on": date(2026, 10, 1)}
    more = numbered if name == "transfer.contract" else {}
    for state in register.states:
        register.model.objects.filter(pk=thing.pk).update(state=state, **more)
        row = register.model.objects.get(pk=thing.pk)
        keys = frozenset().union(*(f.keys for f in register.faces(row)))
        for who, actor in full.everybody.items():
            opened = EVERYBODY in keys or bool(keys & search.keys_of(actor))
            visible = register.visible(actor).filter(pk=thing.pk).exists()
            assert opened == visible, (state, who)


@pytest.mark.parametrize("level", ["open", "nameless", "brokers"])
@pytest.mark.parametrize("state", ["draft", "submitted", "published", "paused", "retracted"])
def test_a_demands_faces_are_its_permission(full, level, state):
    demand = full.demand(confidentiality=level)
    Demand.objects.filter(pk=demand.pk).update(state=state)
    demand.refresh_from_db()
    register = REGISTERS["market.demand"]
    faces = register.faces(demand)
    for who, actor in full.everybody.items():
        held = search.keys_of(actor) | {EVERYBODY}
        mine = next((f for f in faces if f.keys & held), None)
        visible = register.visible(actor).filter(pk=demand.pk).exists()
        assert (mine is not None) == visible, who
        if mine and "owner" in register.hides(actor, demand):
            assert full.firm.name not in str(mine.text)


def test_what_was_asked_for_is_found(full):
    full.achievement(title="电池包温控", patents=["202010123456.7"], summary="用于动力电池的热管理")
    full.achievement(title="无人机航线", summary="tail and main", keywords=[])
    search.rebuild()
    for words in ("UAV", "ZL 2020 1 0123456.7", "202010123456.7"):
        assert counts(full, "visitor", words)["achievements"] == 1, words
    assert counts(full, "visitor", "动力电池热管理")["achievements"] == 2
    assert "achievements" not in counts(full, "visitor", "AI")
    reference = full.result.reference
    assert counts(full, "visitor", reference.lower().replace("-", " "))["achievements"] == 1
    page = Client().get("/achievements/", {"q": "UAV"}).content.decode()
    assert "无人机航线" in page
    told = Client().get("/api/v1/achievements", {"q": "UAV"})
    if told.status_code == 200:
        assert told.json()["count"] == 1
    assert "<mark>" in Client().get("/search/?q=热管理").content.decode()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_what_is_secret_is_told_to_no_outsider_by_the_index(full, who):
    """They are told the same, to the count, as if the secret had never been written."""
    client = Client() if who == "visitor" else client_of(full, who)

    def told():
        search.rebuild()
        for words in (
            SECRET,
            "固态电解质",
            "机密内容",
            "甲电池 隐名",
            f"{full.firm.code} 隐名",
            SECRET[:-1],
        ):
            answered = answer(full.actor(who), words, 5)
            assert not answered.simply
            assert all(SECRET not in p.text for p in answered.proposals)
            page = client.get("/search/", {"q": words, "part": "1"}).content.decode()
            assert f"/demands/{full.secret.pk}/" not in page
            yield words, answered, list_total(client, "/demands/", words)

    with_it = list(told())
    Invitation.objects.filter(introduction__demand=full.secret).delete()
    Introduction.objects.filter(demand=full.secret).delete()
    Demand.objects.filter(pk=full.secret.pk).delete()
    assert with_it == list(told())


def test_who_may_see_a_secret_finds_it(full):
    search.rebuild()
    assert counts(full, "broker", "固态电解质")["demands"] == 1


def test_what_nothing_holds_all_of_is_found_in_part_and_the_page_says_so(full):
    search.rebuild()
    told = answer(full.actor("visitor"), "电池 区块链", 5)
    assert told.partly
    assert [f.kind for f in told.found] == ["achievements", "demands"]
    page = Client().get("/search/?q=电池+区块链").content.decode()
    assert "写到多的在前" in page
    assert "去掉“区块链”" in page
    assert "写到多的在前" in Client().get("/achievements/?q=电池+区块链").content.decode()
    assert not answer(full.actor("visitor"), "电池", 5).partly


def test_the_index_counts_as_the_lists_do(full):
    ask(full, full.result)
    search.rebuild()
    for who in ("visitor", "rival", "enterprise", "researcher", "officer"):
        client = Client() if who == "visitor" else client_of(full, who)
        for words in ("电池", "隐名", "甲", "2026", "TJ"):
            for found in answer(full.actor(who), words, 3).found:
                for hit in found.hits:
                    assert client.get(hit.url).status_code == 200, hit
                listed = client.get(found.url)
                if listed.context and "total" in listed.context and "table" in listed.context:
                    assert listed.context["total"] == found.count, (who, words, found.kind)


def test_a_change_is_hidden_at_once_and_found_after_the_worker(full):
    worker.drain()
    search.rebuild()
    new = full.achievement(title="钙钛矿叠层组件")
    assert "achievements" not in counts(full, "visitor", "钙钛矿")
    worker.drain()
    assert counts(full, "visitor", "钙钛矿") == {"achievements": 1}
    type(new).objects.filter(pk=new.pk).update(state="paused")
    assert answer(full.actor("visitor"), "钙钛矿", 5).found[0].hits == ()


def test_a_broken_index_says_so_and_heals(full, data_folder):
    search.rebuild()
    assert counts(full, "visitor", "电池")["achievements"] == 1
    folder = data_folder / "index" / "search"
    for path in folder.rglob("meta.json"):
        path.write_text("no index")
    search._open.clear()
    page = Client().get("/search/?q=电池").content.decode()
    assert "只能按原词查找" in page
    assert full.result.title in page
    assert search.heal()
    assert not search.heal()
    assert "只能按原词查找" not in Client().get("/search/?q=电池").content.decode()


def test_nothing_found_says_which_word_may_go(full):
    search.rebuild()
    told = answer(full.actor("visitor"), "动力电池 区块链", 5)
    assert told.partly
    assert [p.dropped for p in told.proposals] == ["区块链"]
    page = Client().get("/search/?q=动力电池 区块链").content.decode()
    assert "去掉“区块链”" in page


def test_a_renamed_firm_is_found_by_its_new_name_in_all_that_names_it(full):
    keep_firm(full.firm, {}, SYSTEM, NOW)
    worker.drain()
    search.rebuild()
    before = counts(full, "officer", f'"{full.firm.name}"')
    assert before["firm-records"] == 1
    name = "天津市蓝鲸重工有限公司"
    assert counts(full, "officer", '"蓝鲸重工"') == {}
    keep_organisation(full.firm.code, name, full.firm.kind, full.actor("officer"), NOW)
    worker.drain()
    found = counts(full, "officer", '"蓝鲸重工"')
    assert found["firm-records"] == 1
    assert found["demands"] == before["demands"]
    assert client_of(full, "officer").get("/firms/", {"q": "蓝鲸"}).context["total"] == 1
