"""Sheets and registers as a book lays them out."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    ``kind`` says how its cells are read; ``unit`` is that of a bare number.
    """

    field: str
    heading: str
    kind: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    width: int = 16
    longest: int = 0
    choices_from: str = ""  # ladder: its rungs under every name they had; indicators: by title
    other_words: Mapping[str, str] = dataclasses.field(default_factory=dict)  # former name → choice
    hint: str = ""  # how it is filled in, where the heading does not say it
    low: str = ""  # the field that holds the lower end of a range
    named_by: str = ""  # the column of the organisation's name, which may stand in for its code
    name_only: bool = False  # whom nobody knows by name is kept by the name alone
    asked_with: str = ""  # a sheet that has that column and not this one is asked


@dataclass(frozen=True)
class Layout:
    """How a list is laid out as a sheet, in and out."""

    kind: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class BookRegister:
    """A register that the book declares: its fields, its life, who sees and writes, what it
    counts for.
    """

    id: str
    title: str
    title_en: str
    life: str  # kept, recognised or pipeline
    name: str  # the field that a record is called by
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    stages: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sees: str = "staff"
    writes: tuple[str, ...] = ("officer",)
    counts_for: str = ""  # an indicator of the book
    counts_on: str = ""  # the day by which a record counts
    english: Mapping[str, str] = dataclasses.field(default_factory=dict)  # of title and headings


def with_choices(
    layouts: Mapping[str, Layout],
    source: str,
    choices: Mapping[str, str],
    other_words: Mapping[str, str],
) -> Mapping[str, Layout]:
    """The layouts with the choices that another file of the book gives: code → word, and what
    else people write for them: word → code.
    """
    return {
        kind: dataclasses.replace(
            layout,
            columns=tuple(
                dataclasses.replace(c, choices=choices, other_words=other_words)
                if c.choices_from == source
                else c
                for c in layout.columns
            ),
        )
        for kind, layout in layouts.items()
    }
