"""Forms that people have and no register takes in: known by their words, told what to do."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from kechuang.engines.base.errors import Invalid
from kechuang.engines.sheets.pages import Pages
from kechuang.engines.sheets.tables import SURVEY
from kechuang.engines.text import comparable

_UNREAD = ("import.no_headings", "import.missing_column")


@dataclass(frozen=True)
class ForeignForm:
    """A form: known when ``least`` of its ``marks`` stand in a sheet; ``instead`` is what to do."""

    title: str
    marks: tuple[str, ...]
    least: int
    instead: str


def known_form(cells: Iterable[object], forms: Sequence[ForeignForm]) -> ForeignForm | None:
    """The form that a sheet's cells are of, the one with most marks; None: none that is known."""
    texts = {_plain(c) for c in cells if isinstance(c, str) and len(c) <= 60}
    held = [(sum(any(_plain(m) in t for t in texts) for m in f.marks), f) for f in forms]
    fit = [(n, f) for n, f in held if n >= f.least]
    return max(fit, key=lambda found: found[0])[1] if fit else None


def _plain(text: str) -> str:
    return "".join(comparable(text).split())


@contextmanager
def naming(pages: Pages, title: str, forms: Sequence[ForeignForm]) -> Iterator[None]:
    """Where a workbook cannot be read as what it should be (``title``), say which form it is.

    Raises:
        Invalid: It is a form that no register takes in; or what was raised inside.
    """
    try:
        yield
    except Invalid as e:
        rows = (row for n in range(len(pages.heads)) for row in islice(pages.rows(n), SURVEY))
        form = known_form((c for row in rows for c in row), forms) if e.code in _UNREAD else None
        if form is None:
            raise
        raise Invalid(
            "import.foreign_form", "file", form=form.title, title=title, instead=form.instead
        ) from e
