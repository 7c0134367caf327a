"""What policies and firms' facts share: amounts in their unit, inputs, relations and their
aggregates.
"""

from collections.abc import Mapping
from fractions import Fraction

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Input, parse
from kechuang.engines.rules.fold import names_in
from kechuang.engines.rules.language import Node
from kechuang.engines.rules.packs import Aggregate, Relation
from kechuang.engines.rules.units import same_unit

from .desk import Desk
from .kinds import Quantity
from .law_shapes import AggregateEntry, InputEntry, RelationEntry
from .lines import Lined


def amount(given: Quantity, unit: str, at: Lined, key: str, desk: Desk) -> Fraction | None:
    """An amount in the count of the unit it must have; None with a complaint."""
    if not same_unit(given.unit, unit):
        desk.complain(at, key, Said("book.other_unit", text=given.text, unit=unit))
        return None
    return given.value


def ends(
    span: tuple[Quantity, Quantity], unit: str, at: Lined, key: str, desk: Desk
) -> tuple[Fraction, Fraction] | None:
    """Both ends of a range; None with a complaint."""
    low, high = (amount(x, unit, at, key, desk) for x in span)
    if low is None or high is None:
        return None
    if low > high:
        desk.complain(at, key, Said("book.span_backwards", key=key))
        return None
    return low, high


def formula(name: str, text: str, at: Lined, key: str, desk: Desk) -> Node | None:
    """A formula as a tree; None with a complaint."""
    try:
        return parse(text)
    except Invalid as e:
        desk.complain(at, key, Said("rules.named", name=name, error=e.words))
        return None


def read_inputs(given: Mapping[str, InputEntry], desk: Desk) -> dict[str, Input]:
    """Inputs with their units and ranges."""
    found = {n: read_input(n, entry, desk) for n, entry in given.items()}
    return {n: i for n, i in found.items() if i is not None}


def read_input(name: str, given: InputEntry, desk: Desk) -> Input | None:
    """An input with its unit and range; None, and lost, with a complaint."""
    found: tuple[Fraction, Fraction] | None = (Fraction(0), Fraction(0))
    if given.unit != "是否":
        found = ends(given.span, given.unit, given.at, "范围", desk) if given.span else None
        if not given.span and "范围" not in given.at.lost:
            desk.complain(given.at, "范围", Said("book.no_range", name=name))
    if found is None:
        desk.lost.add(name)
        return None
    return Input(name, given.unit, *found, given.where, given.note, given.interval)


def read_relations(given: Mapping[str, RelationEntry], desk: Desk) -> dict[str, Relation]:
    """Relations by name, with their columns."""
    return {n: Relation(n, read_inputs(r.columns, desk)) for n, r in given.items()}


def read_aggregates(
    given: Mapping[str, AggregateEntry],
    inputs: Mapping[str, Input],
    relations: Mapping[str, Relation],
    desk: Desk,
) -> dict[str, Aggregate]:
    """Inputs that are summed from a relation, by input."""
    found = {}
    for name, entry in given.items():
        if name in inputs:
            found[name] = _aggregate(inputs[name], entry, relations, desk)
        elif name not in desk.lost:
            desk.complain(entry.at, name, Said("book.sum_of_no_input", name=name))
    return {n: a for n, a in found.items() if a is not None}


def _aggregate(
    summed: Input, given: AggregateEntry, relations: Mapping[str, Relation], desk: Desk
) -> Aggregate | None:
    relation = relations.get(given.relation)
    if relation is None:
        if given.relation not in desk.lost:
            desk.complain(given.at, "关系", Said("book.no_relation", name=given.relation))
        return None
    column = given.column if given.how == "合计" else ""
    if given.how == "合计" and (
        column not in relation.columns or relation.columns[column].unit != summed.unit
    ):
        if column not in desk.lost:
            desk.complain(given.at, "列", Said("book.sum_column", name=summed.name, column=column))
        return None
    where = formula(summed.name, given.where, given.at, "其中", desk)
    if where is None:
        return None
    unknown = [n for n in names_in(where) if desk.missing(n, relation.columns, "")]
    if unknown:
        words = Said("book.no_column", relation=relation.name, name=unknown[0])
        desk.complain(given.at, "其中", words)
        return None
    return Aggregate(summed.name, relation.name, given.how, column, given.where, where)
