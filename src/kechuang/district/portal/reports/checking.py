"""Last year's file beside the same return written now, place by place."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext
from docx.table import Table
from xlsxwriter.utility import xl_rowcol_to_cell

from kechuang.book.schemas import ReturnLayout
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sheets import read_sheet
from kechuang.engines.plantext.documents import open_word

Difference = tuple[str, str, str, bool]


def differences(layout: ReturnLayout, ours: bytes, theirs: bytes, name: str) -> list[Difference]:
    """(place, last year's file, ours, whether it belongs to the layout) wherever the two differ.

    A layout is right when only data differ: every place above the first row agrees.

    Raises:
        Invalid: The file is not of the layout's kind, or broken.
    """
    if not name.lower().endswith(f".{layout.kind}"):
        raise Invalid("文件与表样不是一种：Excel 表样请交 .xlsx，Word 表样请交 .docx", "file")
    read = _document if layout.kind == "docx" else _sheet
    a, b = read(theirs, name, layout), read(ours, f"ours.{layout.kind}", layout)
    places = [*a, *(p for p in b if p not in a)]
    blank = ("", True)
    return [
        (p, a.get(p, blank)[0], b.get(p, blank)[0], (a.get(p) or b.get(p) or blank)[1])
        for p in places
        if a.get(p, blank)[0] != b.get(p, blank)[0]
    ]


def _sheet(data: bytes, name: str, layout: ReturnLayout) -> Mapping[str, tuple[str, bool]]:
    return {
        xl_rowcol_to_cell(line, place): (_plain(cell), line < layout.first_row - 1)
        for line, row in enumerate(read_sheet(data, name).rows)
        for place, cell in enumerate(row)
    }


def _document(data: bytes, name: str, layout: ReturnLayout) -> Mapping[str, tuple[str, bool]]:
    return dict(_places(open_word(data, name).iter_inner_content(), layout))


def _places(
    parts: Iterator[object], layout: ReturnLayout
) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Paragraphs by number before and after the table, cells by name."""
    number, after, tables = 0, False, 0
    for part in parts:
        if isinstance(part, Table):
            after, tables, number = True, tables + 1, 0
            sign = "" if tables == 1 else f"{tables} "
            for line, row in enumerate(part.rows):
                for place, cell in enumerate(row.cells):
                    yield (
                        f"{gettext('表')} {sign}{xl_rowcol_to_cell(line, place)}",
                        (_plain(cell.text), not line),
                    )
            continue
        number += 1
        layouts_own = after or number <= len(layout.head)
        yield (
            f"{gettext('表后段') if after else gettext('段')} {number}",
            (_plain(getattr(part, "text", "")), layouts_own),
        )


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
