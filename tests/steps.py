"""Steps of registers under short names, as the tests tell them."""

from kechuang.district.core.registers import create, take, written
from kechuang.district.registry.registers import ESTABLISHMENTS, RECOGNITIONS
from kechuang.district.transfer.registers import CONTRACTS


def record(values, actor, at, *, introduction=None, sample=False):
    """Record a contract."""
    made_from = {"introduction": introduction} if introduction else {}
    return create(CONTRACTS, "record", values, actor, at, sample=sample, **made_from)


def take_in(values, actor, at, *, sample=False):
    """A registered contract from the registry's list."""
    return create(CONTRACTS, "take_in", values, actor, at, sample=sample)


def register(contract, number, day, actor, at, *, key=""):
    values = {"number": number, "registered_on": day}
    return take(
        CONTRACTS, "register", contract, values, actor, at, version=contract.version, key=key
    )


def amend(contract, values, actor, at, why, version=None):
    seen = contract.version if version is None else version
    return take(CONTRACTS, "amend", contract, values, actor, at, version=seen, why=why)


def cancel(contract, actor, at, why):
    return take(CONTRACTS, "cancel", contract, {}, actor, at, why=why)


def recognise(firm, rung, number, start, end, actor, at, name=""):
    values = {"firm": firm, "rung": rung, "number": number, "valid_from": start, "valid_until": end}
    return create(RECOGNITIONS, "record", values, actor, at, name=name)


def withdraw(recognition, actor, at, why):
    return take(RECOGNITIONS, "withdraw", recognition, {}, actor, at, why=why)


def establish(values, actor, at, *, sample=False):
    return create(ESTABLISHMENTS, "establish", values, actor, at, sample=sample)


def correct_establishment(thing, values, actor, at, why="更正"):
    seen = thing.version
    return take(ESTABLISHMENTS, "correct", thing, values, actor, at, version=seen, why=why)


def withdraw_establishment(thing, actor, at, why):
    return take(ESTABLISHMENTS, "withdraw", thing, {}, actor, at, why=why)


def contract_row(contract):
    return written(CONTRACTS, contract)
