"""How the sample files are made: .xlsx with merges, .csv, .xls that is markup, .docx, .pdf."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import docx
import xlsxwriter

from kechuang.engines.base.identifiers import credit_check

Rows = Sequence[Sequence[Any]]


def code(number: int) -> str:
    """The valid credit code of an invented organisation."""
    body = f"91120112MC{number:07d}"
    return body + credit_check(body)


@dataclass(frozen=True)
class Sample:
    """A layout: a file, and the rows that a careful clerk would read in it.

    ``says`` lists the fields that count; a sheet that must be refused says nothing and names its
    refusal in ``refused``. ``answers`` is what a person answers when asked: question → answer.
    """

    id: str
    layout: str
    kind: str
    name: str
    make: Callable[[], bytes]
    says: Sequence[Mapping[str, Any]] = ()
    refused: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def xlsx(
    *pages: Rows,
    names: Sequence[str] = (),
    merged: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
) -> bytes:
    """A workbook; merges as "A1:C1" of the first page (the first cell's value is kept)."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for number, rows in enumerate(pages):
            page = book.add_worksheet(names[number] if names else None)
            for line, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None and cell != "":
                        page.write(line, place, cell)
            for span in merged if not number else ():
                first = page.table.get(_at(span)[0], {}).get(_at(span)[1])
                page.merge_range(span, "")
                if first is not None:
                    page.write(*_at(span), rows[_at(span)[0]][_at(span)[1]])
            for line in hidden_rows:
                page.set_row(line, None, None, {"hidden": True})
            for place in hidden_columns:
                page.set_column(place, place, None, None, {"hidden": True})
    return stream.getvalue()


def _at(span: str) -> tuple[int, int]:
    from xlsxwriter.utility import xl_cell_to_rowcol

    line, place = xl_cell_to_rowcol(span.split(":", maxsplit=1)[0])
    return line, place


def csv(rows: Rows, encoding: str = "gb18030", apart: str = ",") -> bytes:
    """Cells with a separator in them are quoted."""
    quoted = (
        [f'"{c}"' if apart in str(c) or "\n" in str(c) else str(c) for c in row] for row in rows
    )
    return "\r\n".join(apart.join(row) for row in quoted).encode(encoding)


def html(rows: Rows) -> bytes:
    """What many systems call .xls: a page with a table, in GBK."""
    lines = "".join(
        "<tr>" + "".join(f"<td>{c if c is not None else ''}</td>" for c in row) + "</tr>"
        for row in rows
    )
    head = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    return f"<html><head>{head}</head><body><table>{lines}</table></body></html>".encode("gbk")


def spreadsheetml(rows: Rows) -> bytes:
    """XML Spreadsheet 2003, as systems export it under the name of .xls."""
    lines = "".join(
        "<Row>"
        + "".join(
            f'<Cell><Data ss:Type="{"Number" if isinstance(c, (int, float)) else "String"}">{c}</Data></Cell>'
            if c not in (None, "")
            else "<Cell/>"
            for c in row
        )
        + "</Row>"
        for row in rows
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Sheet1"><Table>{lines}'
        "</Table></Worksheet></Workbook>"
    ).encode()


def word(rows: Rows, before: Sequence[str] = ()) -> bytes:
    """A document with a table, as lists are attached to notices."""
    made = docx.Document()
    for line in before:
        made.add_paragraph(line)
    table = made.add_table(len(rows), max(len(r) for r in rows))
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            table.cell(line, place).text = "" if cell is None else str(cell)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def pdf(
    rows: Rows, before: Sequence[str] = (), after: Sequence[str] = (), css: str = "", head: int = 0
) -> bytes:
    """Pages with a table and a text layer; ``css`` goes after the style of a ruled table, ``head``
    rows stand again on top of every page.
    """
    import weasyprint

    marked = [
        "<tr>" + "".join(f"<td>{'' if c is None else c}</td>" for c in row) + "</tr>"
        for row in rows
    ]
    lines = f"<thead>{''.join(marked[:head])}</thead>{''.join(marked[head:])}"
    style = "<style>@page{size:A4 landscape;margin:1cm}table{border-collapse:collapse}td{border:1px solid;padding:3px;font-size:8pt}</style>"
    heads = "".join(f"<p>{line}</p>" for line in before)
    feet = "".join(f"<p>{line}</p>" for line in after)
    made = weasyprint.HTML(
        string=f"{style}<style>{css}</style>{heads}<table>{lines}</table>{feet}"
    ).write_pdf()
    return bytes(made)


def bundle(files: Mapping[str, bytes]) -> bytes:
    """Many files at once."""
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        for name, data in files.items():
            out.writestr(name, data)
    return stream.getvalue()
