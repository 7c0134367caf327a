"""Takes values out of lined mappings and writes down what is wrong with them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kechuang.engines.base.sayings import SOURCE, in_language

from .lines import Lined


@dataclass(frozen=True)
class Problem:
    """Something wrong in a book; ``words`` is a sentence of the catalogue or plain Chinese."""

    file: Path
    line: int
    words: str

    def __str__(self) -> str:
        return self.told(SOURCE)

    def told(self, language: str) -> str:
        """File, line and what is wrong, in a language as far as the catalogue knows it."""
        return f"{self.file}:{self.line}: {in_language(self.words, language)}"


class Desk:
    """Takes values out of lined mappings and writes down what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def complain(self, at: Lined, key: str, words: str) -> None:
        self.problems.append(Problem(at.file, at.lines.get(key, at.line), words))

    def text(self, at: Lined, key: str, *, required: bool = True) -> str:
        value = at.get(key)
        if value is None:
            if required:
                self.complain(at, key, f'缺少 {key}，请补上（没有就写空字符串 ""）')
            return ""
        if isinstance(value, (dict, list)):
            self.complain(at, key, f"{key} 应为一行文字")
            return ""
        return str(value).strip()

    def optional(self, at: Lined, key: str) -> str:
        return self.text(at, key, required=False)

    def one_of(self, at: Lined, key: str, allowed: tuple[str, ...], default: str = "") -> str:
        value = self.optional(at, key) or default
        if value not in allowed:
            self.complain(at, key, f"{key} 应为 {' | '.join(allowed)} 之一，此处是“{value}”")
        return value

    def number(self, at: Lined, key: str) -> Decimal | None:
        value = at.get(key)
        if value is None:
            return None
        if isinstance(value, float):
            self.complain(at, key, f'{key} 请加引号写成文字，如 "{value}"，免得二进制小数改了它')
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self.complain(
                at,
                key,
                f"{key}“{value}”不是数字；没有公布就删去此行并写 absence: no_number 或 unknown",
            )
            return None

    def whole(self, at: Lined, key: str) -> int:
        value = at.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.complain(at, key, f"{key} 应为整数")
        return 0

    def day(self, at: Lined, key: str, *, required: bool = True) -> date | None:
        value = at.get(key)
        if isinstance(value, date):
            return value
        if value is not None or required:
            self.complain(at, key, f"{key} 应为日期，如 2022-12-31")
        return None

    def rows(self, at: Lined, key: str) -> list[Lined]:
        value = at.get(key) or []
        if not isinstance(value, list) or not all(isinstance(v, Lined) for v in value):
            self.complain(at, key, f"{key} 应为条目的列表，每条以“- ”开头")
            return []
        return value

    def texts(self, at: Lined, key: str) -> tuple[str, ...]:
        value = at.get(key) or []
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self.complain(at, key, f"{key} 应为列表")
            return ()
        return tuple(str(v) for v in value)


def unique(desk: Desk, rows: list[Lined], key: str) -> None:
    """Complain where a key stands twice in a list."""
    seen: dict[str, int] = {}
    for row in rows:
        value = str(row.get(key))
        if value in seen:
            desk.complain(row, key, f"{key}“{value}”在第 {seen[value]} 行已经用过，请换一个")
        seen[value] = row.lines.get(key, row.line)
