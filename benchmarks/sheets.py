"""Every layout of sheet that districts were found to have, read once: what is read without help,
what after an answer, what is refused with its cause, what is wrong without a word. Prints a table.

    python benchmarks/sheets.py
"""

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
os.environ.setdefault("KECHUANG_DEMO", "1")
django.setup()

from tests.engines.sheet_samples import HELD, SAMPLES, Sample

from kechuang.book import Book, read_book
from kechuang.book.reading import read
from kechuang.district.core.imports.sheet_rows import Skipped, read_rows
from kechuang.engines.base.errors import Invalid
from kechuang.engines.sheets.formats import read_pages
from kechuang.engines.sheets.pages import HeldPages

ALONE, ASKED, REFUSED, WRONG = "read", "read after", "refused", "WRONG"


def outcome(sample: Sample, book: Book) -> tuple[str, list[str]]:
    """How a sample fares, and what is asked of a person."""
    layout, asked = book.layouts[sample.kind], []
    try:
        pages = HeldPages(read_pages(sample.make(), sample.name))
        reading = read(pages, layout, {}, lambda field: None)
        asked = [q.id for q in reading.questions]
        if asked:
            said = {
                q: sample.answers.get(q) or sample.answers.get(q.partition("-")[0], "")
                for q in asked
            }
            reading = read(pages, layout, said, lambda field: None)
        rows = list(read_rows(reading, book, Skipped()))
    except Invalid as e:
        return REFUSED, [e.code]
    problems = sorted({p["code"] for row in rows for p in row.problems})
    if problems:
        return REFUSED, problems
    said_so = [{k: r.values.get(k) for k in w} for r, w in zip(rows, sample.says, strict=False)]
    if len(rows) != len(sample.says) or said_so != [dict(w) for w in sample.says]:
        return WRONG, asked
    return (ASKED if asked else ALONE), asked


def main() -> int:
    book, problems = read_book(ROOT / "books" / "jinnan")
    assert book, problems
    tally: Counter[str] = Counter()
    print("| sample | layout | outcome |\n|---|---|---|")
    for sample in (*SAMPLES, *HELD):
        fate, words = outcome(sample, book)
        tally[fate] += 1
        print(f"| {sample.id} | {sample.layout} | {fate} {'、'.join(words)} |")
    print(
        f"\n{len(SAMPLES) + len(HELD)}: "
        + ", ".join(f"{n} {fate}" for fate, n in tally.most_common())
    )
    return 1 if tally[WRONG] else 0


if __name__ == "__main__":
    sys.exit(main())
