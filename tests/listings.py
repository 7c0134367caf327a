"""Steps of achievements and demands under short names, as the tests tell them."""

from kechuang.district.core.registers import REGISTERS, create, take
from kechuang.district.market.models import Achievement, Demand
from kechuang.district.market.permissions import can_amend

KIND = {Achievement: "market.achievement", Demand: "market.demand"}


def of(thing):
    return REGISTERS[KIND[type(thing)]]


def _create(step, thing, values, actor, at):
    register = of(thing)
    held = {c.field for c in register.columns}
    given = {n: v for n, v in values.items() if n in held}
    return create(register, step, given, actor, at, sample=thing.sample)


def draft(thing, values, actor, at):
    return _create("draft", thing, values, actor, at)


def take_in(thing, values, actor, at):
    return _create("take_in", thing, values, actor, at)


def take_in_published(thing, values, actor, at):
    return _create("take_in_published", thing, values, actor, at)


def _typed(step, thing, values, actor, at, version, why=""):
    seen = thing.version if version is None else version
    return take(of(thing), step, thing, values, actor, at, version=seen, why=why)


def revise(thing, values, actor, at, version=None):
    return _typed("revise", thing, values, actor, at, version)


def amend(thing, values, actor, at, why, version=None):
    return _typed("amend", thing, values, actor, at, version, why)


def save(thing, values, actor, at, version=None, why=""):
    """By the step that fits the record's state and the person."""
    if thing.state in ("published", "paused") and can_amend(actor, thing):
        return amend(thing, values, actor, at, why, version)
    step = "rework" if thing.state in ("checked", "published", "paused") else "revise"
    return _typed(step, thing, values, actor, at, version)


def submit(thing, actor, at):
    return take(of(thing), "submit", thing, {}, actor, at)


def check(thing, actor, at):
    return take(of(thing), "check", thing, {}, actor, at)


def publish(thing, actor, at):
    return take(of(thing), "publish", thing, {}, actor, at)


def send_back(thing, actor, at, why):
    return take(of(thing), "send_back", thing, {}, actor, at, why=why)


def pause(thing, actor, at, why):
    return take(of(thing), "pause", thing, {}, actor, at, why=why)


def resume(thing, actor, at):
    return take(of(thing), "resume", thing, {}, actor, at)


def close(thing, actor, at, why):
    return take(of(thing), "close", thing, {}, actor, at, why=why)


def merge(kind, newer, older, actor, at):
    register = REGISTERS[kind]
    thing = register.model.objects.get(pk=newer)
    return take(register, "merge", thing, {}, actor, at, why=f"与 {older} 是同一条")
