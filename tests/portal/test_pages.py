"""Every page for every role: it opens or refuses, never breaks, and tells no more than its reader
may know.
"""

import os
import re
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.district.accounts.queries import actor_of
from kechuang.district.accounts.services import add_person, grant
from kechuang.district.core import books, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.registers import REGISTERS
from kechuang.district.market.models import Demand
from kechuang.district.portal.script import convert_page
from kechuang.district.registry.services import keep_firm
from kechuang.engines.base.sayings import LOCALE
from kechuang.engines.sheets.plain import read_sheet
from tests.factories import NOW, PASSWORD, token_of
from tests.steps import recognise as record

SECRET = "机密的固态电解质"
FIRM = "甲电池"


def client_of(world, name):
    client = Client(raise_request_exception=True)
    if name != "visitor":
        client.force_login(
            world.users[name], backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return client


@pytest.fixture
def full(world):
    """A world with something on every page."""
    world.open = world.demand()
    world.nameless = world.demand(title="隐名的散热难题", confidentiality="nameless")
    world.secret = world.demand(title=SECRET, confidentiality="brokers", problem="机密内容 电池")
    world.result = world.achievement()
    world.signed = world.contract("TJ-1", 1_000_000)
    world.going = world.introduction(world.secret, world.result)
    world.token = token_of(world.going.invitations.last())
    worker.drain()
    return world


def addresses(w):
    named = [
        "home",
        "plan",
        "bodies",
        "bulletins",
        "roles",
        "achievements",
        "demands",
        "introductions",
        "tasks",
        "returns",
        "reports",
        "layout-check",
        "drafts",
        "figures",
        "comparisons",
        "ranks",
        "establishments",
        "policies",
        "contracts",
        "recognitions",
        "workspace",
        "inbox",
        "imports",
        "firms",
        "doubts",
        "ledger",
        "people",
        "person-invite",
        "organisation-new",
        "letters",
        "contacts",
        "account_login",
        "outbox",
    ]
    found = [reverse(n) for n in named]
    found += [
        reverse("target", args=[t])
        for t in ("technology-contract-turnover", "rd-intensity", "gazelle")
    ]
    for d in (w.open, w.nameless, w.secret):
        found += [reverse(n, args=[d.pk]) for n in ("demands-record", "demand-matches")]
        found.append(reverse("demands-step", args=[d.pk, "amend"]))
        found.append(reverse("introduce", args=[d.pk, w.result.pk]))
    found += [
        reverse(n, args=[w.result.pk]) for n in ("achievements-record", "achievement-matches")
    ]
    found += [
        reverse(f"{r.slug}-new", args=[s.name])
        for r in REGISTERS.values()
        for s in r.steps
        if s.creates
    ]
    found += [
        reverse("introduction", args=[w.going.pk]),
        reverse("contracts-record", args=[w.signed.pk]),
        reverse("answer", args=[w.token]),
    ]
    found += [
        reverse("report", args=["monthly", "2026-10"]),
        reverse("policy", args=["gaoxin-2016"]),
    ]
    found += [
        reverse("task", args=[1]),
        reverse("task-desk", args=[1]),
        reverse("owed", args=["broken"]),
        reverse("answer-return", args=["broken", 1]),
        reverse("code"),
        reverse("start", args=["broken"]),
        reverse("prove-address", args=["broken"]),
    ]
    found += [
        reverse("import-new", args=["demands"]),
        reverse("import-template", args=["firms"]),
        reverse("answer", args=["broken"]),
    ]
    return found


def plain(answer):
    """A page without its tokens and its numbers."""
    tokens = re.sub(r'(csrfmiddlewaretoken|name="key)" value="[\w-]+"', "", answer.content.decode())
    return re.sub(r"\d+", "", tokens)


OUTSIDERS = ("visitor", "rival", "researcher", "reviewer", "administrator")


def test_no_page_breaks_for_anybody_and_outsiders_read_no_secret(full):
    for name in ("visitor", *full.users):
        client = client_of(full, name)
        for address in addresses(full):
            answer = client.get(address)
            assert answer.status_code in (200, 302, 403, 404, 409, 422), (name, address)
            if name in OUTSIDERS and "/answer/" not in address:
                text = answer.content.decode(errors="ignore")
                assert SECRET not in text, (name, address)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_a_secret_is_as_absent_as_what_never_was(full, name):
    client = client_of(full, name)
    for route in ("demands-record", "demand-matches"):
        hidden, absent = (client.get(reverse(route, args=[pk])) for pk in (full.secret.pk, 999_999))
        assert hidden.status_code == absent.status_code, route
        assert plain(hidden) == plain(absent)
    for query in (f"?q={SECRET}", "?q=机密", f"?q={FIRM}&level=brokers", "?export=xlsx"):
        answer = client.get(reverse("demands") + query)
        body = answer.content
        if "export" in query:
            rows = read_sheet(body, "x.xlsx").rows
            assert len(rows) == 3
            assert SECRET not in str(rows)
            nameless = next(r for r in rows if "隐名" in str(r))
            assert full.firm.code not in [str(c) for c in nameless]
        else:
            assert "共 0 条" in body.decode() or "共 1 条" in body.decode()
            assert SECRET not in body.decode().replace(f'value="{SECRET}"', "")
    for address in (
        "/api/demands",
        f"/api/demands?q={SECRET}",
        f"/api/demands/{full.secret.pk}",
        f"/api/demands/{full.secret.pk}/matches",
    ):
        assert SECRET not in client.get(address).content.decode(), address


def test_the_owner_side_of_a_secret_introduction_sees_the_brokers_words_only(full):
    text = Client().get(reverse("answer", args=[full.token])).content.decode()
    assert "想介绍双方认识" in text
    assert SECRET not in text
    assert FIRM not in text
    firm = token_of(full.going.invitations.first())
    assert SECRET in Client().get(reverse("answer", args=[firm])).content.decode()


def test_opening_a_link_does_not_answer_it(full):
    Client().get(reverse("answer", args=[full.token]))
    full.going.refresh_from_db()
    assert {i.state for i in full.going.invitations.all()} == {"waiting"}
    answer = Client(enforce_csrf_checks=True).post(
        reverse("answer", args=[full.token]), {"what": "accept"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "route", ["achievements", "demands", "introductions", "contracts", "firms"]
)
def test_a_list_asks_the_database_as_often_for_three_rows_as_for_one(world, route, monkeypatch):
    client = client_of(world, "broker")

    def add(number):
        demand, achievement = (
            world.demand(title=f"需求{number}"),
            world.achievement(title=f"成果{number}"),
        )
        world.introduction(demand, achievement)
        world.contract(f"N{number}", 5)
        organisation = world.organisation(f"企业{number}", "enterprise")
        record(
            keep_firm(organisation, {}, SYSTEM, NOW), "gazelle", "x", NOW.date(), None, SYSTEM, NOW
        )

    add(1)
    monkeypatch.setattr(books, "_LOOK_AGAIN", 3600)  # else one of the two may ask which law holds
    books.forget()
    books.current_book()
    client.get(reverse(route))
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert client.get(reverse(route)).status_code == 200
    add(2)
    add(3)
    with CaptureQueriesContext(connection) as three:
        client.get(reverse(route))
    assert len(one) == len(three)


def test_matching_asks_as_often_for_three_candidates_as_for_one(world, monkeypatch):
    monkeypatch.setattr(books, "_LOOK_AGAIN", 3600)
    books.forget()
    books.current_book()
    demand, client = world.demand(), client_of(world, "broker")
    client.get(reverse("workspace"))  # the first page of a day notes the visit
    counts = []
    for number in range(3):
        world.achievement(title=f"动力电池热管理 {number}")
        worker.drain()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("demand-matches", args=[demand.pk])).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_a_form_shows_every_error_at_its_field_and_keeps_what_was_typed(world):
    client = client_of(world, "enterprise")
    answer = client.post(
        reverse("demands-new", args=["draft"]),
        {
            "title": "散热",
            "budget_fen": "约一百万",
            "due_on": "明天",
            "then": "1",
            "owner": world.firm.code,
        },
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text
    assert "约一百万" in text
    assert "要解决的问题”必须填写" in text
    assert text.count('class="error"') == 3


def test_a_new_form_says_what_it_makes_and_what_it_cannot_do_without(world):
    text = client_of(world, "enterprise").get(reverse("demands-new", args=["draft"])).content
    page = " ".join(text.decode().split())
    assert page.count("新建：企业技术需求") == 2  # the title of the page, and its heading
    assert '需求名称 <span class="required">必填</span>' in page
    assert '要解决的问题 <span class="required">提交时必填</span>' in page
    assert [b for b in ("提交审核", "保存草稿") if f">{b}</button>" not in page] == []


def test_a_form_is_saved_half_done_and_finished_later(world):
    client = client_of(world, "enterprise")
    answer = client.post(
        reverse("demands-new", args=["draft"]),
        {"title": "只想好了名字", "save": "1", "owner": world.firm.code},
        follow=True,
    )
    assert "草稿" in answer.content.decode()
    demand = Demand.objects.get()
    given = {
        "title": "想好了",
        "problem": "问题",
        "owner": world.firm.code,
        "confidentiality": "open",
        "version": demand.version,
        "then": "1",
    }
    client.post(reverse("demands-step", args=[demand.pk, "revise"]), given)
    demand.refresh_from_db()
    assert demand.state == "submitted"
    stale = client.post(reverse("demands-step", args=[demand.pk, "revise"]), given | {"version": 1})
    assert stale.status_code == 409


def test_pages_carry_a_policy_without_inline_script(world):
    answer = Client().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.content.decode())
    assert not re.search(r'\son\w+="|\sstyle="', answer.content.decode())


def test_three_languages(full):
    english = Client().get("/en/plan/").content.decode()
    assert 'lang="en"' in english
    assert "Targets" in english or "target" in english
    traditional = Client().get("/zh-hant/plan/").content.decode()
    assert 'lang="zh-Hant"' in traditional
    assert "計劃" in traditional
    simplified = Client().get("/plan/").content.decode()
    assert "计划" in simplified


def reason_words():
    """What the Chinese sentences of matching are made of, without their facts."""
    with (LOCALE / "zh_Hans" / "LC_MESSAGES" / "refusals.po").open("rb") as stream:
        told = [m.string for m in read_po(stream) if m.id and m.id.startswith("match.")]
    return {w for t in told for w in re.findall("[\u3400-\u9fff]{2,}", re.sub(r"{\w+}", " ", t))}


def test_reasons_are_said_in_the_pages_language(full):
    full.achievement(title="动力电池浸没冷却", price_fen=10**12)
    full.achievement(title="动力电池相变材料", modes=["consulting"])
    worker.drain()
    client = client_of(full, "broker")
    matches = f"/en/demands/{full.open.pk}/matches/?q=动力电池"
    text = client.get(matches).content.decode()
    for reason in (
        "2 more say what is wanted but fail a condition",
        "Same field: ",
        "Maturity TRL 7, as wanted (6)",
        "Both accept: assignment",
        "The price (CNY 500,000) is within the budget (CNY 800,000)",
        "The price (CNY 10 billion) is beyond the budget (CNY 800,000)",
        "the demand wants assignment, the achievement offers only",
    ):
        assert reason in text, reason
    chinese = client.get(matches.removeprefix("/en")).content.decode()
    assert "说到了，但条件不合" in chinese
    assert [w for w in sorted(reason_words()) if w in text] == []


def test_a_kept_reason_is_said_again_and_an_old_one_stays_as_it_was_written(full):
    client, going = client_of(full, "broker"), full.going
    assert {type(r["text"]) for r in going.reasons} == {dict}
    address = reverse("introduction", args=[going.pk])
    assert "成熟度 TRL 7，达到要求的 6" in client.get(address).content.decode()
    assert "Maturity TRL 7, as wanted (6)" in client.get(f"/en{address}").content.decode()
    going.reasons = [{"text": "同属新能源与节能", "weight": 0.06}]
    going.save()
    assert "同属新能源与节能" in client.get(f"/en{address}").content.decode()


def test_conversion_leaves_alone_what_is_typed_or_run():
    page = '<p title="计划">计划</p><input value="计划"><textarea>计划</textarea><script>"计划"</script><a href="/计划">软件&nbsp;&#20320;</a>'
    made = convert_page(page)
    assert (
        made
        == '<p title="計劃">計劃</p><input value="计划"><textarea>计划</textarea><script>"计划"</script><a href="/计划">軟體&nbsp;&#20320;</a>'
    )


def test_too_many_wrong_passwords_lock_for_a_while(world):
    client = Client()
    given = {"login": "officer@x.example", "password": "wrong"}
    codes = [
        client.post(reverse("account_login"), given).status_code
        for _ in range(django_settings.AXES_FAILURE_LIMIT + 1)
    ]
    assert codes[-1] == 429
    assert client.post(reverse("account_login"), given | {"password": PASSWORD}).status_code == 429


def test_signing_in_with_the_password(world):
    answer = Client().post(
        reverse("account_login"), {"login": "broker@x.example", "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert Client().get(reverse("account_signup")).status_code == 200


def test_an_unknown_page_is_a_page_that_says_what_to_do(db):
    answer = Client().get("/nothing/here/")
    assert answer.status_code == 404
    assert "首页" in answer.content.decode()


def test_the_demos_letters_are_shown_in_the_demo_only(world, settings):
    assert Client().get(reverse("outbox")).status_code == 404
    settings.KECHUANG_DEMO = True
    assert Client().get(reverse("outbox")).status_code == 200


def test_the_register_is_kept_by_administrators_alone(world):
    for name in world.users:
        answer = client_of(world, name).get(reverse("people"))
        assert (answer.status_code == 200) is (name == "administrator")


def test_a_figure_opens_down_to_its_contract_and_its_ledger(full):
    client = client_of(full, "auditor")
    target = client.get(reverse("target", args=["technology-contract-turnover"])).content.decode()
    assert "0.01" in target
    link = reverse("contracts-record", args=[full.signed.pk])
    assert link in target
    assert "导入登记" in client.get(link).content.decode()
    public = Client().get(reverse("target", args=["technology-contract-turnover"])).content.decode()
    assert "另有 1 条" in public
    assert link not in public


def test_demo_accounts_and_the_demo_key_do_not_exist_outside_the_demo(world, settings):
    settings.KECHUANG_DEMO = True
    user = add_person("demo@x.example", "演示", PASSWORD, SYSTEM, NOW, is_demo=True)
    grant(user, world.bureau, "officer", SYSTEM, NOW)
    assert actor_of(user).has("officer")
    settings.KECHUANG_DEMO = False
    assert actor_of(user).id == 0
    answer = Client().post(
        reverse("account_login"), {"login": "demo@x.example", "password": PASSWORD}
    )
    assert answer.status_code == 403
    env = {k: v for k, v in os.environ.items() if not k.startswith(("KECHUANG", "PYTEST"))}
    started = subprocess.run(
        [sys.executable, "-c", "import kechuang.district.settings"],
        env=env | {"KECHUANG_SECRET_KEY": django_settings.DEMO_SECRET},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    assert "public" in started.stderr


def test_the_pages_of_a_list_hold_every_row_once_in_its_order_and_one_sum(world):
    signed = [world.contract(f"TJ-{n}", 100 + n) for n in range(30)]  # all of one day
    client = client_of(world, "officer")
    first, second = (client.get(f"{reverse('contracts')}?page={n}").context for n in (1, 2))
    shown = [thing.pk for facts in (first, second) for thing in facts["page"]]
    assert shown == sorted((c.pk for c in signed), reverse=True)
    assert (first["total"], len(first["page"]), len(second["page"])) == (30, 25, 5)
    assert first["sum"][1] == second["sum"][1] == sum(c.amount_fen for c in signed)
    assert client.get(f"{reverse('contracts')}?q=没有这样的").context["sum"][1] == 0
