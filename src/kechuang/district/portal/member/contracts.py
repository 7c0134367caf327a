"""Technology contracts: list, form, page, registration."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.accounts.queries import organisation_by_code, organisations
from kechuang.district.core import clock, ledger
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.market.queries import introductions_visible_to
from kechuang.district.portal.components.forms import Form
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.requests import actor_in, for_roles, one, signed_in
from kechuang.district.portal.templatetags.kechuang import money
from kechuang.district.transfer import services
from kechuang.district.transfer.models import CONTRACT_KINDS
from kechuang.district.transfer.queries import search, visible_to, years_with_contracts
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, NotFound

CONTRACTS = WORKFLOWS["transfer.contract"]
NAMES = ("name", "kind", "seller", "buyer", "amount_fen", "technology_fen", "signed_on")


def contract_row(contract: Any) -> dict[str, object]:
    names = ("number", "name", "kind", "amount_fen", "technology_fen", "signed_on", "registered_on")
    return {
        **{n: getattr(contract, n) for n in names},
        "seller": contract.seller.code,
        "buyer": contract.buyer.code,
        "seller_name": contract.seller.name,
        "buyer_name": contract.buyer.name,
    }


@signed_in
def listed(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    states = CONTRACTS.states
    table = Table(
        title="技术合同",
        columns=[
            Column("合同名称", lambda c: c.name, "name"),
            Column("类别", lambda c: gettext(c.get_kind_display()), "kind", minor=True),
            Column("卖方", lambda c: c.seller.name, "seller__name", minor=True),
            Column("买方", lambda c: c.buyer.name, "buyer__name", minor=True),
            Column("合同成交额", lambda c: money(c.amount_fen), "amount_fen", number=True),
            Column("签订", lambda c: c.signed_on, "signed_on", number=True, minor=True),
            Column("登记", lambda c: c.registered_on or "", "registered_on", number=True),
            Column("状态", lambda c: format_html('<span class="state state-{}">{}</span>', c.state, gettext(states[c.state])), "state"),
        ],
        link=lambda c: reverse("contract", args=[c.pk]),
        filters=[
            Filter("kind", "类别", CONTRACT_KINDS, lambda q, v: q.filter(kind=v)),
            Filter("state", "状态", list(states.items()), lambda q, v: q.filter(state=v)),
            Filter("year", "登记年份", [(str(y), str(y)) for y in years_with_contracts()], lambda q, v: q.filter(registered_on__year=int(v))),
        ],
        search=search, hint="名称、编号、买方、卖方", layout="contracts", row=contract_row,
        actions=[(reverse("contract-new"), "记录合同")] if actor.has("broker", "officer") else [],
        empty="还没有技术合同。",
    )  # fmt: skip
    return show(request, table, visible_to(actor))


def _introduction(request: HttpRequest) -> Any:
    asked = request.GET.get("introduction", "")
    return one(introductions_visible_to(actor_in(request)), asked) if asked else None


@for_roles("broker", "officer")
def new(request: HttpRequest) -> HttpResponse:
    """Record a contract, against an introduction when there is one."""
    introduction = _introduction(request)
    initial: dict[str, Any] = {}
    if introduction:
        demand, achievement = introduction.demand, introduction.achievement
        initial = {
            "name": achievement.title, "seller": achievement.owner.code if achievement.owner else None,
            "buyer": demand.owner.code if demand.owner else None, "kind": "development", "signed_on": clock.today(),
        }  # fmt: skip
    form = Form(
        "contracts",
        NAMES,
        initial,
        request.POST if request.method == "POST" else None,
        organisations=list(organisations()[:2000]),
    )
    if form.data is not None:
        values = _parties(form)
        if form.ok:
            try:
                made = services.record(
                    values, actor_in(request), clock.now(), introduction=introduction
                )
            except Invalid as e:
                form.add(e)
            else:
                messages.success(request, gettext("合同已记录，等另一位同事登记"))
                return redirect("contract", made.pk)
    facts = {
        "form": form,
        "title": "记录合同",
        "list_url": reverse("contracts"),
        "list": {"list": "技术合同"},
        "introduction": introduction,
    }
    return render(request, "member/form.html", facts, status=422 if form.errors else 200)


def _parties(form: Form) -> dict[str, Any]:
    values = dict(form.values)
    for side in ("seller", "buyer"):
        code = values.get(side)
        values[side] = organisation_by_code(str(code)) if code else None
        if code and values[side] is None:
            form.add(Invalid("organisation.unknown_import_firms", side))
    return values


@signed_in
def page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    contract = one(visible_to(actor), pk)
    introduction = (
        contract.introduction_id
        and introductions_visible_to(actor).filter(pk=contract.introduction_id).first()
    )
    facts = {
        "contract": contract, "states": CONTRACTS.states, "steps": CONTRACTS.open_steps(contract, actor),
        "history": ledger.history("transfer.contract", contract.pk), "introduction": introduction, "today": clock.today(),
    }  # fmt: skip
    return render(request, "member/contract.html", facts)


@require_POST
@signed_in
def take_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    actor = actor_in(request)
    contract = one(visible_to(actor), pk)
    if name == "register":
        day = parse_day(request.POST.get("registered_on", ""), "registered_on")
        if day is None:
            raise Invalid("contract.registered_on_missing", "registered_on")
        services.register(contract, request.POST.get("number", ""), day, actor, clock.now())
        messages.success(request, gettext("已登记，计划中的技术合同成交额随之更新"))
    elif name == "cancel":
        services.cancel(contract, actor, clock.now(), request.POST.get("why", "").strip())
        messages.success(request, gettext("已注销"))
    else:
        raise NotFound("step.none")
    return redirect("contract", pk)
