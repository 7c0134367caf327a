"""Files of the command line: JSON Lines, CSV and XLSX in, with the line of every row."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kechuang.engines.base.errors import Invalid
from kechuang.engines.sheets.pages import is_blank
from kechuang.engines.sheets.plain import read_sheet


class BadInput(Exception):
    """File, line and field of what cannot be read; printed on stderr, exit 2."""

    def __init__(self, file: Path, line: int, field: str, words: str) -> None:
        super().__init__(f"{file}:{line}: {field + '：' if field else ''}{words}")


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, row) of a .jsonl, .csv or .xlsx file; the first row of a sheet names the keys."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise BadInput(path, 0, "", f"打不开：{e.strerror}") from e
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        yield from _json_lines(path, data)
        return
    try:
        sheet = read_sheet(data, path.name)
    except Invalid as e:
        raise BadInput(path, 0, e.field, e.words) from e
    heads = [str(h).strip() for h in sheet.rows[0]] if sheet.rows else []
    if "id" not in heads:
        raise BadInput(path, 1, "id", "首行应为列名，且要有 id 列")
    for line, cells in enumerate(sheet.rows[1:], 2):
        if not is_blank(cells):
            row = {
                h: _plain(c)
                for h, c in zip(heads, cells, strict=False)
                if h and c not in ("", None)
            }
            row["id"] = str(row.get("id", ""))
            yield line, row


def _plain(cell: object) -> object:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def _json_lines(path: Path, data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, raw in enumerate(data.splitlines(), 1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw)
        except UnicodeDecodeError as e:
            raise BadInput(path, line, "", "不是 UTF-8，请另存为 UTF-8") from e
        except json.JSONDecodeError as e:
            raise BadInput(path, line, "", f"不是 JSON：{e.msg}（第 {e.colno} 列）") from e
        if not isinstance(row, dict):
            raise BadInput(path, line, "", "每行应为一个 JSON 对象")
        yield line, row
