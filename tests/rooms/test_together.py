"""Several questions in one query: each gets what it would get alone."""

import pytest
from django.db import connection, models
from django.db.models import Sum, Value
from django.test.utils import CaptureQueriesContext

from kechuang.district.accounts.models import User
from kechuang.district.core.registers import REGISTERS
from kechuang.district.core.together import Count, answered, together, whole
from kechuang.district.market.queries import introductions_visible_to
from kechuang.district.transfer.models import Contract
from tests.factories import NOW


def held(found):
    """Rows with all that hangs on them, comparable."""
    if isinstance(found, models.Model):
        joined = {k: held(v) for k, v in found._state.fields_cache.items()}
        return type(found), {k: v for k, v in vars(found).items() if k[0] != "_"}, joined
    return [held(x) for x in found] if isinstance(found, list) else found


@pytest.fixture
def full(world):
    demand, result = world.demand(), world.achievement(title="薄膜", trl=5)
    world.demand(title="隐名", confidentiality="nameless")
    world.contract("TJ-1", 1_000_000)
    world.contract("TJ-2", 2**53 + 1)
    world.introduction(demand, result)
    return world


@pytest.mark.parametrize("who", ["officer", "broker", "rival", "researcher"])
def test_every_register_answers_as_it_would_alone(full, who):
    actor = full.actor(who)
    asked = [r.visible(actor).order_by("changed_at", "-pk")[:3] for r in REGISTERS.values()]
    asked += [r.visible(actor).order_by("pk").defer("changed_at") for r in REGISTERS.values()]
    asked += [introductions_visible_to(actor), User.objects.order_by("-pk")]
    given = together(*asked)
    for alone, rows in zip(asked, given, strict=True):
        assert held(list(alone.all())) == held(rows), alone.model
    assert sum(len(rows) for rows in given) > 10


def test_numbers_sums_and_nothing_are_answers_too(full):
    found = Contract.objects.filter(amount_fen__gt=5)
    sums = {"sum": Sum("amount_fen"), "label": Value("甲'\"%s", models.TextField())}
    with CaptureQueriesContext(connection) as queries:
        given = together(
            Count(found),
            Count(found[:1]),
            found.none(),
            Count(found.none()),
            whole(found, **sums),
            whole(found.filter(number="none"), **sums),
            found.order_by("-amount_fen").values_list("number", flat=True),
        )
    assert given == [
        2, 1, [], 0,
        [(100 * (2**53 + 1_000_001), "甲'\"%s")], [(None, "甲'\"%s")],
        ["TJ-2", "TJ-1"],
    ]  # fmt: skip
    assert len(queries) == 1
    assert together() == together(*[]) == []


def test_what_json_would_harm_is_refused(full):
    for kept in (models.DecimalField(max_digits=9, decimal_places=2), models.FloatField()):
        with pytest.raises(TypeError):
            together(Contract.objects.annotate(x=Value(1, kept)).values_list("x"))


def test_an_asking_asks_once_or_not_at_all(full):
    def nothing():
        return "nothing"
        yield

    def some():
        rows, count = yield Contract.objects.order_by("pk")[:1], Count(Contract.objects.all())
        return rows[0].number, count

    def twice():
        yield ()
        yield ()

    with CaptureQueriesContext(connection) as queries:
        assert answered([nothing(), some(), nothing()]) == ["nothing", ("TJ-1", 2), "nothing"]
    assert len(queries) == 1
    assert answered([]) == []
    with pytest.raises(RuntimeError):
        answered([twice()])


def test_times_keep_their_zone_and_lists_their_shape(full):
    (rows,) = together(full.achievement(title="乙").__class__.objects.order_by("-pk"))
    assert rows[0].created_at.tzinfo is not None
    assert rows[0].created_at == type(rows[0]).objects.get(pk=rows[0].pk).created_at
    assert isinstance(rows[0].keywords, list)
    assert rows[0].changed_at >= NOW
