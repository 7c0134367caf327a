"""Words of the interface: found in templates and code, kept in locale/en, compiled for Django."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from kechuang.district.core.books import current_book
from kechuang.engines.base.sayings import LOCALE
from kechuang.engines.matching.parties import MODES

HOUSE = Path(__file__).resolve().parents[1]
_HAN = re.compile(r"[\u3400-\u9fff]")
_TRANSLATE = re.compile(r"""\{%\s*translate\s+(?:"([^"]+)"|'([^']+)')\s*%\}""")
_BLOCK = re.compile(
    r"\{%\s*blocktranslate\b([^%]*)%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL
)
_CODE = (
    "portal/**/*.py",
    "accounts/roles.py",
    "accounts/models.py",
    "accounts/services/leaving.py",
    "market/services/handover.py",
    "*/workflow.py",
    "*/models.py",
    "*/models/*.py",
    "*/registers.py",
    "*/registers/*.py",
    "*/declared.py",
    "core/imports/workflow.py",
)


def in_templates() -> Iterator[str | tuple[str, str]]:
    """Every text of the templates; a pair where there is a plural."""
    for path in sorted((HOUSE / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for found in _TRANSLATE.finditer(text):
            yield found[1] or found[2]
        for found in _BLOCK.finditer(text):
            parts = [
                re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", p)
                for p in re.split(r"\{%\s*plural\s*%\}", found[2])
            ]
            yield (parts[0], parts[1]) if len(parts) == 2 else parts[0]


def in_code() -> Iterator[str]:
    """Labels that stand in code and reach a page through the ``t`` filter or gettext."""
    for pattern in _CODE:
        for path in sorted(HOUSE.glob(pattern)):
            if path.name in ("words.py", "script.py") or "management" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                value = node.value if isinstance(node, ast.Constant) else None
                if (
                    isinstance(value, str)
                    and _HAN.search(value)
                    and "\n" not in value
                    and value[0] not in "，；"
                ):
                    yield value


def in_book() -> Iterator[str]:
    """Headings, choices, field names and units of the book."""
    book = current_book()
    for layout in book.layouts.values():
        yield layout.title
        for column in layout.columns:
            yield from filter(None, (column.heading, column.hint))
            yield from column.choices.values()
    yield from MODES.values()
    yield from (name for name, _ in book.areas.values())
    yield from sorted({f.group for f in book.facts.values()})
    yield from sorted({f.given.unit for f in book.facts.values() if _HAN.search(f.given.unit)})
    yield from sorted({i.unit for i in book.indicators.values() if _HAN.search(i.unit)})


def _english_in_book() -> dict[str, str]:
    """The English that the book itself gives: of its registers and of its indicators' titles."""
    book = current_book()
    found = {k: v for r in book.registers.values() for k, v in r.english.items() if v}
    return found | {i.title: i.title_en for i in book.indicators.values() if i.title_en}


def po_file() -> Path:
    return Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"


def update() -> tuple[int, int]:
    """Bring the English catalogue to the words there are; returns (all, untranslated)."""
    path = po_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    old = Catalog(locale="en")
    if path.exists():
        with path.open("rb") as stream:
            old = read_po(stream, locale="en")
    new = Catalog(locale="en", project="Kechuang", charset="utf-8", fuzzy=False)
    said = _english_in_book()
    for words in [*in_templates(), *in_code(), *in_book()]:
        known = old.get(words)
        if isinstance(words, str) and words in said and not (known and known.string):
            new.add(words, said[words])
            continue
        new.add(words, known.string if known else ("" if isinstance(words, str) else ("", "")))
    with path.open("wb") as stream:
        write_po(stream, new, sort_output=True, no_location=True, omit_header=False, width=120)
    compile_mo(path)
    for refusals in sorted(LOCALE.glob("*/LC_MESSAGES/refusals.po")):
        compile_mo(refusals)
    missing = sum(
        1 for m in new if m.id and not (m.string if isinstance(m.string, str) else all(m.string))
    )
    return sum(1 for m in new if m.id), missing


def compile_mo(path: Path) -> None:
    """The compiled catalogue beside the readable one."""
    with path.open("rb") as stream:
        catalog = read_po(stream, locale="en")
    with path.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, catalog)
