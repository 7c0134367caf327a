"""The API answers as its schema says, whatever it is asked, and keeps what pages keep."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from kechuang.district.core import worker
from kechuang.district.portal.wsgi import application

schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)


CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture
def open_connection():
    """A request ends with its connection closed; here it is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_schema(world, open_connection, case):
    case.validate_response(case.call(), checks=CHECKS)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/achievements/x", 422),
        ("/api/demands/x", 422),
        ("/api/demands/x/matches", 422),
        ("/api/demands/999999", 404),
        ("/api/ledger/root?day=0", 422),
        ("/api/ledger/root?day=2026-13-01", 422),
        ("/api/achievements?limit=1000", 422),
    ],
)
def test_every_refusal_is_the_documented_problem(world, path, status):
    answer = Client().get(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "words", "facts"}


@pytest.mark.parametrize(
    "body", ["AAA", [], 7, {"title": ""}, {"title": "  "}, {"title": "x", "prise": 1}]
)
def test_what_is_not_a_demand_is_not_taken_for_one(world, body):
    answer = Client().post("/api/match", json.dumps(body), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "api.unreadable"


def test_the_match_call_answers_with_reasons(world):
    made = world.achievement()
    worker.drain()
    answer = Client().post(
        "/api/match",
        {"title": "电池热管理", "modes": ["转让"], "trl": 6},
        content_type="application/json",
    )
    assert answer.status_code == 200
    told = answer.json()
    assert (told["nothing_fits"], told["looked"], told["kept_out"]) == (False, 1, [])
    [found] = told["listed"]
    assert (found["achievement"], found["strength"]) == (made.pk, "strong")
    [need] = found["answers"]
    assert need["quote"].rstrip("。") in f"{made.title}。{made.summary}"
    assert {r["kind"] for r in found["reasons"]} >= {"maturity", "mode"}


def test_the_match_call_says_when_nothing_fits(world):
    made = world.achievement()
    worker.drain()
    body = {"title": "冷冻面团发酵后塌陷", "text": "馒头复蒸起泡"}
    told = Client().post("/api/match", body, content_type="application/json").json()
    assert (told["nothing_fits"], told["listed"]) == (True, [])
    assert [m["achievement"] for m in told["nearest"]] in ([], [made.pk])


def test_a_wrong_mode_is_refused_with_field_and_words():
    answer = Client().post(
        "/api/match", {"title": "x", "modes": ["赠送"]}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer.json()["facts"]["field"] == "modes"


def test_targets_of_the_plan_in_force_say_how_they_were_found(world):
    rows = Client().get("/api/plan/targets").json()
    assert len(rows) == 3
    assert {r["how"] for r in rows} == {"none"}


def test_the_documentation_needs_nothing_from_elsewhere(db):
    page = Client().get("/api/docs").content.decode()
    assert "cdn" not in page
