"""What may stand under a key of a book's file: a text, a day, a whole number, an exact decimal,
an amount with its unit.

Every kind says for editors what it looks like and, when something else is written, how to write
it right.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from kechuang.engines.base.errors import Invalid
from kechuang.engines.rules import UNPUBLISHED, quantity
from kechuang.engines.rules.language import FUNCTIONS
from kechuang.engines.rules.values import UNITS

from .lines import Lined


class Wrong(ValueError):
    """A value that cannot stand under its key, as code and facts of a sentence.

    The key is added where it is told.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class Shape(BaseModel):
    """A mapping with these keys and no others. A key with nothing behind it counts as not there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _at: Lined = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _kept(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        given = data
        if isinstance(data, dict):
            given = {k: v for k, v in data.items() if v is not None}
        made = handler(given)
        if isinstance(data, Lined):
            made._at = data
        return made

    @property
    def at(self) -> Lined:
        """The mapping it was read from, which knows file and lines."""
        return self._at


def _text(value: object) -> str:
    if isinstance(value, (dict, list)):
        raise Wrong("book.no_text")
    if isinstance(value, bool):
        raise Wrong("book.truth_for_text")
    return str(_no_float(value)).strip()


def _no_float(value: object) -> object:
    """A binary fraction is not what was written; a text is."""
    if isinstance(value, float):
        raise Wrong("book.float", value=value)
    return value


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Wrong("book.no_day", value=_shown(value))
    return value


def _day_key(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Wrong("book.no_day", value=_shown(value)) from None


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong("book.no_whole", value=_shown(value))
    return value


def _exact(value: object) -> Decimal:
    try:
        found = Decimal("NaN" if isinstance(value, bool) else str(_no_float(value)))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise Wrong("book.no_number", value=_shown(value))
    return found


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong("book.no_truth", value=_shown(value))
    return value


def _yes(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("是", "否"):
        raise Wrong("book.no_yes", value=_shown(value))
    return value == "是"


def _unit(text: str) -> str:
    if text not in UNITS:
        raise Wrong("book.no_unit", value=text, known=UNITS)
    return text


def _name(text: str) -> str:
    if text in FUNCTIONS:
        raise Wrong("book.name_of_a_function")
    return text


def _listed(value: object) -> object:
    """A single text may stand for a list of one."""
    return [value] if isinstance(value, str) else value


@dataclass(frozen=True)
class Quantity:
    """An amount as written, and what it is in its unit's own count."""

    text: str
    value: Fraction
    unit: str


def _quantity(value: object) -> Quantity:
    text = _text(value)
    try:
        return Quantity(text, *quantity(text))
    except Invalid as e:
        raise Wrong("book.no_quantity", why=e.words) from e


def _published(value: object) -> Quantity | str:
    return UNPUBLISHED if value == UNPUBLISHED else _quantity(value)


def _cell(value: object) -> object:
    if isinstance(value, dict):
        raise Wrong("book.no_text")
    return value


def _span(value: object) -> object:
    if not isinstance(value, list) or len(value) != 2:
        raise Wrong("book.no_span")
    return value


def _shown(value: object) -> str:
    return str(value)[:40]


_WORDS = {"type": ["string", "integer"]}
_AMOUNT = {**_WORDS, "description": "数和单位，如 50万元、60%、3人"}
Cell = Annotated[
    object,
    PlainValidator(_cell),
    WithJsonSchema({"type": ["string", "number", "boolean", "null", "array"]}),
]
as_text = BeforeValidator(_text)
Text = Annotated[str, as_text, WithJsonSchema(_WORDS)]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": _WORDS}]}),
]
Day = Annotated[date, BeforeValidator(_day)]
DayKey = Annotated[date, BeforeValidator(_day_key)]
Whole = Annotated[int, BeforeValidator(_whole)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    WithJsonSchema({**_WORDS, "pattern": r"^-?\d+(\.\d+)?$", "description": "小数请加引号"}),
]
Yes = Annotated[bool, BeforeValidator(_yes), WithJsonSchema({"enum": ["是", "否", True, False]})]
Unit = Annotated[str, as_text, AfterValidator(_unit), WithJsonSchema({"enum": list(UNITS)})]
Name = Annotated[str, AfterValidator(_name)]
Amount = Annotated[Quantity, PlainValidator(_quantity), WithJsonSchema(_AMOUNT)]
Published = Annotated[Quantity | str, PlainValidator(_published), WithJsonSchema(_AMOUNT)]
Span = Annotated[
    tuple[Amount, Amount],
    BeforeValidator(_span),
    WithJsonSchema({"type": "array", "items": _AMOUNT, "minItems": 2, "maxItems": 2}),
]


def entry_or_plain(value: object) -> str:
    """Which of two ways of writing stands here: a mapping, or anything plainer."""
    return "<entry>" if isinstance(value, dict) else "<plain>"


def span_or_plain(value: object) -> str:
    """A range, or one amount."""
    return "<span>" if isinstance(value, list) else "<plain>"


def sort_of(value: object) -> str:
    """Which way of writing a value of the law stands here."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "<tiers>"
    return entry_or_plain(value) if isinstance(value, dict) else span_or_plain(value)
