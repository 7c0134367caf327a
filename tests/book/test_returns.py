"""Receivers' layouts in a book: a mistake is named before anybody is sent a wrong sheet."""

import pytest

from tests.book.test_books import copy
from tests.factories import sheet

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


def test_a_layout_is_held_against_the_file_sent_last_year_at_every_check(tmp_path):
    sent = tmp_path / "jinnan" / "returns" / "2025.xlsx"
    sent.parent.mkdir(parents=True)

    def check(heading):
        sent.write_bytes(sheet(["津南区2025年台账"], ["任务", heading], ["一", "二"]))
        layout = (
            'id: held\ntitle: 台账\nreceiver: 办公室\nkind: xlsx\nrows: tasks\nhead: {A1: "{place}{year}年台账"}\nfirst_row: 3\n'
            "columns:\n  - {heading: 任务, field: title}\n  - {heading: 牵头单位, field: lead}\nchecked_against: 2025.xlsx\n"
        )
        return copy(tmp_path, "returns/monthly-ledger.yaml", lambda _: layout)

    book, problems = check("牵头单位")
    assert not problems
    assert book.returns["held"].checked_against == "2025.xlsx"
    _, problems = check("责任单位")
    assert [p.words for p in problems] == [
        "与 2025.xlsx 的 B2 不同：表样是“牵头单位”，文件是“责任单位”"
    ]
