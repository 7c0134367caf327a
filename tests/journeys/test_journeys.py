"""People walk through the running house."""

import io

import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe

from kechuang.district.accounts.models import Letter
from kechuang.district.core import worker
from kechuang.district.market.models import Demand, Introduction


def test_from_a_demand_to_the_indicator(shared_world, visit):
    shared_world.achievement()
    firm = visit()
    page = firm.sign_in("enterprise")
    firm.go("/demands/new/")
    page.fill("#id_title", "快充电池包散热")
    page.click("text=存为草稿")
    page.click("main >> text=修改")
    page.fill("#id_problem", "快充时动力电池温差大，热管理跟不上，需要液冷方案")
    page.click("text=保存并提交审核")
    demand = Demand.objects.get()
    assert demand.state == "submitted"

    broker = visit()
    page = broker.sign_in("broker")
    page.click("text=快充电池包散热")
    page.click("button:has-text('审核通过')")
    officer = visit()
    page = officer.sign_in("officer")
    page.click("text=快充电池包散热")
    page.click("button:has-text('发布')")
    worker.drain()

    page = broker.go(f"/demands/{demand.pk}/matches/")
    assert "共同用词" in page.inner_text(".matches")
    page.click("text=发起对接")
    people = page.locator(".person")
    for place, (side, name, email) in enumerate(
        [("firm", "赵一", "zhao@y.example"), ("owner", "钱二", "qian@y.example")]
    ):
        people.nth(place).locator("select").select_option(side)
        people.nth(place).locator("[name=name]").fill(name)
        people.nth(place).locator("[name=email]").fill(email)
    page.click("text=发出邀请")

    phone = visit(java_script_enabled=False)
    for letter in Letter.objects.filter(email__endswith="@y.example"):
        page = phone.go(letter.link)
        page.click("button:has-text('同意对接')")
        assert "已经记下" in page.inner_text("main")
    made = Introduction.objects.get()
    assert made.state == "agreed"

    page = broker.go(f"/introductions/{made.pk}/")
    page.click("text=记录合同")
    page.fill("#id_amount_fen", "320")
    page.click("main button.primary")
    page = officer.go("/contracts/")
    page.click(".row-link")
    page.fill("[name=number]", "TJ-2026-1")
    page.click("button:has-text('登记')")
    worker.drain()
    page.click("text=年技术合同成交额")
    assert "0.032" in page.inner_text(".figures")
    page.click("#rows a")
    assert "登记" in page.inner_text(".timeline")


def test_a_sheet_with_faults_is_mended_and_goes_in(shared_world, visit, tmp_path):
    def sheet(name, rows):
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        page = book.add_worksheet()
        for line, row in enumerate([["成果名称", "成果简介", "成熟度"], *rows]):
            page.write_row(line, 0, row)
        book.close()
        path = tmp_path / name
        path.write_bytes(stream.getvalue())
        return str(path)

    officer = visit(java_script_enabled=False)
    page = officer.sign_in("officer")
    officer.go("/imports/new/achievements/")
    page.set_input_files("#sheet", sheet("错.xlsx", [["甲", "简介", 12]]))
    page.check("[name=publish]")
    page.click("text=上传并检查")
    assert page.locator("progress").count() == 1
    worker.drain()
    page.reload()
    assert "应为 1 到 9" in page.inner_text("table")
    with page.expect_download() as download:
        page.click("text=下载改错表")
    assert download.value.suggested_filename.startswith("改错")

    officer.go("/imports/new/achievements/")
    page.set_input_files("#sheet", sheet("好.xlsx", [["甲种传感器", "简介", 7]]))
    page.check("[name=publish]")
    page.click("text=上传并检查")
    worker.drain()
    page.reload()
    page.click("text=确认写入")
    worker.drain()
    page = officer.go("/achievements/?q=甲种")
    assert "共 1 条" in page.inner_text("main")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/plan/",
        "/achievements/",
        "/demands/",
        "/accounts/login/",
        "/en/plan/",
        "/zh-hant/",
        "/plan/bodies/",
    ],
)
def test_public_pages_pass_axe_and_fit_a_phone(shared_world, visit, path):
    shared_world.demand()
    shared_world.achievement()
    one = visit()
    page = one.go(path)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_alone_reaches_a_search(shared_world, visit):
    shared_world.achievement()
    one = visit()
    page = one.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#home-q")
    page.keyboard.type("液冷")
    page.keyboard.press("Enter")
    page.wait_for_url("**/achievements/**")
    assert "共 1 条" in page.inner_text("main")
