"""No page offers what its reader would be refused: the demo's people follow every link they see."""

import html
import re
from collections import Counter
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from kechuang.district import demo
from kechuang.district.accounts.models import User
from kechuang.district.core import clock, worker
from kechuang.district.market.services import matching
from kechuang.district.portal.requests import may_open

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
ELSEWHERE = re.compile(r"/(en|zh-hant|static|api)(/|$)")  # the same pages again, or no pages
DEEP = 3  # home and workspace, lists and the plan, records, what records lead to
ALIKE = 2  # links to the same page with the same words of a query, by a person


def links(address, text):
    """The links of a page to pages of this site."""
    for found in LINK.findall(text):
        target = urlsplit(urljoin(f"http://here{address}", html.unescape(found)))
        if target.netloc == "here" and not ELSEWHERE.match(target.path):
            yield target.path + (f"?{target.query}" if target.query else "")


def kind(address):
    """What is alike in addresses: the page, and the names in its query."""
    parts = urlsplit(address)
    try:
        name = resolve(parts.path).url_name
    except Resolver404:
        name = parts.path
    return name, frozenset(parse_qs(parts.query))


def walk(client):
    """(status, address, where it was found) of what a person finds by following links."""
    waiting = [("/", "", 0), ("/workspace/", "", 0)]
    opened, alike = set(), Counter()
    while waiting:
        address, page, depth = waiting.pop(0)
        if address in opened or alike[kind(address)] >= ALIKE:
            continue
        opened.add(address)
        alike[kind(address)] += 1
        answer = client.get(address)
        yield answer.status_code, address, page
        told = answer.status_code == 200 and "html" in answer.headers["Content-Type"]
        if told and depth < DEEP:
            waiting += [(a, address, depth + 1) for a in links(address, answer.content.decode())]


@pytest.fixture
def district(db, settings, monkeypatch):
    settings.KECHUANG_DEMO = True
    demo.seed(lambda words: None)
    worker.beat(clock.now())  # overdue returns are escalated: their letters carry links
    worker.drain()
    monkeypatch.setattr(matching, "_sense", lambda corpus: None)  # meaning leads nowhere else


def test_nobody_is_offered_a_page_that_refuses_him(district):
    refused = []
    for name in ("", *(email for email, _, _ in demo.ACCOUNTS)):
        client = Client(raise_request_exception=False)
        if name:
            client.force_login(
                User.objects.get(email=name),
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
        found = list(walk(client))
        assert len(found) > 40, name
        refused += [(name, *f) for f in found if f[0] >= 400]
    assert refused == []


def test_a_link_asks_what_its_page_asks(world):
    asked = {
        "/plan/": {"visitor", "officer", "broker", "approver", "administrator"},
        "/workspace/": {"officer", "broker", "approver", "administrator"},
        "/figures/": {"officer", "approver"},
        "/figures/nowhere/": set(),
        "/en/drafts/": {"officer", "administrator"},
    }
    for address, may in asked.items():
        for name in ("visitor", "officer", "broker", "approver", "administrator"):
            assert may_open(world.actor(name), address) is (name in may), (name, address)
