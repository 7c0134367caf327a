"""The pages of the plan in operation: each opens for who may, writes what it says, and asks the
database a fixed number of times.
"""

import io
import re
import zipfile
from datetime import date, timedelta

import docx
import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.district.core import worker
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import create
from kechuang.district.plan.models import Milestone, MonthlyReturn, PlanDraft, ReportedFigure
from kechuang.district.plan.registers import BULLETINS
from kechuang.district.plan.services import (
    asking,
    comparing,
    drafts,
    milestones,
    owed,
    returns,
    tasks,
)
from kechuang.engines.sheets.plain import read_sheet
from tests.engines.test_deadlines import DATED
from tests.engines.test_plantext import TEXT
from tests.factories import NOW, sheet, token_of
from tests.portal.test_pages import client_of


@pytest.fixture
def busy(world):
    plan = current_book().plan
    tasks.set_up(plan, NOW)
    tasks.set_duty(
        plan, 1, "区发展改革委", "lead", "李四", "li@x.example", world.actor("officer"), NOW
    )
    milestones.add_milestone(plan, 1, "完成选址", NOW.date(), world.actor("officer"), NOW)
    asking.ask_month(current_book(), [plan], "2026-11", NOW, NOW.date())
    for n in range(3):
        world.contract(f"TJ-{n}", 1_000_000 * (n + 1))
    worker.drain()
    world.asked = MonthlyReturn.objects.get(task=1, body="区发展改革委")
    return world


OFFICE = [
    "/tasks/",
    "/tasks/?view=board",
    "/tasks/?view=time",
    "/tasks/1/",
    "/returns/",
    "/reports/",
    "/drafts/",
    "/figures/",
    "/figures/new/report_figure/",
    "/comparisons/",
]
PUBLIC = [
    "/plan/",
    "/plan/?plan=jinnan-2020-2022",
    "/plan/targets/high-tech-enterprises/?plan=jinnan-2020-2022",
    "/completeness/",
    "/plan/targets/technology-contract-turnover/",
    "/plan/tasks/1/",
    "/bulletins/ranks/",
    "/establishments/",
]


def test_office_pages_open_for_officers_and_for_nobody_outside(busy):
    officer, visitor, rival = (client_of(busy, n) for n in ("officer", "visitor", "rival"))
    for address in OFFICE:
        assert officer.get(address).status_code == 200, address
        assert visitor.get(address).status_code in (302, 403, 404), address
        assert rival.get(address).status_code in (403, 404), address
    for address in PUBLIC:
        for prefix in ("", "/en", "/zh-hant"):
            assert visitor.get(prefix + address).status_code == 200, prefix + address


def test_what_bodies_say_in_their_returns_is_not_for_the_public(busy):
    name, body = owed.open_link(token_of(busy.asked), NOW)
    thing = owed.one_owed(name, busy.asked.pk)
    returns.submit_return(
        thing,
        {"progress": "内部进展甲", "trouble": "内部困难乙", "next_step": "报批", "light": "red"},
        body,
        NOW,
    )
    for name in ("visitor", "rival", "researcher"):
        for address in PUBLIC:
            text = client_of(busy, name).get(address).content.decode()
            assert "内部进展甲" not in text
            assert "内部困难乙" not in text


