"""Every register by its pages, from its declaration: each step that a person may take is taken
through its page.
"""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kechuang.district.accounts.models import FormDraft, Membership, SavedView
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import REGISTERS, change_many, written
from kechuang.district.market.models import Achievement
from kechuang.district.portal.registers import filling
from kechuang.district.portal.registers.lists import table_of
from kechuang.district.registry.services import keep_firm
from kechuang.engines.base.sayings import Said
from tests.factories import NOW
from tests.portal.test_pages import client_of

WHY = Said("import.why_by_sheet")
PEOPLE = ("officer", "officer2", "approver", "broker", "enterprise", "researcher")


def typed(register, world):
    """What a person types into a register's form: right values, as texts."""
    firm, university = world.firm.code, world.university.code
    return {
        "wishes": {
            "about": wished(world).reference if register.slug == "wishes" else "",
            "words": "想了解中试时的温差",
            "answer": "中试温差小于3℃，可以安排您看现场",
        },
        "establishments": {
            "kind": "platform",
            "level": "municipal",
            "name": "海河实验室",
            "number": "津科〔2025〕1号",
            "operator": university,
            "approved_on": "2025-03-01",
        },
        "recognitions": {
            "firm": firm,
            "rung": "young_eagle",
            "number": "CY-1",
            "valid_from": "2025-03-01",
        },
        "contracts": {
            "name": "涂布工艺开发",
            "kind": "development",
            "seller": university,
            "buyer": firm,
            "amount_fen": "12万元",
            "signed_on": "2026-05-05",
        },
        "achievements": {
            "title": "液冷板",
            "summary": "微通道液冷板，已中试",
            "owner": university,
            "modes": ["转让"],
            "trl": "7",
        },
        "open-instruments": {
            "number": "YQ-7",
            "name": "场发射扫描电镜",
            "model": "S-4800",
            "holder": university,
            "kind": "analysis",
            "price": "320",
            "opened_on": "2024-05-01",
            "hours": "1200",
            "services": "形貌观察、能谱",
        },
        "contest-results": {
            "number": "DS-9",
            "work": "固态电池隔膜",
            "contest": "创新创业大赛",
            "level": "municipal",
            "prize": "first",
            "holder": firm,
            "awarded_on": "2025-09-01",
        },
        "firm-records": {
            "organisation": world.rival.code,
            "town": "双港镇",
            "park": "海河教育园区",
            "founded_on": "2019-05-05",
        },
        "bulletins": {
            "indicator": "sme",
            "place": "津南区",
            "as_of": "2026-04-30",
            "value": "1,204家",
            "counting": "total",
            "source": "市科技局通报",
        },
        "completeness": {
            "indicator": "technology-contract-turnover",
            "since": "2025-01-01",
            "basis": "与市技术市场登记系统逐条对过",
        },
        "figures": {
            "indicator": "rd-intensity",
            "place": "津南区",
            "period": "2025",
            "value": "3.1",
            "note": "统计局初步核算",
        },
        "demands": {
            "title": "散热",
            "problem": "快充时温差大",
            "owner": firm,
            "confidentiality": "open",
        },
    }[register.slug]


def wished(world):
    """The one achievement that the tests ask about."""
    found = Achievement.objects.filter(reference="CG-W1").first()
    return found or world.achievement(reference="CG-W1")


EXTRA = {"contracts": {"number": "HT-77", "registered_on": "2026-05-06"}}
REGISTER_NAMES = sorted(REGISTERS)


@pytest.fixture
def house(world):
    keep_firm(world.firm, {}, SYSTEM, NOW)
    return world


