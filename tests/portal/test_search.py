"""Finding over everything: what exists for a person is found and counted, nothing else is."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.district.core import books
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.registers import REGISTERS
from kechuang.district.portal.deeds import deeds_for
from kechuang.district.portal.search import find
from kechuang.district.registry.services import keep_firm
from tests.factories import NOW
from tests.portal.test_pages import OUTSIDERS, SECRET, client_of, full
from tests.portal.test_registers import REGISTER_NAMES, made
from tests.rooms.test_wishes import ask

__all__ = ["full"]
MOST_QUERIES = 8


def counts(world, who, words, limit=5):
    return {f.kind: f.count for f in find(world.actor(who), words, limit)}


def page_of(world, who, words, more=""):
    client = Client() if who == "visitor" else client_of(world, who)
    return client.get(f"/search/?q={words}{more}").content.decode()


def test_everybody_finds_what_is_public_and_staff_the_rest(full):
    ask(full, full.result)
    assert counts(full, "visitor", "电池") == {"achievements": 1, "demands": 2}
    assert counts(full, "broker", "电池")["demands"] == 3
    assert counts(full, "broker", "电池") == {
        "achievements": 1,
        "demands": 3,
        "contracts": 1,
        "introductions": 1,
        "wishes": 1,
    }
    assert counts(full, "enterprise", "液冷")["wishes"] == 1
    assert counts(full, "broker", "固态电解质 微通道")["introductions"] == 1  # one word a side
    assert "introductions" not in counts(full, "broker", "固态电解质 没有这样的词")
    assert "wishes" not in counts(full, "rival", "液冷")


@pytest.mark.parametrize("who", OUTSIDERS)
def test_what_is_secret_is_found_and_counted_for_no_outsider(full, who):
    for words in (SECRET, "固态电解质", "机密内容", "甲电池 隐名", f"{full.firm.code} 隐名"):
        assert counts(full, who, words) == {}, words
        for more in ("", "&part=1"):
            page = page_of(full, who, words, more)
            assert f"/demands/{full.secret.pk}/" not in page
            assert SECRET not in page.replace(words, "")
    nameless = page_of(full, who, "隐名")
    assert f"/demands/{full.nameless.pk}/" in nameless
    assert full.firm.name not in nameless


def test_a_rivals_search_tells_nothing_of_contracts_wishes_and_introductions(full):
    ask(full, full.result)
    for words in ("TJ-1", "意向", "甲电池有限公司", "请求介绍"):
        held = counts(full, "rival", words)
        assert not {"contracts", "wishes", "introductions", "firm-records"} & set(held), words


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_a_record_of_every_register_is_found_by_who_may_open_its_list(full, name):
    register = REGISTERS[name]
    keep_firm(full.firm, {}, SYSTEM, NOW)
    thing = made(register, full)
    if register.half_done:
        register.model.objects.filter(pk=thing.pk).update(state=list(register.states)[-2])
    page = {"firm-records": "firm"}.get(register.slug, f"{register.slug}-record")
    url = reverse(page, args=[thing.pk])
    for who in ("officer", "reviewer", "visitor"):
        actor = full.actor(who)
        may = register.public or actor.has(*register.menu)
        visible = register.visible(actor).filter(pk=thing.pk).exists()
        found = {h.url for f in find(actor, str(thing)[:4], 50) for h in f.hits}
        assert (url in found) == (may and visible), who


@pytest.mark.parametrize("who", ["visitor", "rival", "researcher", "officer"])
def test_each_kind_counts_as_its_own_list_does_and_every_link_opens(full, who):
    client = Client() if who == "visitor" else client_of(full, who)
    for words in ("电池", "隐名", "甲", "2026", "TJ"):
        for found in find(full.actor(who), words, 3):
            for hit in found.hits:
                assert client.get(hit.url).status_code == 200, hit
            listed = client.get(found.url)
            assert listed.status_code == 200
            if total := re.search(r"共 (\d+) 条", listed.content.decode()):
                assert int(total[1]) == found.count, (found.kind, words)


def test_policies_targets_and_tasks_are_found_by_name_and_number(world):
    found = {f.kind: f for f in find(world.actor("visitor"), "技术合同 成交额", 5)}
    assert found["targets"].hits[0].url.startswith("/plan/targets/technology-contract-turnover/")
    assert "policies" in counts(world, "visitor", "高新技术企业")
    assert "policies" in counts(world, "visitor", "国科发火〔2016〕32号")
    assert counts(world, "visitor", "高新技术企业 没有这样的词") == {}
    client = Client()
    for kind in find(world.actor("visitor"), "科技", 50):
        for hit in kind.hits:
            assert client.get(hit.url).status_code == 200, hit


@pytest.mark.parametrize("who", ["visitor", "enterprise", "broker", "officer"])
def test_finding_asks_the_database_seldom_however_much_there_is(full, who, monkeypatch):
    monkeypatch.setattr(books, "_LOOK_AGAIN", 3600)
    books.current_book()
    for name in REGISTER_NAMES:
        if name not in ("registry.firm", "market.wish"):
            keep_firm(full.firm, {}, SYSTEM, NOW)
            made(REGISTERS[name], full)
    for n in range(4):
        ask(full, full.achievement(title=f"又一项电池成果{n}"))
    actor = full.actor(who)
    for words in ("电", "2", "甲", "津"):
        with CaptureQueriesContext(connection) as asked:
            find(actor, words, 8)
        assert len(asked) <= MOST_QUERIES, [q["sql"][:90] for q in asked]


def test_nothing_found_says_what_would_help(world):
    page = page_of(world, "visitor", "没有这样的词")
    assert "少写几个词" in page
    assert f"{reverse('account_login')}?next=" in page
    assert "从工作台登记或导入" in page_of(world, "officer", "没有这样的词")
    empty = page_of(world, "visitor", "")
    assert "少写几个词" not in empty
    assert "找到 0 条" not in empty


def test_a_question_is_no_code_and_no_pattern(world):
    world.achievement(title="纯度100%的电解液")
    assert counts(world, "visitor", "100%的") == {"achievements": 1}
    for words in ("%", "_", "'", '"><script>x</script>', "\x00", "长" * 5000):
        answer = Client().get("/search/", {"q": words})
        assert answer.status_code == 200
        assert "<script>x" not in answer.content.decode()
    assert "achievements" not in counts(world, "visitor", "1_0")


def test_every_page_has_the_box_and_the_palette_with_what_one_may_begin(world):
    for who in ("visitor", *world.users):
        client = Client() if who == "visitor" else client_of(world, who)
        page = client.get("/plan/").content.decode()
        assert page.count('id="search-q"') == 1
        assert page.count('<dialog class="palette"') == 1
        deeds = deeds_for(world.actor(who))
        for url, label in deeds:
            assert f'href="{url}">{label}</a>' in page
            assert client.get(url).status_code == 200, (who, url)
        assert ("/contracts/new/record/" in page) == (who in ("officer", "officer2", "broker")), who
    assert deeds_for(world.actor("visitor")) == []
    assert "技术合同 · 记录合同" in {label for _, label in deeds_for(world.actor("officer"))}
    english = client_of(world, "officer").get("/en/plan/").content.decode()
    assert 'href="/en/contracts/new/record/">' in english


def test_the_palettes_part_is_a_part_and_in_the_readers_script(full):
    part = page_of(full, "visitor", "电池", "&part=1")
    assert "<html" not in part
    assert 'role="option"' in part
    traditional = Client().get("/zh-hant/search/?q=电池&part=1").content.decode()
    assert "電池" in traditional
    assert Client().post("/search/", {"q": "x"}).status_code == 405