def test_a_body_answers_without_signing_in_and_half_done_is_kept(busy):
    client, address = Client(), reverse("answer-return", args=[token_of(busy.asked), busy.asked.pk])
    page = client.get(address).content.decode()
    assert "区发展改革委" in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    answer = client.post(
        address, {"progress": "一半", "version": version, "save": "1"}, follow=True
    )
    assert "一半" in answer.content.decode()
    answer = client.post(
        address, {"progress": "一半", "version": version, "submit": "1"}, follow=True
    )
    assert answer.status_code == 409  # somebody (here: the same hand) wrote in between
    assert "对方写的：" not in answer.content.decode()  # and wrote the same
    version = MonthlyReturn.objects.get(pk=busy.asked.pk).version
    client.post(
        address,
        {
            "progress": "完成",
            "next_step": "报批",
            "light": "green",
            "version": version,
            "submit": "1",
        },
    )
    assert MonthlyReturn.objects.get(pk=busy.asked.pk).state == "submitted"
    assert Client().get("/return/nonsense/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "period"), [("monthly", "2026-10"), ("quarterly", "2026Q3"), ("brief", "2026-10")]
)
def test_a_report_is_a_page_a_word_file_and_a_pdf_with_the_same_numbers(busy, kind, period):
    client = client_of(busy, "officer")
    address = reverse("report", args=[kind, period])
    page = client.get(address).content.decode()
    assert "0.06" in page
    paper = docx.Document(io.BytesIO(client.get(f"{address}?as=docx").content))
    cells = [c.text for t in paper.tables for r in t.rows for c in r.cells]
    assert "0.06" in "\n".join([*cells, *(p.text for p in paper.paragraphs)])
    if kind != "brief":
        assert "记录覆盖" in page
        heads = [c.text for c in paper.tables[0].rows[0].cells]
        covered = [r.cells[heads.index("记录覆盖")].text for r in paper.tables[0].rows[1:]]
        assert "不知道" in covered  # nobody published a figure to compare ours with
        assert "<td>不知道</td>" in page
    pdf = pypdfium2.PdfDocument(client.get(f"{address}?as=pdf").content)
    assert "0.06" in "".join(p.get_textpage().get_text_range() for p in pdf)
    if kind == "brief":
        assert len(pdf) == 1


def test_a_report_of_no_period_is_refused(busy):
    client = client_of(busy, "officer")
    for kind, period, status in (
        ("monthly", "2026Q3", 422),
        ("monthly", "soon", 422),
        ("yearly", "2026", 404),
    ):
        assert client.get(reverse("report", args=[kind, period])).status_code == status


def test_every_return_layout_has_the_receivers_columns(busy):
    client = client_of(busy, "officer")
    for identity, layout in current_book().returns.items():
        address = reverse("layout-return", args=[identity, "2026Q3"])
        data = client.get(address, {"plan": current_book().plan.id}).content
        titles = [title for title, _ in layout.columns]
        if layout.kind == "xlsx":
            rows = read_sheet(data, "x.xlsx").rows
            assert any([str(c) for c in r if c][: len(titles)] == titles for r in rows)
        elif layout.line:
            words = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]
            assert len(words) == len(layout.head) + 12 + len(layout.foot)
            assert "未知" in "".join(words)  # a sentence has no holes
        else:
            table = docx.Document(io.BytesIO(data)).tables[0]
            assert [c.text for c in table.rows[0].cells] == titles
            assert len(table.rows) == 1 + 22


def test_excel_and_word_say_the_same_of_the_same_rows(busy):
    client = client_of(busy, "officer")
    book, word = (current_book().returns[n] for n in ("monthly-ledger", "monthly-ledger-word"))
    sheet_, paper = (
        client.get(reverse("layout-return", args=[layout.id, "2026-11"])).content
        for layout in (book, word)
    )
    rows = read_sheet(sheet_, "x.xlsx").rows[book.first_row - 1 :]
    place = {heading: n for n, (heading, _) in enumerate(book.columns)}
    for line, row in zip(docx.Document(io.BytesIO(paper)).tables[0].rows[1:], rows, strict=True):
        for cell, (heading, _) in zip(line.cells, word.columns, strict=True):
            value = row[place[heading]] if place[heading] < len(row) else None
            said = "" if value is None else str(int(value) if isinstance(value, float) else value)
            assert cell.text == said


