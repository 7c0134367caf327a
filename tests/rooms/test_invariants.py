"""What holds of every register, whatever people do in whatever order."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kechuang.district.core import ledger
from kechuang.district.core.registers import REGISTERS, create, state_of, take
from kechuang.engines.base.errors import DomainError
from tests.factories import NOW
from tests.portal.test_registers import EXTRA, PEOPLE, creator, house, otherwise, typed

__all__ = ["house"]
WALK = st.lists(
    st.tuples(
        st.sampled_from((*PEOPLE, "rival", "auditor")),
        st.integers(0, 30),  # which of the register's steps
        st.sampled_from(("same", "other", "blank", "stranger")),  # what is typed
        st.booleans(),  # an old version
        st.booleans(),  # the same again, as a double click does
    ),
    max_size=14,
)
QUICK = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class _Back(Exception):
    """Ends an example: what it wrote is taken back."""


def _typed(register, house, step, how):
    whole = {**typed(register, house), **EXTRA.get(register.slug, {})}
    asked = {c.field for c in register.asked(step)} if step.asks else set()
    values = {n: v for n, v in whole.items() if n in asked and register.slug != "contracts"}
    values = {n: v for n, v in values.items() if not isinstance(v, list)}
    for name in ("amount_fen", "price_fen", "budget_fen", "trl", "price", "hours"):
        values.pop(name, None)  # typed texts that only a form reads
    if how == "other" and values:
        return otherwise({"note": "", **values} if "note" in asked else values)
    if how == "blank":
        return dict.fromkeys(values, "")
    if how == "stranger":
        owner = next((n for n in register.refers if n in values), None)
        return values | ({owner: house.rival.code} if owner else {})
    return values


def _one_step(register, house, thing, who, place, how, old, key):
    near = [s for s in register.steps if thing.state in s.sources]
    steps = [s for s in (*near, *near, *register.steps) if not s.creates]
    step = steps[place % len(steps)]
    actor, before = house.actor(who), state_of(register, thing)
    entries = ledger.history(register.name, thing.pk).count()
    may, starts = step.permission(actor, thing).allowed, thing.state in step.sources
    seen = thing.version - 1 if old else thing.version
    repeat = ledger.done(key)
    try:
        values = _typed(register, house, step, how)
        take(register, step.name, thing, values, actor, NOW, version=seen, why="试", key=key)
    except DomainError:
        thing.refresh_from_db()
        assert state_of(register, thing) == before
        assert ledger.history(register.name, thing.pk).count() == entries
    else:
        thing.refresh_from_db()
        if repeat:
            assert (state_of(register, thing), ledger.history(register.name, thing.pk).count()) == (
                before,
                entries,
            )
            return
        assert may
        assert starts
        assert not old
        assert ledger.history(register.name, thing.pk).count() == entries + 1


@pytest.mark.parametrize("name", sorted(REGISTERS))
@QUICK
@given(walk=WALK)
def test_whatever_is_tried_a_record_is_what_its_ledger_tells(house, name, walk):
    register = REGISTERS[name]
    try:
        with transaction.atomic():
            who, step = creator(register, house)
            values = _typed(register, house, step, "same")
            if register.slug == "contracts":
                thing = house.contract("HT-9", 1_000_000)
            else:
                thing = create(register, step.name, values, house.actor(who), NOW, why="始")
            for n, (actor, place, how, old, twice) in enumerate(walk):
                for _ in range(2 if twice else 1):
                    key = f"walk-{n}" if twice else ""
                    _one_step(register, house, thing, actor, place, how, old, key)
            told = list(ledger.history(register.name, thing.pk))
            states = ["", *(e.new_state for e in told)]
            assert [e.old_state for e in told] == states[:-1]
            assert thing.state == states[-1]
            assert thing.version == len(told) - 1 + told_from(register, thing)
            assert thing.state in register.states
            assert ledger.verify().holds
            raise _Back
    except _Back:
        pass


def told_from(register, thing):
    """The version with which a new record of this register begins."""
    return type(thing)().version
