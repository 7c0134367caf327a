"""The API answers as its schema says, whatever it is asked, and keeps what pages keep."""

import schemathesis
from django.test import Client
from hypothesis import HealthCheck, settings

from kechuang.district.core import worker
from kechuang.district.portal.wsgi import application

schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_schema(world, case):
    response = case.call()
    assert response.status_code < 500
    case.validate_response(response, checks=[schemathesis.checks.not_a_server_error])


def test_the_match_call_answers_with_reasons(world):
    made = world.achievement()
    worker.drain()
    answer = Client().post(
        "/api/match",
        {"title": "电池热管理", "modes": ["转让"], "trl": 6},
        content_type="application/json",
    )
    assert answer.status_code == 200
    [found] = answer.json()
    assert found["achievement"] == made.pk
    assert abs(found["score"] - sum(r["weight"] for r in found["reasons"])) < 1e-4


def test_a_wrong_mode_is_refused_with_field_and_words():
    answer = Client().post(
        "/api/match", {"title": "x", "modes": ["赠送"]}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer.json()["facts"]["field"] == "modes"


def test_targets_are_twelve_and_say_how_they_were_found(world):
    rows = Client().get("/api/plan/targets").json()
    assert len(rows) == 12
    assert {r["how"] for r in rows} == {"none"}


def test_the_documentation_needs_nothing_from_elsewhere():
    page = Client().get("/api/docs").content.decode()
    assert "cdn" not in page