def test_a_document_is_corrected_and_saved_as_a_book_in_the_browsers_form(busy):
    client = client_of(busy, "officer")
    file = io.BytesIO(TEXT.encode())
    file.name = "计划.txt"
    client.post("/drafts/", {"document": file})
    draft = PlanDraft.objects.get()
    page = client.get(f"/drafts/{draft.pk}/").content.decode()
    assert page.count("<mark") >= 3
    form = {
        "version": draft.version,
        "plan_title": "示例区计划（2026—2028年）",
        "g0t0_name": "技术合同成交额",
        "g0t0_figure": "200",
        "g0t1_do": "delete",
        "new_task": "另加的任务",
    }
    client.post(f"/drafts/{draft.pk}/", form)
    draft.refresh_from_db()
    assert [t["figure"] for t in draft.draft["groups"][0]["targets"]] == ["200", "3.8"]
    assert draft.draft["areas"][-1]["tasks"][-1]["name"] == "另加的任务"
    stale = client.post(f"/drafts/{draft.pk}/", form)
    assert stale.status_code == 409
    assert "技术合同成交额　200" in stale.content.decode()
    saved = client.post(
        f"/drafts/{draft.pk}/",
        {
            "version": draft.version,
            "save_book": "1",
            "identity": "shili",
            "extends": "national",
            "title": "示例区",
            **{f"g{g}t{t}_tie": "new" for g in range(4) for t in range(9)},
        },
    )
    assert saved.status_code == 302, saved.content.decode()[:3000]
    book = zipfile.ZipFile(io.BytesIO(client.get(f"/drafts/{draft.pk}/book.zip").content))
    assert any(n.endswith("plan.yaml") for n in book.namelist())
    for bad, name in (
        (b"", "a.txt"),
        (b"\xd0\xcf\x11\xe0" * 9, "a.doc"),
        ("今天天气很好。".encode(), "news.txt"),
    ):
        sent = io.BytesIO(bad)
        sent.name = name
        assert client.post("/drafts/", {"document": sent}).status_code == 422


def test_a_deadline_is_corrected_beside_its_words(busy):
    client = client_of(busy, "officer")
    draft = drafts.read_draft("计划.txt", DATED.encode(), busy.actor("officer"), NOW)
    draft.draft["period"] = ["2026-01-01", "2026-12-31"]
    draft.save(update_fields=["draft"])
    tasks = [
        (a, k, t)
        for a, area in enumerate(draft.draft["areas"])
        for k, t in enumerate(area["tasks"])
    ]
    (a, k, _), (b, m, _) = (x for x in tasks if x[2].get("due"))
    page = client.get(f"/drafts/{draft.pk}/").content.decode()
    assert f'name="a{a}k{k}_day0" value="2026-06-30"' in " ".join(page.split())
    assert "日历上没有这一天" in page
    form = {
        "version": draft.version,
        f"a{a}k{k}_words0": "2026年6月底前",
        f"a{a}k{k}_was0": "2026-06-30",
        f"a{a}k{k}_day0": "2026-06-15",
        f"a{b}k{m}_words0": "2月30日前",
        f"a{b}k{m}_was0": "",
        f"a{b}k{m}_day0": "",
        f"a{b}k{m}_sure0": "1",
    }
    assert client.post(f"/drafts/{draft.pk}/", form).status_code == 302
    draft.refresh_from_db()
    said = [t["days"] for area in draft.draft["areas"] for t in area["tasks"] if t["days"]]
    assert said == [{"2026年6月底前": "2026-06-15"}, {"2月30日前": ""}]
    assert "日历上没有这一天" not in client.get(f"/drafts/{draft.pk}/").content.decode()


def test_a_figure_is_reported_by_form_and_zero_denominators_are_told(busy):
    client = client_of(busy, "officer")
    values = {
        "indicator": "rd-intensity",
        "place": "津南区",
        "period": "2025",
        "numerator": "12",
        "denominator": "0",
    }
    answer = client.post("/figures/new/report_figure/", values)
    assert answer.status_code == 422
    assert "分母" in answer.content.decode()
    answer = client.post("/figures/new/report_figure/", {**values, "denominator": "400"})
    assert answer.status_code == 302
    made = ReportedFigure.objects.get()
    client_of(busy, "officer2").post(reverse("figures-step", args=[made.pk, "confirm_figure"]))
    made.refresh_from_db()
    assert made.state == "confirmed"
    assert made.value == "3"
    assert "12" in client.get(f"/figures/{made.pk}/").content.decode()


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    "address",
    [
        "/plan/",
        "/tasks/",
        "/tasks/?view=time",
        "/returns/",
        "/plan/targets/technology-contract-turnover/",
        "/reports/monthly/2026-10/",
    ],
)
def test_pages_ask_the_database_as_often_for_many_rows_as_for_few(busy, address):
    client = client_of(busy, "officer")
    few = queries(client, address)
    for n in range(20):
        busy.contract(f"MORE-{n}", 10_000)
    for n in range(2, 12):
        milestones.add_milestone(
            current_book().plan, n, "节点", NOW.date(), busy.actor("officer"), NOW
        )
    asking.ask_month(current_book(), [current_book().plan], "2026-12", NOW, NOW.date())
    worker.drain()
    assert queries(client, address) <= few + 1


