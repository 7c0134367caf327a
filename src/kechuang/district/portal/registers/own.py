"""What the page of one register has of its own, beside what its declaration gives.

Empty for most.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import Register

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Own:
    """A register's own additions to its pages.

    Args:
        page_facts: What the record's own template shows beside its fields.
        carried: What comes along in the address of a new record (the introduction that it is made
            from).
        prefill: The fields that follow from what was carried.
        proposes: The values that a step's form begins with.
        warns: What a person should know before taking a step.
    """

    page_facts: Callable[[Actor, Any], Given] = lambda actor, thing: {}
    carried: Callable[[Actor, Mapping[str, str]], dict[str, Any]] = lambda actor, asked: {}
    prefill: Callable[[Actor, Given], Given] = lambda actor, carried: {}
    proposes: Callable[[str, Any], Given] = lambda step, thing: {}
    warns: Callable[[str, Any, Actor], list[str]] = lambda step, thing, actor: []


OWN: dict[str, Own] = {}
_NOTHING = Own()


def own_of(register: Register[Any]) -> Own:
    """The additions of a register."""
    return OWN.get(register.name, _NOTHING)
