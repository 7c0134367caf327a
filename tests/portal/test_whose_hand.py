"""What an officer typed for a body is never quoted as the body's own words."""

import io
from datetime import date, timedelta

import docx
import pytest
from django.urls import reverse

from kechuang.district.core import clock
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.plan.models import MonthlyReturn
from kechuang.district.plan.services import asking, briefing, owed, returns, tasks
from kechuang.district.plan.services.layouts import rows_of
from kechuang.district.registry.services import keep_firm, years
from kechuang.engines.base.errors import InvalidForm, NotAllowed
from tests.factories import NOW, token_of
from tests.portal.test_pages import client_of

DAY = date(2026, 11, 2)
SAID = {"progress": "楼已封顶", "next_step": "装修", "light": "green"}
TOLD = returns.Told("李科长", "phone", DAY)


@pytest.fixture
def asked(world):
    plan = current_book().plan
    tasks.set_up(plan, NOW)
    asking.ask_month(current_book(), [plan], "2026-11", NOW, DAY)
    return MonthlyReturn.objects.first()


def test_an_officer_does_not_answer_by_the_bodys_own_step(world, asked):
    for step in (returns.save_return, returns.submit_return):
        with pytest.raises(NotAllowed):
            step(asked, SAID, world.actor("officer"), NOW)
    page = client_of(world, "officer").get(reverse("return", args=[asked.pk])).content.decode()
    assert "/return/" not in page
    assert reverse("return-fill", args=[asked.pk]) in page


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (returns.Told(" ", "phone", DAY), "told_by"),
        (returns.Told("李", "pigeon", DAY), "told_how"),
        (returns.Told("李", "phone", None), "told_on"),
        (returns.Told("李", "phone", DAY + timedelta(days=1)), "told_on"),
        (returns.Told("李", "phone", DAY - timedelta(days=1)), "told_on"),
    ],
)
def test_who_told_it_how_and_when_is_always_said(world, asked, told, field):
    with pytest.raises(InvalidForm) as refused:
        returns.fill_return(asked, SAID, told, world.actor("officer"), NOW)
    assert [e.field for e in refused.value.errors] == [field]
    with pytest.raises(NotAllowed):
        returns.fill_return(asked, SAID, TOLD, world.actor("approver"), NOW)


def test_pages_lists_reports_and_exports_say_whose_hand_it_was(world, asked, settings):
    officer = client_of(world, "officer")
    url = reverse("return-fill", args=[asked.pk])
    given = {**SAID, "version": asked.version, "told_by": "李科长", "told_how": "phone"}
    assert officer.post(url, given).status_code == 422
    today = f"{clock.today()}"
    assert officer.post(url, {**given, "told_on": today}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "submitted"
    mark = f"代填：李科长电话告知（{today}），officer某录入"
    assert mark in officer.get(reverse("return", args=[asked.pk])).content.decode()
    assert "代填" in officer.get(reverse("returns") + "?state=submitted").content.decode()
    month = reverse("report", args=["monthly", "2026-11"]) + f"?plan={asked.plan}"
    page = officer.get(month).content.decode()
    assert mark in page
    assert "待审阅" in page
    paper = docx.Document(io.BytesIO(officer.get(month + "&as=docx").content))
    assert any(mark in p.text and "待审阅" in p.text for p in paper.paragraphs)
    book = current_book()
    layout = next(x for x in book.returns.values() if "progress" in str(x))
    told = [r for r in rows_of(book, book.plan, layout, "2026-11", DAY) if "楼已封顶" in str(r)]
    assert told
    assert all("代填" in str(r) and "待审阅" in str(r) for r in told)


def test_a_report_leaves_out_what_nobody_took_over_when_the_officer_says_so(world, asked):
    returns.fill_return(asked, SAID, TOLD, world.actor("officer"), NOW)
    book = current_book()

    def quoted(*, only):
        made = briefing.write(book, book.plan, "monthly", "2026-11", DAY, only_reviewed=only)
        return [r.pk for line in made.tasks for r in line.returns]

    assert quoted(only=False) == [asked.pk]
    assert quoted(only=True) == []
    returns.accept_return(asked, world.actor("officer2"), NOW)
    assert quoted(only=True) == [asked.pk]


def test_who_typed_it_does_not_review_it_and_the_bodys_own_words_carry_no_mark(world, asked):
    officer = world.actor("officer")
    returns.fill_return(asked, SAID, TOLD, officer, NOW)
    with pytest.raises(NotAllowed) as refused:
        returns.accept_return(asked, officer, NOW)
    assert refused.value.code == "return.not_your_own"
    returns.send_back_return(asked, world.actor("approver"), NOW, "请单位自己写")
    _, body = owed.open_link(token_of(asked), NOW)
    returns.submit_return(asked, SAID, body, NOW)
    assert [m.code for m in asked.marks] == ["return.mark_unreviewed"]
    returns.accept_return(asked, officer, NOW)
    assert asked.marks == []


def test_a_firms_figures_typed_by_the_bureau_are_not_the_firms_own(world):
    firm = keep_firm(world.firm, {}, SYSTEM, NOW)
    made = years.open_year(firm, 2025, world.actor("officer"), NOW)
    years.save_year(made, {"职工总数": "60"}, "self", world.actor("officer"), NOW)
    assert made.facts["职工总数"] == {"v": "60人", "s": "told"}
    years.save_year(made, {"职工总数": "61"}, "audit", world.actor("enterprise"), NOW)
    assert made.facts["职工总数"] == {"v": "61人", "s": "self"}
