"""Filters of the templates: words by language, amounts, days."""

from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kechuang.book.schemas import Book, Source
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.portal import sayings
from kechuang.district.portal.once import new_key
from kechuang.district.portal.requests import may_open
from kechuang.engines.base.amounts import plain_figure
from kechuang.engines.planning import kept

register = template.Library()


register.filter(sayings.say)
register.filter(sayings.money)
register.filter(sayings.titled)
register.filter(may_open)


@register.filter
def t(text: object) -> str:
    """A word from code or book in the page's language."""
    return gettext(str(text)) if text else ""


@register.filter
def within(text: str, columns: int) -> str:
    """The text cut to so many columns; a Chinese character takes two."""
    taken = 0
    for place, c in enumerate(text):
        taken += 1 if c.isascii() else 2
        if taken > columns:
            return text[:place] + "…"
    return text


@register.filter
def asked(ask: Any) -> str:
    """A question of the book, by language."""
    return str(ask.words_en if sayings.english() else ask.words)


@register.filter
def figure(value: Decimal | str | None) -> str:
    """A figure without idle zeros, with thousands separated; what is none stays as it is."""
    found = kept(value) if isinstance(value, str) else value
    return str(value or "") if found is None else plain_figure(found)


@register.filter
def short(value: Decimal | None) -> str:
    """A figure where one looks it over: at most four decimals; its own page has all of them."""
    return "" if value is None else plain_figure(round(Decimal(value), 4))


@register.filter
def fraction(value: Any) -> str:
    """An exact fraction as at most four decimals."""
    return "" if value is None else plain_figure(Decimal(round(value * 10000)) / 10000)


@register.filter
def fraction1(value: Any) -> str:
    """An exact fraction where one looks it over: one decimal."""
    return "" if value is None else plain_figure(Decimal(round(value * 10)) / 10)


@register.filter
def fraction2(value: Any) -> str:
    """An exact fraction where one looks it over: two decimals."""
    return "" if value is None else plain_figure(Decimal(round(value * 100)) / 100)


@register.filter
def fen(value: Any) -> str:
    """An amount given as a decimal of fen."""
    return sayings.money(int(value))


@register.filter
def bound(text: str) -> str:
    return {">=": "≥", ">": ">", "<=": "≤", "<": "<", "about": "≈", "none": ""}.get(text, "")


@register.filter
def percent(share: float) -> str:
    return f"{share * 100:.0f}"


@register.simple_tag(takes_context=True)
def form_key(context: Context) -> SafeString:
    """What every form of ours carries, so that it is taken once however often it is sent."""
    return format_html('<input type="hidden" name="key" value="{}">', new_key(context["actor"]))


@register.simple_tag
def cite(book: Book, code: str) -> SafeString | str:
    """A source as a link, with how near it is to the original."""
    source: Source | None = book.sources.get(code)
    if source is None:
        return code
    mark = {"official": "官方", "copy": "转载", "news": "新闻", "aggregator": "聚合站"}[
        source.status
    ]
    if not source.url:
        return format_html(
            '<span title="{}">{} · {}</span>', source.note, source.title, gettext(mark)
        )
    return format_html(
        '<a href="{}" rel="noreferrer" title="{}">{}</a> · {}',
        source.url,
        source.note,
        source.title,
        gettext(mark),
    )


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.filter
def cell(cells: Any, place: int) -> Any:
    """A cell by its place; rows may be shorter than their headings."""
    found = cells[place] if place < len(cells) else ""
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return "" if found is None else found


_ACTS = {  # what is done outside any workflow
    "accounts.person.add": "开设账号",
    "accounts.person.invite": "邀请",
    "accounts.person.begin": "开通账号",
    "accounts.person.reset_password": "重设密码",
    "accounts.person.ask_address": "请求换邮箱",
    "accounts.person.change_address": "换了邮箱",
    "accounts.person.prove_address": "确认邮箱",
    "accounts.person.disable": "停用账号",
    "accounts.person.enable": "重新启用",
    "accounts.person.hand_over": "移交手上的工作",
    "accounts.membership.grant": "给予角色",
    "accounts.membership.revoke": "收回角色",
    "accounts.letter.write": "写信",
    "accounts.letter.send_again": "再寄一次",
    "accounts.link.open": "打开链接",
    "accounts.link.withdraw": "收回链接",
    "accounts.contact.keep": "修改联系人",
}


@register.filter
def step_label(entry: Any) -> str:
    """The label of the step that an entry tells of."""
    name, _, step = entry.kind.rpartition(".")
    workflow = WORKFLOWS.get(name)
    if workflow is None:
        return _ACTS.get(str(entry.kind), str(step))
    return next((s.label for s in workflow.steps if s.name == step), step)
