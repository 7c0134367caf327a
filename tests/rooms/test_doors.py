"""Doors that cost work: so many a stretch of time and caller, one count for all processes."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client, RequestFactory

from kechuang.district.core import doors
from kechuang.district.core.models import Knock
from kechuang.district.portal.doors import caller
from kechuang.district.settings import limits
from kechuang.engines.base.errors import TooMany
from tests.factories import NOW
from tests.portal.test_pages import client_of


def test_a_door_lets_in_so_many_and_says_when_to_come_again(db, settings):
    settings.KECHUANG_LIMITS = {"match": (3, 60)}
    at = NOW.replace(second=20)
    for _ in range(3):
        doors.knock("match", "10.0.0.1", at)
    with pytest.raises(TooMany) as told:
        doors.knock("match", "10.0.0.1", at)
    assert told.value.facts == {"seconds": 40}
    doors.knock("match", "10.0.0.2", at)
    doors.knock("other", "10.0.0.1", at)
    doors.knock("match", "10.0.0.1", at + timedelta(seconds=40))
    assert not Knock.objects.filter(who__contains="10.0").exists()
    assert doors.forget(at + timedelta(hours=1)) == 3
    assert not Knock.objects.exists()


PROCESS = """
import sys, django
from django.db import connections
django.setup()
connections["default"].settings_dict["NAME"] = sys.argv[1]
from kechuang.district.core import doors
for _ in range(25):
    doors._count("match", "one caller", 1, 60)
"""


def test_several_processes_have_one_count(shared_world):
    name = str(connection.settings_dict["NAME"])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PROCESS, name]
    for one in [subprocess.Popen(command, env=env) for _ in range(3)]:
        assert one.wait(120) == 0
    assert Knock.objects.get(door="match").count == 75


LONG = 10**10  # seconds: a stretch that does not end while a test runs
WANT = {"title": "液冷方案", "text": "电池散热"}


@pytest.mark.parametrize(
    ("door", "ask"),
    [
        ("match", lambda c: c.post("/api/match", WANT, content_type="application/json")),
        ("search", lambda c: c.get("/achievements/?q=电池")),
        ("search", lambda c: c.get("/api/achievements?q=电池")),
        ("export", lambda c: c.get("/achievements/?export=xlsx")),
        ("selftest", lambda c: c.post("/policies/gaoxin-2016/", {})),
        ("code", lambda c: c.post("/start/", {"code": "1-ABCD"})),
        ("code", lambda c: c.get("/start/1-abcd/")),
        ("renew", lambda c: c.post("/link/1-abcd/renew/")),
    ],
)
def test_a_public_door_answers_429_with_a_sentence(world, settings, door, ask):
    settings.KECHUANG_LIMITS = {door: (2, LONG)}
    visitor, elsewhere = Client(), Client(REMOTE_ADDR="10.9.8.7")
    assert [ask(visitor).status_code == 429 for _ in range(3)] == [False, False, True]
    refused = ask(visitor)
    assert 0 < int(refused.headers["Retry-After"]) <= LONG
    assert "秒后再试" in refused.content.decode() or refused.json()["code"] == "door.too_many"
    assert ask(elsewhere).status_code != 429


def test_a_list_without_words_is_not_counted_and_people_are_counted_by_person(world, settings):
    settings.KECHUANG_LIMITS = {"search": (1, LONG)}
    visitor = Client()
    assert {visitor.get("/achievements/").status_code for _ in range(5)} == {200}
    for name in ("officer", "broker"):  # one office, one address
        assert client_of(world, name).get("/achievements/?q=x").status_code == 200
    assert client_of(world, "officer").get("/achievements/?q=x").status_code == 429


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
    ],
)
def test_who_is_counted(told, counted):
    request = RequestFactory().get("/", REMOTE_ADDR=told, HTTP_X_FORWARDED_FOR="1.2.3.4")
    assert caller(request) == counted


def test_limits_are_settings():
    assert limits("match=30/60 search=0/9") == {"match": (30, 60), "search": (0, 9)}
    for wrong in ("match", "match=30", "match=a/b", "match=1/0", "=1/2"):
        with pytest.raises(ImproperlyConfigured):
            limits(wrong)
