"""The leaders' page: five sentences, three charts, what needs a decision, on one A4 page; and no
report breaks a table inside a row.
"""

import io
import re

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn

from kechuang.district.core.books import current_book
from kechuang.district.plan.services import briefing
from kechuang.district.plan.services.brief import brief_of
from kechuang.engines.base.sayings import sentence
from tests.portal.test_pages import client_of
from tests.portal.test_planning import NOW, busy  # noqa: F401

BRIEF, MONTHLY = "/reports/brief/2026-11/", "/reports/monthly/2026-11/"
PLANS = ("jinnan-2020-2022", "jinnan-2025-2027")


@pytest.mark.parametrize("plan", PLANS)
def test_the_brief_says_five_sentences_in_both_languages(busy, plan):  # noqa: F811
    book = current_book()
    report = briefing.write(book, book.plans[plan], "brief", "2026-11", NOW.date())
    made = brief_of(report)
    assert [s.code.partition(".")[0] for s in made.sentences] == ["brief"] * 5
    assert f"{len(report.plan.targets)} 个目标" in made.sentences[0]
    for said in (*made.sentences, *made.decisions):
        english = sentence(said.code, said.facts, "en")
        assert english != said.code
        assert "{" not in english + said


def test_a_sum_over_the_plan_is_compared_with_its_own_running_sum(busy):  # noqa: F811
    """Not with the measured value of one year."""
    book = current_book()
    plan = book.plans["jinnan-2025-2027"]
    report = briefing.write(book, plan, "brief", "2026-11", NOW.date())
    summed = [m for m in report.figures if m.reading.kind == "sum"]
    assert summed
    for moved in summed:
        seen = [v for d, v in moved.reading.observed if d < report.start]
        assert (moved.before is None) == (not seen)
        if seen:
            assert float(moved.before) == pytest.approx(seen[-1], abs=1e-6)


@pytest.mark.parametrize("plan", PLANS)
def test_the_brief_has_three_charts_and_fills_one_page(busy, plan):  # noqa: F811
    officer = client_of(busy, "officer")
    page = officer.get(f"{BRIEF}?plan={plan}").content.decode()
    assert page.count('<img class="chart"') == 3
    paper = officer.get(f"{BRIEF}?plan={plan}&as=pdf").content
    pages = pypdfium2.PdfDocument(paper)
    assert len(pages) == 1
    width, height = pages[0].get_size()
    assert (round(width), round(height)) == (595, 842)


def test_the_word_brief_has_the_same_parts(busy):  # noqa: F811
    officer = client_of(busy, "officer")
    paper = docx.Document(io.BytesIO(officer.get(f"{BRIEF}?as=docx").content))
    styles = [p.style.name for p in paper.paragraphs]
    assert styles.count("List Number") == 5
    assert len(paper.inline_shapes) == 3
    assert round(paper.sections[0].page_height.cm, 1) == 29.7


def test_no_report_breaks_a_table_inside_a_row(busy):  # noqa: F811
    officer = client_of(busy, "officer")
    layouts = [r.id for r in current_book().returns.values() if r.kind == "docx"]
    assert layouts
    addresses = [f"{BRIEF}?as=docx", f"{MONTHLY}?as=docx"]
    for address in [*addresses, *(f"/returns/layout/{n}/2026-11/" for n in layouts)]:
        paper = docx.Document(io.BytesIO(officer.get(address).content))
        assert paper.tables or address.startswith("/returns")  # a layout may be all prose
        for row in (r for t in paper.tables for r in t.rows):
            assert row._tr.trPr is not None
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None


def test_print_sheets_keep_rows_whole():
    from django.template.loader import get_template

    for name in ("office/report_print.html", "public/policy_print.html"):
        text = get_template(name).template.source
        assert re.search(r"tr[^{}]*\{[^}]*break-inside: avoid", text), name
