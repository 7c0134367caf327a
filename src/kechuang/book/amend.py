"""A book's YAML changed as a person would change it: one new line or one more entry, everything
else as it stands.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from kechuang.engines.base.errors import Invalid
from kechuang.engines.rules.values import NUMBERED


@dataclass(frozen=True)
class Amendment:
    """A parameter's new value from a day on, with the clause and the document that say so.

    ``value`` as the book writes it (50万元, 未公布, null, [{至: …, 含: 是, 值: …}, …]).
    """

    parameter: str
    day: date
    value: str
    clause: str
    source: str
    known: date | None = None


@dataclass(frozen=True)
class Document:
    """A new source."""

    code: str
    title: str
    issuer: str
    issued: str
    url: str
    checked: date
    note: str = ""


def quoted(text: str) -> str:
    """A scalar that YAML reads back as the same text, quoted only where it must be."""
    safe = re.fullmatch(r"[\u4e00-\u9fffA-Za-z（）()、，。；“”《》〔〕—/0-9 ·.%-]+", text)
    plain = safe and not re.match(
        r"^[\d\s.%-]|^(?:true|false|null|yes|no|on|off)$", text, re.IGNORECASE
    )
    return text if plain and text == text.strip() else json.dumps(text, ensure_ascii=False)


_STEP_KEYS = ({"至", "含", "值"}, {"自", "含", "值"}, {"其余"})
_PLAIN = re.compile(rf"-?[\d.,]+\s*[万亿]?(?:{NUMBERED})?|未公布|null|是|否")


def value_written(text: str) -> str:
    """A value as the book writes it, put together anew from what was typed: nothing else can ride
    along.

    Raises:
        Invalid: Neither an amount, an interval of two, nor a list of tiers.
    """
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as e:
        raise Invalid("book.value_yaml", "value") from e
    if isinstance(found, list) and found and all(isinstance(x, dict) for x in found):
        return "[" + ", ".join(_step(x) for x in found) + "]"
    if isinstance(found, list) and len(found) == 2:
        return "[" + ", ".join(_scalar(x) for x in found) + "]"
    return _scalar(found)


def _step(row: dict[Any, Any]) -> str:
    if set(row) not in _STEP_KEYS:
        raise Invalid("book.tier_form", "value")
    return "{" + ", ".join(f"{k}: {_amount(v)}" for k, v in row.items()) + "}"


def _amount(value: object) -> str:
    if isinstance(value, list) and len(value) == 2:
        return "[" + ", ".join(_scalar(x) for x in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    text = "null" if value is None else str(value).strip()
    if not _PLAIN.fullmatch(text) or len(text) > 60:
        raise Invalid("book.not_a_quantity", "value", text=text[:40])
    return text


def amended(text: str, change: Amendment) -> str:
    """parameters.yaml with the new value in its place among the days.

    Raises:
        Invalid: The parameter is not there, has a value of that day already, or its values are
            written in a way that
            cannot be added to.
    """
    lines = text.split("\n")
    start, end = _entry(lines, change.parameter)
    entry = _written(change)
    whole = "\n".join(lines[start:end])
    if found := re.search(r"取值: *\{", whole):
        changed = _into_flow(whole, found.end(), change.day, entry)
    else:
        changed = _into_block(whole, change.day, entry)
    made = "\n".join([*lines[:start], changed, *lines[end:]])
    _only_that_changed(yaml.safe_load(text), yaml.safe_load(made), change)
    return made


def _only_that_changed(before: Any, after: Any, change: Amendment) -> None:
    """The text was edited; what it means must differ by one day of one parameter and nothing
    else.
    """
    values = after[change.parameter]["取值"]
    values.pop(change.day, None)
    values.pop(change.day.isoformat(), None)
    if before != after:
        raise Invalid("book.would_change_elsewhere", "value")


def _written(change: Amendment) -> str:
    parts = [
        "值: " + value_written(change.value),
        "依据: " + quoted(change.clause),
        "来源: " + change.source,
    ]
    if change.known and change.known > change.day:
        parts += ["知悉: " + change.known.isoformat()]
    return f"{change.day.isoformat()}: {{{', '.join(parts)}}}"


def _entry(lines: list[str], name: str) -> tuple[int, int]:
    """Where a parameter begins and where the next one does."""
    start = next((n for n, line in enumerate(lines) if line.startswith(f"{name}:")), None)
    if start is None:
        raise Invalid("book.no_such_parameter", "parameter", name=name)
    end = start + 1
    while end < len(lines) and (lines[end].startswith((" ", "\t")) or not lines[end].strip()):
        end += 1
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return start, end


def _into_flow(whole: str, opened: int, day: date, entry: str) -> str:
    """取值: {2021-07-09: 96个月} → one more between the braces."""
    closed = _closing(whole, opened)
    held = _chunks(whole[opened:closed])
    return whole[:opened] + ", ".join(_placed(held, day, entry)) + whole[closed:]


def _closing(text: str, opened: int) -> int:
    depth, quote = 1, ""
    for place in range(opened, len(text)):
        c = text[place]
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c in "{[":
            depth += 1
        elif c in "}]":
            depth -= 1
            if not depth:
                return place
    raise Invalid("book.bracket_open", "value")


def _chunks(inner: str) -> list[str]:
    """Entries between commas that stand in no bracket."""
    found, depth, start = [], 0, 0
    for place, c in enumerate(inner):
        depth += (c in "{[") - (c in "}]")
        if c == "," and not depth:
            found.append(inner[start:place].strip())
            start = place + 1
    return [*found, inner[start:].strip()] if inner.strip() else []


def _placed(held: Iterable[str], day: date, entry: str) -> list[str]:
    entries = [*held]
    days = [e[:10] for e in entries]
    if day.isoformat() in days:
        raise Invalid("book.value_exists", "day", day=day.isoformat())
    place = sum(d < day.isoformat() for d in days)
    return [*entries[:place], entry, *entries[place:]]


def _into_block(whole: str, day: date, entry: str) -> str:
    """取值: on a line of its own, one day a line below it."""
    lines = whole.split("\n")
    head = next((n for n, line in enumerate(lines) if re.match(r"^\s+取值:\s*$", line)), None)
    if head is None:
        raise Invalid("book.value_unreadable", "value")
    depth = len(lines[head]) - len(lines[head].lstrip())
    last = head + 1
    while last < len(lines) and len(lines[last]) - len(lines[last].lstrip()) > depth:
        last += 1
    indent = re.match(r"\s*", lines[head + 1])[0]  # type: ignore[index]
    days = [n for n in range(head + 1, last) if re.match(rf"^{indent}\d{{4}}-\d\d-\d\d:", lines[n])]
    if any(lines[n].strip().startswith(day.isoformat()) for n in days):
        raise Invalid("book.value_exists", "day", day=day.isoformat())
    after = [n for n in days if lines[n].strip()[:10] > day.isoformat()]
    place = after[0] if after else last
    return "\n".join([*lines[:place], indent + entry, *lines[place:]])


def with_source(text: str, document: Document) -> str:
    """sources.yaml with one more document at its end, written like the others."""
    rows = [
        ("title", quoted(document.title)),
        ("issuer", quoted(document.issuer) if document.issuer else ""),
        ("date", document.issued),
        ("url", _address(document.url)),
        ("status", "official" if document.url else "copy"),
        ("checked_on", document.checked.isoformat()),
        ("note", quoted(document.note) if document.note else ""),
    ]
    told = "".join(f"    {key}: {value}\n" for key, value in rows if value)
    return (
        f"{text.rstrip()}\n  {document.code}:\n{told}"
        if text.strip()
        else f"sources:\n  {document.code}:\n{told}"
    )


def _address(url: str) -> str:
    if url and not re.fullmatch(r"https?://[^\s\"'<>{}|\\^`]{3,390}", url):
        raise Invalid("source.url", "url")
    return url


def next_code(known: Iterable[str], letter: str = "K") -> str:
    """The next free code of sources that were entered by a form: K1, K2, …"""
    taken = {c for c in known if re.fullmatch(rf"{letter}\d+", c)}
    number = 1
    while f"{letter}{number}" in taken:
        number += 1
    return f"{letter}{number}"