def test_a_pasted_table_is_imported_like_a_file(busy):
    client = client_of(busy, "officer")
    table = "类别\t级别\t名称\t批准日期\n重大创新平台\t国家级\t某国家重点实验室\t2021-05-06\n重大创新平台\t银河级\t另一家\t2021-05-06\n"
    assert client.post("/imports/new/establishments/", {"pasted": "  "}).status_code == 422
    answer = client.post("/imports/new/establishments/", {"pasted": table})
    assert answer.status_code == 302
    worker.drain()
    page = client.get(answer["Location"]).content.decode()
    assert "银河级" in page
    answer = client.post(
        "/imports/new/establishments/", {"pasted": table.rpartition("重大创新平台")[0]}
    )
    worker.drain()
    client.post(f"{answer['Location']}confirm/")
    worker.drain()
    shown = Client().get("/establishments/?q=重点实验室").content.decode()
    assert "某国家重点实验室" in shown
    assert len(read_sheet(Client().get("/establishments/?export=xlsx").content, "x.xlsx").rows) == 2


def test_anybody_tests_a_firm_against_a_policy_and_nothing_is_stored(world):
    visitor = Client()
    assert "高新技术企业认定" in visitor.get("/policies/").content.decode()
    page = visitor.get("/policies/gaoxin-2016/").content.decode()
    assert "科技人员数" in page
    entries = Entry.objects.count()
    sent = {
        "on": "2026-11-25",
        "科技人员数": "8",
        "职工总数": "100人",
        "最近一年销售收入": "3000万元",
    }
    answer = visitor.post("/policies/gaoxin-2016/", sent).content.decode()
    assert "办法第十一条第（四）项" in answer
    assert "没有达到的条件" in answer
    assert "招聘科技人员 3人" in answer  # 11 of 103
    assert "科技人员占比下限 = 10%" in answer
    assert "没有填、也不影响结果的" in answer
    assert visitor.post("/policies/gaoxin-2016/", {**sent, "as": "pdf"}).content.startswith(b"%PDF")
    wrong = visitor.post(
        "/policies/gaoxin-2016/", {"职工总数": "一百", "科技人员数": "5万元", "on": "昨天"}
    )
    assert wrong.status_code == 422
    assert "单位是" in wrong.content.decode()
    assert Entry.objects.count() == entries
    assert visitor.get("/policies/nothing/").status_code == 404
    assert visitor.get("/en/policies/gaoxin-2016/").status_code == 200
    for policy in current_book().policies:
        assert visitor.get(f"/policies/{policy}/").status_code == 200


def test_the_time_line_draws_what_waits_on_what(busy):
    officer, chosen = busy.actor("officer"), current_book().plan
    first = milestones.add_milestone(
        chosen, 2, "一期验收", NOW.date() + timedelta(90), officer, NOW
    )
    milestones.add_milestone(
        chosen, 3, "二期开工", NOW.date() + timedelta(30), officer, NOW, [first.pk]
    )
    page = client_of(busy, "officer").get("/tasks/?view=time").content.decode()
    assert page.count('class="wait wait-milestone wrong"') == 1
    assert "期限倒置" in page
    client = client_of(busy, "officer")
    own = {"milestone": milestones_of(chosen, "二期开工"), "after": []}
    client.post("/tasks/3/order_milestone/", own)
    assert "wait-milestone" not in client.get("/tasks/?view=time").content.decode()


def milestones_of(chosen, title):
    return Milestone.objects.get(plan=chosen.id, title=title).pk


