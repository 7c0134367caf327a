"""Cells of a sheet, read and written by their column. What comes out is JSON-able."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.identifiers import parse_credit_code, parse_patent
from kechuang.engines.base.money import in_unit, parse_fen
from kechuang.engines.base.numbers import parse_whole
from kechuang.engines.base.references import by_name, name_in
from kechuang.engines.base.sayings import Said
from kechuang.engines.base.spans import parse_spread
from kechuang.engines.matching.parties import MODES, parse_mode, parse_trl
from kechuang.engines.rules.check import typed
from kechuang.engines.sheets.pages import MAX_CELL
from kechuang.engines.text import comparable, normalise

from .schemas import Book
from .sheets import Column, Layout

_CODED = re.compile(r"^\d{1,3}[.、)）]\s*(?=\D)")  # 173.私营有限责任
_SPACED = re.compile(r"^([A-Z]{2}) (\d{8,})$")  # GR 202512000273
_SPLIT = re.compile(r"[、,，;；|\n\t]+")
_NOTHING = frozenset(("/", "／", "—", "——", "－", "-", "--", "———", "…", "〃"))
_NONE = frozenset(
    (
        "无",
        "暂无",
        "没有",
        "不详",
        "N/A",
        "n/a",
        "NA",
        "详见附件",
        "见附件",
        "另附",
        "详见附表",
        "见附表",
        "略",
    )
)
_WORDS = frozenset(("text", "long", "area"))
_DIGITS = frozenset(("text", "credit_code", "patents", "words", "figure", "long"))
_ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+?1[4-9]|9\d{14}0{3}")
_SENTENCE = re.compile(r"[\u4e00-\u9fff]{2}")
_PATENT = re.compile(r"(?<![\dA-Za-z])(?:ZL|CN)?\s?(?:\d{12}|\d{8})[.．·]?[\dX](?!\d)")
Value = str | int | list[str] | None


def is_empty(column: Column, raw: object) -> bool:
    """Whether a cell says nothing: blank, or a sign for nothing ( / — 无 详见附件 )."""
    if raw is None:
        return True
    if not isinstance(raw, str):
        return False
    if len(raw) > 8 and raw[0].isalnum():
        return False
    text = normalise(raw)
    return not text or text in _NOTHING or (column.kind not in _WORDS and text in _NONE)


def read_cell(column: Column, raw: object, book: Book) -> Value:
    """What a cell means.

    Raises:
        Invalid: The field is the column's heading's field; the words name the remedy.
    """
    if isinstance(raw, str) and len(raw) > MAX_CELL:
        raise Invalid("cell.too_long_for_a_cell", column.field, count=len(raw), most=MAX_CELL)
    if is_empty(column, raw):
        if column.required:
            raise Invalid("cell.required", column.field, heading=column.heading)
        return [] if column.kind in {"words", "patents", "modes"} else None
    if column.kind in _DIGITS and lost_digits(raw):
        raise Invalid("cell.digits_lost", column.field, heading=column.heading)
    return _READERS[column.kind](column, raw, book)


def read_ends(column: Column, raw: object, book: Book) -> tuple[Value, Value, Said | None]:
    """(lower end of a range, value, what a person should know of how it was read).

    Raises:
        Invalid: As `read_cell`; or a range in a column that has room for one number only.
    """
    if isinstance(raw, str) and column.kind == "fen" and not is_empty(column, raw):
        spread = parse_spread(raw, column.unit or "元", column.field)
        if spread.low is not None and not column.low:
            raise Invalid("cell.one_number", column.field, text=raw[:40])
        about = Said("import.note.about", heading=column.heading, text=raw[:40])
        return spread.low, spread.high, about if spread.about else None
    if column.kind == "patents" and _names_no_patent(str(raw)) and not is_empty(column, str(raw)):
        about = Said("import.note.no_patent", heading=column.heading, text=str(raw)[:40])
        return None, [], about
    value = read_cell(column, raw, book)
    if isinstance(raw, str) and "附件" in raw and value in (None, []):
        return None, value, Said("import.note.see_annex", heading=column.heading, text=raw[:40])
    return None, value, None


def lost_digits(raw: object) -> bool:
    """Whether a spreadsheet program has rounded a number away: it keeps 15 digits, and writes
    2.02112E+15 in a .csv.
    """
    if isinstance(raw, float):
        return abs(raw) >= 10**15
    if isinstance(raw, int) and not isinstance(raw, bool):
        return abs(raw) >= 10**15 and raw % 10 == 0
    return isinstance(raw, str) and bool(_ROUNDED.fullmatch(raw.strip()))


def _text(column: Column, raw: object, _: Book) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = _SPACED.sub(r"\1\2", normalise(str(raw)))
    if column.longest and len(text) > column.longest:
        raise Invalid("cell.too_long", column.field, count=len(text), most=column.longest)
    return text


def _words(column: Column, raw: object, _: Book) -> list[str]:
    return list(dict.fromkeys(w for w in (normalise(p) for p in _SPLIT.split(str(raw))) if w))


def _patents(column: Column, raw: object, book: Book) -> list[str]:
    """Numbers apart; or, where they stand in a sentence, those that are numbers of patents."""
    text = str(raw)
    if not _SENTENCE.search(text):
        return [parse_patent(part, column.field).number for part in _words(column, raw, book)]
    if _names_no_patent(text):
        raise Invalid("patent.length", column.field, text=text[:40])
    found = [parse_patent(n, column.field).number for n in _PATENT.findall(text)]
    return list(dict.fromkeys(found))


def _names_no_patent(text: str) -> bool:
    """Whether a text speaks of patents without a number: a sheet's cell may, a form's field may not."""
    return bool(_SENTENCE.search(text)) and not _PATENT.search(text)


def _modes(column: Column, raw: object, book: Book) -> list[str]:
    return sorted({parse_mode(part, column.field) for part in _words(column, raw, book)})


def _day(column: Column, raw: object, _: Book) -> str | None:
    found = parse_day(raw, column.field)
    return found.isoformat() if found else None


def _choice(column: Column, raw: object, _: Book) -> str:
    text = _CODED.sub("", comparable(str(raw)))
    for code, word in column.choices.items():
        if text in (comparable(word), code):
            return code
    for word, code in column.other_words.items():
        if text == comparable(word):
            return code
    words = tuple(column.choices.values())
    near = [w for w in words if text and (text in comparable(w) or comparable(w) in text)]
    if len(near) == 1:
        raise Invalid(
            "cell.choice_near", column.field, proposals=(near[0],), text=raw, near=near[0]
        )
    raise Invalid("cell.choice", column.field, proposals=words, text=str(raw)[:40], options=words)


def _area(column: Column, raw: object, book: Book) -> str:
    return _text(column, raw, book)


def _number(column: Column, raw: object, _: Book) -> int:
    text = str(raw).strip().removesuffix(".0").replace(",", "").replace("，", "").removesuffix("人")
    value = parse_whole(text)
    if value is None:
        raise Invalid("cell.number", column.field, text=str(raw)[:40])
    return value


def _credit_code(column: Column, raw: object, _: Book) -> str:
    if called := name_in(str(raw)):
        return by_name(normalise(called))
    return parse_credit_code(raw, column.field)


def _trl(column: Column, raw: object, _: Book) -> int | None:
    return parse_trl(raw, column.field)


def _fen(column: Column, raw: object, _: Book) -> int | None:
    return parse_fen(raw, column.unit or "元", column.field)


def _fact(column: Column, raw: object, book: Book) -> str | None:
    """A yearly fact as a person would write it: 1234.5万元, 12.5%, 是.

    A bare number is in the column's unit.
    """
    given = book.facts[column.field].given
    text = _text(column, raw, book)
    if given.unit == "元":
        minus = given.low < 0 and text.startswith(("-", "－", "−"))
        fen = parse_fen(text[1:] if minus else text, column.unit, column.field)
        text = "" if fen is None else _yuan(-fen if minus else fen)
    elif given.unit != "是否" and re.fullmatch(r"[-\d.,]+", text):
        text = text.replace(",", "") + given.unit
    typed({given.name: fact_written(text)}, {given.name: given})
    return text or None


def _yuan(fen: int) -> str:
    """Exact, in the unit in which people think of it: 15463万元, 4500元."""
    unit = "万元" if abs(fen) >= 1_000_000 else "元"
    return f"{in_unit(fen, unit).normalize():f}{unit}"


def fact_written(text: str) -> object:
    """A yearly fact as the rules read it: 20分,25分 is the interval that an expert gives."""
    parts = [p.strip() for p in text.replace("，", ",").strip("[]").split(",")]
    return parts if len(parts) == 2 and all(p[-1:] == "分" for p in parts) else text


_READERS: dict[str, Callable[[Column, object, Book], Value]] = {
    "text": _text,
    "long": _text,
    "figure": _text,  # digits as they were printed, of whatever length
    "words": _words,
    "patents": _patents,
    "modes": _modes,
    "day": _day,
    "choice": _choice,
    "area": _area,
    "number": _number,
    "credit_code": _credit_code,
    "trl": _trl,
    "fen": _fen,
    "fact": _fact,
}


def write_cell(column: Column, value: object) -> str | int | float | Decimal | None:
    """A value as its cell: what `read_cell` reads back to the same value."""
    if value is None or value in ("", []):
        return None
    if column.kind == "fen":
        assert isinstance(value, int)
        amount = in_unit(value, column.unit or "元")
        return amount if len(amount.as_tuple().digits) <= 15 else f"{value}分"
    if column.kind == "modes":
        return "、".join(MODES[m] for m in MODES if m in value)  # type: ignore[operator]
    if column.kind == "choice":
        return column.choices.get(str(value), str(value))
    if isinstance(value, (list, tuple)):
        return "、".join(str(v) for v in value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def write_row(
    layout: Layout, values: Mapping[str, object]
) -> list[str | int | float | Decimal | None]:
    """All cells of a row in the layout's order."""
    return [write_cell(column, values.get(column.field)) for column in layout.columns]
