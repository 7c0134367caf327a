"""Who is meant by the names in a sheet."""

from collections.abc import Collection, Mapping

from kechuang.district.core.actor import Actor
from kechuang.district.core.imports.naming import names_by
from kechuang.engines.text.firm_names import Match, Names

from .queries import all_names
from .roles import is_staff


@names_by
def whom(names: Collection[str], actor: Actor) -> Mapping[str, Match]:
    """Each name, compared with all organisations; an outsider's with his own."""
    own = None if actor.is_system or is_staff(actor) else actor.organisations
    known = Names(all_names(own))
    return {name: known.match(name) for name in names}