def test_a_word_layout_is_checked_place_by_place(busy):
    client = client_of(busy, "officer")
    ours = client.get(reverse("layout-return", args=["monthly-ledger-word", "2026-11"])).content
    theirs = docx.Document(io.BytesIO(ours))
    theirs.paragraphs[0].runs[0].text = "去年的标题"
    theirs.tables[0].rows[2].cells[4].text = "去年的进展"
    changed = io.BytesIO()
    theirs.save(changed)

    def send(data, name="去年.docx"):
        file = io.BytesIO(data)
        file.name = name
        facts = {"layout": "monthly-ledger-word", "period": "2026-11", "file": file}
        return client.post("/reports/layouts/", facts).content.decode()

    assert "每一格都相同" in send(ours)
    page = send(changed.getvalue())
    assert "2 格不同，其中表样本身 1 格" in page
    assert "¶1" in page
    assert "表 E3" in page
    assert "Word 表样请交 .docx" in send(ours, "去年.xlsx")
    assert "不是完整的 .docx" in send(b"PK nonsense")


def test_a_layout_is_checked_cell_by_cell_against_the_file_sent_last_year(busy):
    client = client_of(busy, "officer")
    identity = next(iter(current_book().returns))
    ours = client.get(reverse("layout-return", args=[identity, "2026-10"])).content

    def send(data):
        file = io.BytesIO(data)
        file.name = "去年.xlsx"
        return client.post(
            "/reports/layouts/", {"layout": identity, "period": "2026-10", "file": file}
        ).content.decode()

    assert "每一格都相同" in send(ours)
    assert ">A1 <b" in send(sheet(["别的标题"], ["单位：万元"]))
    assert (
        client.post("/reports/layouts/", {"layout": identity, "period": "2026-10"}).status_code
        == 422
    )
    assert (
        client.post(
            "/reports/layouts/", {"layout": identity, "period": "某月", "file": io.BytesIO(ours)}
        ).status_code
        == 422
    )


def test_the_targets_page_says_which_rows_make_the_difference(busy):
    data = sheet(
        ["登记编号", "合同名称", "成交额"], ["TJ-0", "合同TJ-0", "100"], ["TJ-99", "合同TJ-99", "5"]
    )
    options = {"start": "2026-01-01", "end": "2026-12-31"}
    comparing.lay("contracts", "市里清单.xlsx", data, options, busy.actor("officer"), NOW)
    address = "/plan/targets/technology-contract-turnover/?year=2026"
    shown = client_of(busy, "officer").get(address).content.decode()
    assert "TJ-99" in shown
    assert "我方各项记录里都没有 TJ-99" in shown
    assert "TJ-99" not in Client().get(address).content.decode()


def test_districts_stand_side_by_side_with_a_picture(busy):
    assert Client().get("/bulletins/ranks.svg").status_code == 404
    for place, value in (("津南区", "200"), ("西青区", "231"), ("天津市", "3368")):
        values = {
            "indicator": "young-eagle",
            "place": place,
            "as_of": date(2023, 8, 31),
            "value": value,
            "counting": "ytd",
            "source": "市科技局通报",
        }
        create(BULLETINS, "report", values, busy.actor("officer"), NOW)
    page = Client().get("/bulletins/ranks/").content.decode()
    assert page.index("<td>西青区") < page.index("<td>津南区")
    assert "所列各区合计" in page
    assert page.count('<option value="young-eagle"') == 1
    answer = Client().get("/bulletins/ranks.svg?indicator=young-eagle&as_of=2023-08-31")
    assert answer["Content-Type"].startswith("image/svg")
    assert "津南区" in answer.content.decode()


def test_an_english_page_gives_its_reasons_in_english(busy):
    client = client_of(busy, "officer")
    text = client.get(
        "/en/plan/targets/technology-contract-turnover/?plan=jinnan-2020-2022&year=2026"
    ).content.decode()
    assert "The plan is over" in text
    assert "计划期已过" not in text
    report = client.get("/en/reports/monthly/2026-10/?plan=jinnan-2025-2027").content.decode()
    assert "Monthly report · 2026-10" in report
    assert "how much the records cover is not known" in report
