"""A policy that ended, or was replaced, is shown so wherever it is met, and nothing is promised
from it today.
"""

import os
import re
from datetime import date

import pytest
from django.test import Client

from kechuang.district.core import books, clock
from kechuang.district.core.books import current_book
from tests.portal.test_firms import firm, page
from tests.portal.test_pages import client_of
from tests.rooms.test_changes import edit, shipped

__all__ = ["firm", "shipped"]

TODAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def row(shown, title):
    """The first row of a page's tables that speaks of a title."""
    return next(r for r in re.findall(r"<tr.*?</tr>", shown, re.S) if title in r)


def answer(shown):
    return re.search(r'<section class="answer".*?</section>', shown, re.S)[0]


def ended(shipped, policy, last):
    """The shipped book, with a policy that ended."""
    path = shipped / f"tianjin/policies/{policy}/policy.yaml"
    edit(path, "至: null", f"至: {last}")
    stamp = shipped / "jinnan/book.yaml"
    os.utime(stamp, (0, stamp.stat().st_mtime + 60))  # a release lays down every file anew
    books.forget()


@pytest.mark.parametrize(
    ("address", "words", "last", "instead"),
    [
        ("/policies/", "已结束", "最后一天 2022-12-31", "最后一天 2026-02-28"),
        ("/en/policies/", "Ended", "last day 2022-12-31", "last day 2026-02-28"),
    ],
)
def test_the_list_puts_what_ended_below_and_says_its_day_and_what_followed(
    world, address, words, last, instead
):
    shown = page(Client(), address)
    over, live = row(shown, "yunying-jigou-butie"), row(shown, "yanfa-jiajikouchu")
    assert words in over
    assert last in " ".join(over.split())
    assert words not in live
    replaced = row(shown, "/policies/jishu-hetong-2000/")
    assert instead in " ".join(replaced.split())
    assert "/policies/jishu-hetong-2026/" in replaced
    order = re.findall(r'class="row-link" href="[^"]*/policies/([^/]+)/"', shown)
    held = current_book().policies
    assert sorted(order) == sorted(held)
    over = [held[p].ended(TODAY) for p in order]
    assert over == sorted(over)
    assert sum(over) >= 6
    assert order.index("yanfa-jiajikouchu") < order.index("jishu-hetong-2000")


def test_an_end_whose_day_was_not_read_says_at_the_latest(world):
    shown = page(Client(), "/policies/houbuzhu-2022/")
    assert "最迟 2026-11-25，哪一天没有读到" in shown
    assert "后出的同名文本" in shown
    assert "by 2026-11-25 at the latest" in page(Client(), "/en/policies/houbuzhu-2022/")


@pytest.mark.parametrize(
    ("address", "nothing", "then"),
    [
        ("", "这一天它已经不施行，什么也不给", "按 2018-06-01 的规定算"),
        ("/en", "It is no longer in force on that day", "Reckoned by the rules of 2018-06-01"),
    ],
)
def test_nothing_is_promised_today_from_what_ended(world, shipped, address, nothing, then):
    ended(shipped, "gaoxin-jiangli", "2020-12-31")
    visitor, address = Client(), f"{address}/policies/gaoxin-jiangli/"
    shown = page(visitor, address)
    assert "2020-12-31" in shown
    sent = {"最近一年销售收入": "3亿元", "高企奖励首次申请": "是", "高企奖励首次通过": "是"}
    today = answer(visitor.post(address, sent).content.decode())
    assert nothing in today
    assert "万元" not in today
    past = answer(visitor.post(address, {**sent, "on": "2018-06-01"}).content.decode())
    assert "25万元" in past
    assert then in past
    assert visitor.post(address, {**sent, "as": "pdf"}).content.startswith(b"%PDF")


def test_a_page_never_answers_by_the_text_that_followed(world):
    """Both texts say 雏鹰企业; on the page of the old one only the old one speaks."""
    visitor, address = Client(), "/policies/chuying-2019/"
    shown = page(visitor, address)
    assert "/policies/chuying-dengling-lingjun/" in shown
    sent = {"雏鹰天津注册独立法人": "否"}
    today = answer(visitor.post(address, sent).content.decode())
    assert "什么也不给" in today
    assert "雏鹰企业" not in today
    past = answer(visitor.post(address, {**sent, "on": "2020-05-20"}).content.decode())
    assert "雏鹰2019注册达标" in past


def test_what_has_not_begun_says_so(world, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2023, 12, 1))
    assert "尚未施行" in row(page(Client(), "/policies/"), "fuhua-shuishou-2023")
    shown = page(Client(), "/policies/fuhua-shuishou-2023/")
    assert "尚未施行" in shown
    sent = {"孵化应纳房产税": "12万元"}
    post = Client().post("/policies/fuhua-shuishou-2023/", sent)
    assert "还没有施行" in answer(post.content.decode())


def test_a_rung_whose_rule_ended_says_so_to_firm_and_office(world, firm, shipped):
    address = f"/firms/{firm.pk}/"
    client = client_of(world, "enterprise")
    assert ">已结束<" not in page(client, address)
    ended(shipped, "chuying-dengling-lingjun", "2025-12-31")
    mine = row(page(client, address), "雏鹰企业")
    assert "已结束" in mine
    assert "最后一天 2025-12-31" in " ".join(mine.split())
    assert "条件未公布" not in mine
    assert "Ended" in page(client, f"/en{address}")
    assert "已结束" in page(client, f"{address}rungs/young_eagle/")
    office = client_of(world, "officer")
    assert "最后一天 2025-12-31" in " ".join(page(office, "/ladder/?rung=young_eagle").split())
    assert "已结束" not in page(office, "/ladder/?rung=high_tech")


def test_the_parks_measures_of_2023_are_shown_with_what_followed_them(world):
    shown = page(Client(), "/policies/")
    over = " ".join(row(shown, "tiankai-2023").split())
    assert "最后一天 2024-05-14" in over
    assert "已结束" in over
    assert "已结束" not in row(shown, "tiankai-2024")
    assert "津政规〔2024〕3号" in page(Client(), "/policies/tiankai-2023/")
