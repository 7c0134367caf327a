"""Receivers' layouts in a book: a mistake is named before anybody is sent a wrong sheet."""

import pytest

from tests.book.test_books import copy

WORD = """id: word
title: 台账
receiver: 区政府办公室
kind: docx
rows: tasks
head: ["{place}台账"]
columns:
  - {heading: 任务, field: title}
"""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.replace("field: title", "field: titel"), "没有“titel”这一栏"),
        (lambda s: s.replace("{place}", "{place.__class__}"), "没有“{place.__class__}”"),
        (lambda s: s.replace("{place}", "{"), "head 里没有"),
        (lambda s: s.replace('["{place}台账"]', '{A1: "台账"}'), "不写单元格"),
        (lambda s: s + 'line: "{title}"\n', "二者写一个"),
        (lambda s: s.replace("kind: docx", "kind: xlsx"), "first_row"),
        (lambda s: s.replace("kind: docx", "kind: xlsx\nfirst_row: 1"), "至少为 2"),
        (lambda s: s.replace("kind: docx", "kind: pdf"), "kind 应为"),
    ],
)
def test_a_mistaken_layout_is_refused(tmp_path, change, words):
    good, problems = copy(tmp_path, "returns/monthly-ledger-word.yaml", lambda _: WORD)
    assert good.returns["word"].line == ""
    assert not problems
    book, problems = copy(tmp_path, "returns/monthly-ledger-word.yaml", lambda _: change(WORD))
    assert book is None
    assert any(words in p.words for p in problems)