def post(client, url, given):
    """Fill in a form as a browser does: what the page carries along, and what the person types."""
    page = client.get(url).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(key|version)" value="([^"]*)"', page))
    return client.post(url, {**hidden, **given})


def creator(register, house):
    """Somebody who may create a record by a form, and the step."""
    for name in PEOPLE:
        for step in register.steps:
            if (
                step.creates
                and step.page
                and step.permission(house.actor(name), register.blank_for(house.actor(name)))
            ):
                return name, step
    raise AssertionError(f"nobody may create {register.name} by its page")


def made(register, house, **more):
    name, step = creator(register, house)
    url = reverse(f"{register.slug}-new", args=[step.name])
    before = register.model.objects.count()
    answer = post(client_of(house, name), url, {**typed(register, house), "why": "补录", **more})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert register.model.objects.count() == before + 1
    return register.model.objects.latest("pk")


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_a_record_is_made_listed_searched_opened_and_exported(house, name):
    register = REGISTERS[name]
    thing = made(register, house)
    assert written(register, thing)[register.listed.columns[0]] is not None
    client = client_of(house, "officer")
    if thing.state in register.half_done:
        client = client_of(house, creator(register, house)[0])
    listed = client.get(reverse(register.slug)).content.decode()
    link = reverse(f"{register.slug}-record", args=[thing.pk])
    assert link in listed
    word = str(thing)[:2]
    assert link in client.get(f"{reverse(register.slug)}?q={word}").content.decode()
    assert link not in client.get(f"{reverse(register.slug)}?q=没有这样的词").content.decode()
    assert str(thing) in client.get(link).content.decode()
    assert client.get(f"{reverse(register.slug)}?export=xlsx").status_code == 200
    for column in register.listed.columns:
        assert client.get(f"{reverse(register.slug)}?sort={column}").status_code == 200


def everything():
    return [
        (name, step.name)
        for name in REGISTER_NAMES
        for step in REGISTERS[name].steps
        if step.page and not step.creates
    ]


def bring_to(register, house, thing, step):
    """The record in a state from which the step starts: moved there behind the house's back, so
    that each step stands alone.
    """
    state = sorted(step.sources)[0]
    given = {"state": state}
    if register.slug == "contracts" and state == "registered":
        given |= {"number": "HT-1", "registered_on": "2026-05-06"}
    if register.slug == "wishes" and state == "answered":
        given |= {"answer": "可以看现场"}
    register.model.objects.filter(pk=thing.pk).update(**given)
    thing.refresh_from_db()
    return thing


def otherwise(values):
    """The same with one field said otherwise: a correction that changes nothing is refused."""
    name = next(
        n
        for n in (
            "name",
            "title",
            "work",
            "number",
            "source",
            "note",
            "town",
            "basis",
            "words",
            "answer",
        )
        if n in values
    )
    return {**values, name: values[name] + "（改）"}


@pytest.mark.parametrize(("name", "step_name"), everything())
def test_every_step_that_a_person_may_take_is_taken_through_its_page(house, name, step_name):
    register, step = REGISTERS[name], REGISTERS[name].flow.step(step_name)
    thing = bring_to(register, house, made(register, house), step)
    actors = {n: house.actor(n) for n in PEOPLE}
    who = next(
        n
        for n, a in actors.items()
        if step.permission(a, thing) and register.visible(a).filter(pk=thing.pk).exists()
    )
    client = client_of(house, who)
    url = reverse(f"{register.slug}-step", args=[thing.pk, step.name])
    assert url in client.get(reverse(f"{register.slug}-record", args=[thing.pk])).content.decode()
    asked = {c.field for c in register.asked(step)}
    values = {
        n: v
        for n, v in {**typed(register, house), **EXTRA.get(register.slug, {})}.items()
        if n in asked
    }
    values = otherwise(values) if values and step.target in ("", *step.sources) else values
    given = {**values, "why": "有理由"} if step.needs_why else values
    if step.needs_why:
        refused = post(client, url, values)
        assert refused.status_code in (422, 302)
        thing.refresh_from_db()
        assert thing.state in step.sources
    answer = post(client, url, given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    thing.refresh_from_db()
    assert thing.state == (step.target or sorted(step.sources)[0])
    told = ledger.history(name, thing.pk).latest("id")
    assert (told.kind, told.actor_id) == (f"{name}.{step_name}", actors[who].id)


def roles_and_states():
    return [(n, s.name) for n in REGISTER_NAMES for s in REGISTERS[n].steps if not s.creates]


@pytest.mark.parametrize(("name", "step_name"), roles_and_states())
def test_every_step_is_refused_to_who_may_not_and_from_where_it_does_not_start(
    house, name, step_name
):
    """State × role of every workflow: the page answers as the declaration says, and nothing moves."""
    register, step = REGISTERS[name], REGISTERS[name].flow.step(step_name)
    thing = made(register, house)
    for state in register.states:
        given = {"state": state}
        if register.slug == "contracts" and state == "registered":
            given |= {"number": "HT-1", "registered_on": "2026-05-06"}
        register.model.objects.filter(pk=thing.pk).update(**given)
        for who, actor in house.everybody.items():
            thing.refresh_from_db()
            seen = register.visible(actor).filter(pk=thing.pk).exists()
            allowed = bool(step.permission(actor, thing)) and state in step.sources
            if allowed and seen and actor.id > 0 and step.page:
                continue  # taken in the test above
            entries = Entry.objects.count()
            url = reverse(f"{register.slug}-step", args=[thing.pk, step.name])
            client = Client() if who == "visitor" else client_of(house, who)
            answer = client.post(
                url,
                {
                    **typed(register, house),
                    **EXTRA.get(register.slug, {}),
                    "why": "x",
                    "version": thing.version,
                },
            )
            assert answer.status_code in (401, 403, 404, 409, 422), (who, state)
            assert Entry.objects.count() == entries, (who, state)


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_a_form_sent_sixteen_times_is_one_record(house, name):
    register = REGISTERS[name]
    who, step = creator(register, house)
    client = client_of(house, who)
    url = reverse(f"{register.slug}-new", args=[step.name])
    page = client.get(url).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    before = register.model.objects.count()
    answers = [
        client.post(url, {**typed(register, house), "why": "x", "key": key}) for _ in range(16)
    ]
    assert {a.status_code for a in answers} == {302}
    assert len({a.headers["Location"] for a in answers}) == 1
    assert register.model.objects.count() == before + 1


def test_a_conflict_shows_what_the_other_changed_and_keeps_what_was_typed(house):
    register = REGISTERS["transfer.contract"]
    thing = made(register, house)
    one, two = client_of(house, "officer"), client_of(house, "broker")
    url = reverse("contracts-step", args=[thing.pk, "revise"])

    def form(client):
        page = client.get(url).content.decode()
        seen = re.search(r'name="seen" value="([^"]*)"', page)[1].replace("&quot;", '"')
        return {"version": re.search(r'name="version" value="(\d+)"', page)[1], "seen": seen}

    hers, his = form(one), form(two)
    values = typed(register, house)
    assert one.post(url, {**values, **hers, "amount_fen": "999元"}).status_code == 302
    answer = two.post(url, {**values, **his, "name": "改了名称"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "0.0999" in text  # the other one's amount, shown and taken over
    assert f"您打开之后，{house.actor('officer').label}改了这些" in text
    assert 'value="改了名称"' in text  # what he typed is still there
    thing.refresh_from_db()
    assert (thing.name, thing.amount_fen) == ("涂布工艺开发", 99_900)
    again = dict(re.findall(r'name="(version|amount_fen)" value="([^"]*)"', text))
    again["version"] = re.search(r'name="version" value="(\d+)"', text)[1]
    assert (
        two.post(
            url, {**values, "name": "改了名称", "amount_fen": "999元", "version": again["version"]}
        ).status_code
        == 302
    )
    thing.refresh_from_db()
    assert (thing.name, thing.amount_fen) == ("改了名称", 99_900)


def test_a_step_without_its_version_is_refused_in_words(house):
    register = REGISTERS["transfer.contract"]
    thing = made(register, house)
    url = reverse("contracts-step", args=[thing.pk, "revise"])
    answer = client_of(house, "officer").post(url, typed(register, house))
    assert answer.status_code == 422
    assert "重新打开" in answer.content.decode()


def test_a_form_is_kept_half_done_and_found_again(house):
    client = client_of(house, "officer")
    url = reverse("establishments-new", args=["establish"])
    client.post(url, {"name": "想到一半", "keep": "1"})
    assert FormDraft.objects.count() == 1
    page = client.get(url).content.decode()
    assert "想到一半" in page
    assert "草稿" in page
    assert "想到一半" not in client_of(house, "officer2").get(url).content.decode()
    values = typed(REGISTERS["registry.establishment"], house)
    assert post(client, url, values).status_code == 302
    assert not FormDraft.objects.exists()
    client.post(url, {"name": "又一个", "keep": "1"})
    client.post(url, {"drop": "1"})
    assert not FormDraft.objects.exists()


def test_a_view_is_kept_under_a_name_for_its_owner_alone(house):
    client, other = client_of(house, "officer"), client_of(house, "broker")
    url = reverse("contracts")
    client.post(f"{url}?kind=development", {"name": "开发合同", "query": "kind=development"})
    assert "开发合同" in client.get(url).content.decode()
    assert "开发合同" not in other.get(url).content.decode()
    client.post(url, {"drop": "开发合同"})
    assert not SavedView.objects.exists()


def test_a_field_that_is_not_a_persons_to_know_stands_nowhere(house):
    secret = house.demand(title="散热难题", confidentiality="nameless")
    for who in ("visitor", "rival", "researcher"):
        client = Client() if who == "visitor" else client_of(house, who)
        for url in (
            reverse("demands"),
            reverse("demands-record", args=[secret.pk]),
            "/demands/?export=xlsx",
        ):
            assert house.firm.name not in client.get(url).content.decode(errors="ignore")
        assert (
            reverse("demands-record", args=[secret.pk])
            not in client.get(f"/demands/?q={house.firm.name}").content.decode()
        )


def test_bad_values_are_refused_at_their_field_and_nothing_is_written(house):
    client = client_of(house, "officer")
    url = reverse("contracts-new", args=["record"])
    for field, bad, said in [
        ("amount_fen", "-3", "金额"),
        ("signed_on", "2199-01-01", "将来"),
        ("signed_on", "0202-13-01", "日期"),
        ("buyer", house.university.code, "同一家"),
        ("buyer", "91120112MA0000001X", "信用代码"),
        ("name", "", "必须填写"),
        ("technology_fen", "13万元", "不能大于"),
        ("name", "长" * 400, "最多"),
    ]:
        answer = post(client, url, {**typed(REGISTERS["transfer.contract"], house), field: bad})
        text = answer.content.decode()
        assert answer.status_code == 422, (field, bad)
        assert said in text, (field, bad)
        assert f'href="#id_{field}"' in text, (field, bad)
    assert not REGISTERS["transfer.contract"].model.objects.exists()


def test_nobody_writes_a_field_by_a_step_that_does_not_ask_for_it(house):
    from kechuang.district.core.registers import take

    thing = made(REGISTERS["transfer.contract"], house)
    with pytest.raises(TypeError, match="amount_fen"):
        take(
            REGISTERS["transfer.contract"],
            "register",
            thing,
            {"amount_fen": 1},
            house.actor("officer2"),
            NOW,
            version=1,
        )
    with pytest.raises(TypeError, match="version"):
        take(
            REGISTERS["transfer.contract"],
            "revise",
            thing,
            {"name": "x"},
            house.actor("officer2"),
            NOW,
        )


def test_a_list_is_not_put_in_the_order_of_what_it_may_hide(house):
    for name in REGISTER_NAMES:
        register = REGISTERS[name]
        table = table_of(register, house.actor("officer"))
        hidden = {register.heading(n) for n in register.may_hide}
        assert not [c for c in table.columns if c.label in hidden and c.sort], name
        assert (
            client_of(house, "officer").get(reverse(register.slug) + "?sort=--id").status_code
            == 200
        )


def test_a_kept_form_does_not_write_over_what_came_since(house):
    register = REGISTERS["registry.establishment"]
    thing = made(register, house)
    url = reverse("establishments-step", args=[thing.pk, "correct"])
    mine = {**typed(register, house), "name": "我改的名称", "why": "更正"}
    page = client_of(house, "officer").get(url)
    hidden = dict(
        re.findall(
            r'<input type="hidden" name="(key|version)" value="([^"]*)"', page.content.decode()
        )
    )
    seen = page.context["seen"]
    client_of(house, "officer").post(url, {**mine, **hidden, "seen": seen, "keep": "1"})
    theirs = {**typed(register, house), "number": "津科〔2025〕9号", "why": "更正"}
    assert post(client_of(house, "officer2"), url, theirs).status_code == 302
    answer = post(client_of(house, "officer"), url, {**mine, "seen": seen})
    assert answer.status_code == 409
    thing.refresh_from_db()
    assert thing.number == "津科〔2025〕9号"


def test_the_same_form_sent_twice_is_one_step_and_another_content_is_not_swallowed(house):
    register = REGISTERS["registry.establishment"]
    client, url = client_of(house, "officer"), reverse("establishments-new", args=["establish"])
    given = {**typed(register, house), "key": "k1"}
    client.post(url, given)
    client.post(url, given)
    assert register.model.objects.count() == 1
    client.post(url, {**given, "name": "另一个平台", "number": "津科〔2025〕2号"})
    assert register.model.objects.count() == 2


def test_the_history_of_a_public_record_is_not_a_rivals_to_read(house):
    thing = made(REGISTERS["registry.establishment"], house)
    url = reverse("establishments-record", args=[thing.pk])
    assert not list(client_of(house, "rival").get(url).context["history"])
    assert list(client_of(house, "auditor").get(url).context["history"])


def test_what_was_typed_is_shown_again_when_the_session_ended_meanwhile(house):
    client, url = client_of(house, "officer"), reverse("establishments-new", args=["establish"])
    client.get(url)
    client.cookies.pop("sessionid")
    answer = client.post(url, {"name": "打了很久的字", "key": "k", "csrfmiddlewaretoken": "t"})
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "打了很久的字" in page
    assert f"next={url}" in page
    assert ">t<" not in page


def test_a_party_may_be_written_by_its_name(house):
    register, client = REGISTERS["transfer.contract"], client_of(house, "officer")
    given = {**typed(register, house), "seller": house.university.name}
    url = reverse("contracts-new", args=["record"])
    assert client.post(url, {**given, "key": "k"}).status_code == 302
    assert register.model.objects.get().seller_id == house.university.pk


def test_saving_and_submitting_needs_no_change(house):
    register = REGISTERS["market.demand"]
    thing = made(register, house)
    register.model.objects.filter(pk=thing.pk).update(state="draft")
    url = reverse("demands-step", args=[thing.pk, "revise"])
    answer = post(client_of(house, "enterprise"), url, {**typed(register, house), "then": "1"})
    assert answer.status_code == 302
    thing.refresh_from_db()
    assert thing.state == "submitted"


@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_a_correction_that_changes_nothing_is_refused(house, name):
    register = REGISTERS[name]
    correcting = [s for s in register.steps if s.asks and s.target in ("", *s.sources)]
    correcting = [s for s in correcting if s.page and not s.creates]
    assert correcting
    for step in correcting:
        thing = made(register, house)
        bring_to(register, house, thing, step)
        who = next(
            n
            for n in PEOPLE
            if step.permission(house.actor(n), thing)
            and register.visible(house.actor(n)).filter(pk=thing.pk).exists()
        )
        client, url = (
            client_of(house, who),
            reverse(f"{register.slug}-step", args=[thing.pk, step.name]),
        )
        page = client.get(url)
        same = {f.name: f.value for f in page.context["form"].fields}
        entries = Entry.objects.count()
        answer = post(client, url, {**same, "why": "手滑"})
        assert answer.status_code == 422, step.name
        assert "没有改动任何一栏" in answer.content.decode()
        assert Entry.objects.count() == entries
        register.model.objects.filter(pk=thing.pk).delete()


def test_the_history_says_what_a_field_was_and_became(house):
    register = REGISTERS["registry.establishment"]
    thing = made(register, house)
    client = client_of(house, creator(register, house)[0])
    url = reverse("establishments-step", args=[thing.pk, "correct"])
    given = {**typed(register, house), "name": "海河实验室一部", "level": "national", "why": "更名"}
    assert post(client, url, given).status_code == 302
    told = ledger.history(register.name, thing.pk).latest("id").facts["values"]
    assert told == {"name": ["海河实验室", "海河实验室一部"], "level": ["municipal", "national"]}
    page = client.get(reverse("establishments-record", args=[thing.pk])).content.decode()
    assert "级别：市级 → 国家级" in re.sub(r"<[^>]+>", "", page)


def test_a_declared_record_waits_in_the_workspace_of_who_may_take_its_step_alone(house):
    register = REGISTERS["registry.contest-results"]
    thing = made(register, house)
    register.model.objects.filter(pk=thing.pk).update(state="submitted")
    link = reverse("contest-results-record", args=[thing.pk])
    assert link in client_of(house, "officer2").get("/workspace/").content.decode()
    assert link not in client_of(house, "rival").get("/workspace/").content.decode()
    register.model.objects.filter(pk=thing.pk).update(state="recognised")
    assert link not in client_of(house, "officer2").get("/workspace/").content.decode()


def waiting(client):
    return {t.url for g in client.get("/workspace/").context["groups"] for t in g.things}


def test_a_form_kept_half_done_is_found_in_the_workspace_of_who_kept_it(house):
    url = reverse("establishments-new", args=["establish"])
    client = client_of(house, "officer")
    post(client, url, {"name": "半份", "keep": "1"})
    assert url in waiting(client)
    assert url not in waiting(client_of(house, "officer2"))


def test_what_stood_in_a_draft_is_kept_nowhere_for_others(house):
    register = REGISTERS["market.demand"]
    who, step = creator(register, house)
    url = reverse("demands-new", args=[step.name])
    client = client_of(house, who)
    given = {**typed(register, house), "problem": "绝密配方XJ77泄漏"}
    assert post(client, url, given).status_code == 302
    thing = register.model.objects.latest("pk")
    revise = reverse("demands-step", args=[thing.pk, "revise"])
    assert post(client, revise, typed(register, house)).status_code == 302
    told = ledger.history(register.name, thing.pk).latest("id").facts
    assert told["changed"]
    assert "values" not in told


def _bare(page):
    """The hidden values of a record page's own buttons."""
    return dict(re.findall(r'<input type="hidden" name="(key|version)" value="([^"]*)"', page))


def test_a_button_on_an_old_page_is_refused_when_the_record_changed_meanwhile(house):
    register = REGISTERS["registry.establishment"]
    thing = made(register, house)
    client = client_of(house, creator(register, house)[0])
    record = reverse("establishments-record", args=[thing.pk])
    hidden = _bare(client.get(record).content.decode())
    changed = {**typed(register, house), "name": "另一间实验室", "why": "更名"}
    correct = reverse("establishments-step", args=[thing.pk, "correct"])
    assert post(client_of(house, "officer2"), correct, changed).status_code == 302
    withdraw = reverse("establishments-step", args=[thing.pk, "withdraw"])
    answer = client.post(withdraw, {**hidden, "why": "登记错了"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "先看看这条记录现在的内容" in page
    assert "登记错了" in page
    assert "看这条记录" in page
    thing.refresh_from_db()
    assert thing.state == "recorded"
    assert client.post(withdraw, {**_bare(page), "why": "登记错了"}).status_code == 302


def test_a_repeat_is_answered_though_the_step_was_the_last_one_may_take(house):
    register = REGISTERS["registry.establishment"]
    thing = made(register, house)
    client = client_of(house, "officer")
    hidden = _bare(client.get(reverse("establishments-record", args=[thing.pk])).content.decode())
    withdraw = reverse("establishments-step", args=[thing.pk, "withdraw"])
    sent = {**hidden, "why": "重复"}
    assert client.post(withdraw, sent).status_code == 302
    Membership.objects.filter(user_id=house.actor("officer").id).delete()
    entries = Entry.objects.count()
    assert client.post(withdraw, sent).status_code == 302
    assert client.post(withdraw, {**sent, "why": "换个说法"}).status_code == 404
    assert Entry.objects.count() == entries


def test_a_new_owner_reads_nothing_of_what_happened_under_another(house):
    register = REGISTERS["registry.contest-results"]
    thing = made(register, house)
    bring_to(register, house, thing, next(s for s in register.steps if s.name == "submit"))
    register.model.objects.filter(pk=thing.pk).update(state="recognised")
    url = reverse("contest-results-step", args=[thing.pk, "correct"])
    given = {**typed(register, house), "holder": house.rival.code, "why": "原单位报错了"}
    assert post(client_of(house, "officer"), url, given).status_code == 302
    page = reverse("contest-results-record", args=[thing.pk])
    assert not client_of(house, "rival").get(page).context["history"]
    assert len(client_of(house, "officer").get(page).context["history"]) > 1


def test_the_history_of_a_long_text_shows_where_it_differs(house):
    register = REGISTERS["market.demand"]
    thing = made(register, house)
    register.model.objects.filter(pk=thing.pk).update(state="published", problem="甲" * 900 + "乙")
    who = next(n for n in PEOPLE if register.flow.step("amend").permission(house.actor(n), thing))
    url = reverse("demands-step", args=[thing.pk, "amend"])
    given = {**typed(register, house), "problem": "甲" * 900 + "丙", "why": "笔误"}
    assert post(client_of(house, who), url, given).status_code == 302
    was, now = ledger.history(register.name, thing.pk).latest("id").facts["values"]["problem"]
    assert (was, now) == ("…" + "甲" * 40 + "乙", "…" + "甲" * 40 + "丙")


def test_ones_own_submitted_record_does_not_wait_for_oneself(house):
    register = REGISTERS["registry.contest-results"]
    thing = made(register, house)
    register.model.objects.filter(pk=thing.pk).update(state="submitted")
    link = reverse("contest-results-record", args=[thing.pk])
    assert link not in client_of(house, "officer").get("/workspace/").content.decode()
    assert link in client_of(house, "officer2").get("/workspace/").content.decode()


def test_a_figure_far_from_the_last_is_asked_about_on_its_form_and_in_the_api(house):
    client, url = client_of(house, "officer"), reverse("figures-new", args=["report_figure"])
    usual = typed(REGISTERS["plan.figure"], house)
    assert post(client, url, {**usual, "period": "2024"}).status_code == 302
    odd = {**usual, "value": "31,000"}
    asked = post(client, url, odd)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "单位是不是写成了万元" in page
    assert "请核对下面几处" in page
    assert 'name="sure"' in page
    assert "31,000" in page
    path = "/api/figures/steps/report_figure"
    sent = {"values": odd}
    refused = client.post(path, sent, content_type="application/json")
    assert refused.json()["facts"]["errors"][0]["code"] == "figure.jump_unit"
    assert post(client, url, {**odd, "sure": "1"}).status_code == 302
    made = REGISTERS["plan.figure"].model.objects.get(period="2025")
    assert made.value == "31000"
    again = {"values": {**odd, "period": "2026-03"}, "sure": True}
    assert client.post(path, again, content_type="application/json").status_code == 200


def test_a_file_goes_with_its_record_and_is_for_who_reads_the_history(house):
    client, url = client_of(house, "officer"), reverse("figures-new", args=["report_figure"])
    proof = SimpleUploadedFile("统计局函.pdf", b"%PDF-1.4 proof")
    given = {**typed(REGISTERS["plan.figure"], house), "evidence": proof}
    assert post(client, url, given).status_code == 302
    made = REGISTERS["plan.figure"].model.objects.get()
    where = reverse("figures-file", args=[made.pk, "evidence"])
    assert where in client.get(reverse("figures-record", args=[made.pk])).content.decode()
    assert client.get(where).content == b"%PDF-1.4 proof"
    REGISTERS["plan.figure"].model.objects.update(state="confirmed")
    assert client_of(house, "rival").get(where).status_code == 404
    assert client.get(reverse("figures-file", args=[made.pk, "value"])).status_code == 404
    revise = reverse("figures-step", args=[made.pk, "revise_figure"])
    REGISTERS["plan.figure"].model.objects.update(state="reported")
    assert post(client, revise, {**typed(REGISTERS["plan.figure"], house), "note": "改"})
    made.refresh_from_db()
    assert (made.note, made.evidence_name) == ("改", "统计局函.pdf")


def test_a_file_that_is_too_large_is_refused_at_its_field(house, monkeypatch):
    monkeypatch.setattr(filling, "MOST_BYTES", 5)
    client, url = client_of(house, "officer"), reverse("figures-new", args=["report_figure"])
    given = {
        **typed(REGISTERS["plan.figure"], house),
        "evidence": SimpleUploadedFile("a", b"123456"),
    }
    assert post(client, url, given).status_code == 422
    assert not REGISTERS["plan.figure"].model.objects.exists()


def test_a_file_stays_with_a_form_that_asks_and_another_file_is_another_act(house):
    client, url = client_of(house, "officer"), reverse("figures-new", args=["report_figure"])
    usual = typed(REGISTERS["plan.figure"], house)
    assert post(client, url, {**usual, "period": "2024"}).status_code == 302
    odd = {**usual, "value": "31000", "key": "k1"}
    asked = client.post(url, {**odd, "evidence": SimpleUploadedFile("a.pdf", b"one")})
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "已收到：a.pdf" in page
    token = re.search(r'name="evidence_sent" value="([^"]+)"', page)[1]
    assert client.post(url, {**odd, "sure": "1", "evidence_sent": token}).status_code == 302
    made = REGISTERS["plan.figure"].model.objects.get(period="2025")
    where = reverse("figures-file", args=[made.pk, "evidence"])
    assert client.get(where).content == b"one"
    revise = reverse("figures-step", args=[made.pk, "revise_figure"])
    for data in (b"two", b"three"):
        made.refresh_from_db()
        sent = {**odd, "sure": "1", "version": made.version, "note": data.decode()}
        answer = client.post(revise, {**sent, "evidence": SimpleUploadedFile("a.pdf", data)})
        assert answer.status_code == 302
    assert client.get(where).content == b"three"
    told = ledger.history("plan.figure", made.pk).latest("id").facts["values"]["evidence"]
    assert told[0] != told[1]
    stolen = client_of(house, "officer2").post(
        url, {**usual, "period": "2023", "key": "k2", "sure": "1", "evidence_sent": token}
    )
    assert stolen.status_code == 302
    assert not REGISTERS["plan.figure"].model.objects.get(period="2023").evidence


def test_a_reason_of_the_house_itself_is_said_in_the_readers_language(house):
    register = REGISTERS["registry.establishment"]
    thing = made(register, house)
    officer = house.actor("officer")
    with ledger.writing():
        change_many(register, "correct", [(thing, {"name": "乙"})], officer, NOW, WHY)
    page = reverse("establishments-record", args=[thing.pk])
    client = client_of(house, "officer")
    assert str(WHY) in client.get(page).content.decode()
    assert str(WHY) not in client.get(f"/en{page}").content.decode()


def test_a_filter_by_years_is_called_in_the_readers_language(house):
    client = client_of(house, "officer")
    assert "As of (year)" in client.get("/en/bulletins/").content.decode()
    assert "截至日期（年）" in client.get("/bulletins/").content.decode()
