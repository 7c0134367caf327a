"""People walk through the running house."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from kechuang.district.accounts.models import Letter
from kechuang.district.core import worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.market.models import Demand, Introduction
from kechuang.district.plan.models import MonthlyReturn
from kechuang.district.plan.services import milestones, tasks
from kechuang.district.registry.services import keep_firm, years
from tests.engines.test_plantext import TEXT
from tests.factories import NOW, PASSWORD, sheet, token_of
from tests.rooms.test_firms import GOOD
from tests.steps import recognise as record


def test_from_a_demand_to_the_indicator(shared_world, visit):
    shared_world.achievement()
    firm = visit()
    page = firm.sign_in("enterprise")
    firm.go("/demands/new/draft/")
    page.fill("#id_title", "快充电池包散热")
    page.click("text=保存草稿")
    page.click("main .actions >> text=修改")
    page.fill("#id_problem", "快充时动力电池温差大，热管理跟不上，需要液冷方案")
    page.click("main button:has-text('提交审核')")
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
    assert "很可能" in page.inner_text("main")
    assert "微通道冷板" in page.inner_text(".match-card blockquote >> nth=0")
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
        page = phone.go(letter.path)
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
    page.click("main .actions >> text=登记")
    page.fill("[name=number]", "TJ-2026-1")
    page.click("main button.primary")
    worker.drain()
    page.click("text=年技术合同成交额")
    assert "0.032" in page.inner_text(".figures")
    page.click("#rows a")
    assert "登记" in page.inner_text(".timeline")


def test_a_sheet_with_faults_is_mended_and_goes_in(shared_world, visit, tmp_path):
    def kept(name, *rows):
        path = tmp_path / name
        path.write_bytes(sheet(["成果名称", "成果简介", "成熟度"], *rows))
        return str(path)

    officer = visit(java_script_enabled=False)
    page = officer.sign_in("officer")
    officer.go("/imports/new/achievements/")
    page.set_input_files("#sheet", kept("错.xlsx", ["甲", "简介", 12]))
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
    page.set_input_files("#sheet", kept("好.xlsx", ["甲种传感器", "简介", 7]))
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
        "/plan/?plan=jinnan-2025-2027",
        "/plan/targets/technology-contract-turnover/?plan=jinnan-2025-2027",
        "/establishments/",
        "/policies/",
        "/policies/gaoxin-2016/",
        "/bulletins/ranks/",
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


def test_a_month_of_supervision_from_asking_to_accepting(shared_world, visit):
    tasks.set_up(current_book().plan, NOW)
    tasks.set_duty(
        current_book().plan, 1, "区发展改革委", "lead", "李四", "li@x.example", SYSTEM, NOW
    )
    officer = visit()
    page = officer.sign_in("officer")
    officer.go("/tasks/")
    page.click("text=现在发出本月填报")
    thing = MonthlyReturn.objects.get(task=1, body="区发展改革委")

    body = visit(java_script_enabled=False)
    link = f"/return/{token_of(thing)}/{thing.pk}/"
    page = body.go(link)
    page.fill("#id_progress", "可研报告已完成")
    page.click("text=保存草稿")
    page = body.go(link)
    page.click("text=提交 >> nth=-1")
    assert "请填写下一步" in page.inner_text(".errors")
    page.fill("#id_next_step", "报市级批复")
    page.check("input[value=green]")
    page.click("button[name=submit]")
    assert "可研报告已完成" in page.inner_text("main")

    page = officer.go(f"/returns/{thing.pk}/")
    page.click("button:has-text('采纳')")
    assert "已采纳" in page.inner_text("main")
    page = officer.go(f"/reports/monthly/{thing.month}/?plan=jinnan-2020-2022")
    assert "可研报告已完成" in page.inner_text("main")


def test_a_document_becomes_a_book_and_a_list_is_laid_beside_ours(shared_world, visit, tmp_path):
    officer = visit()
    page = officer.sign_in("officer")
    paper, listed = tmp_path / "计划.txt", tmp_path / "名单.xlsx"
    paper.write_text(TEXT, encoding="utf-8")
    listed.write_bytes(sheet(["企业名称", "统一社会信用代码"], ["某企业", shared_world.rival.code]))
    officer.go("/drafts/")
    page.set_input_files("main input[type=file]", str(paper))
    page.click("main button.primary")
    page.fill("[name=g0t0_figure]", "200")
    for tie in page.locator("select[name$=_tie]").all():
        tie.select_option(index=1)
    page.fill("#id_identity", "shili")
    page.fill("#id_extends", "national")
    page.fill("#id_title", "示例区")
    page.click("text=存成书并检查")
    assert "已存成书" in page.inner_text("main")

    officer.go("/comparisons/")
    page.set_input_files("#sheet", str(listed))
    page.fill("#start", "2026-01-01")
    page.fill("#end", "2026-12-31")
    page.click("main button.primary")
    assert shared_world.rival.code in page.inner_text("main")
    assert "没有这种认定" in page.inner_text("main")


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/",
        "/tasks/?view=time",
        "/tasks/?view=board",
        "/returns/",
        "/reports/",
        "/drafts/",
        "/figures/new/report_figure/",
        "/comparisons/",
        "/reports/layouts/",
    ],
)
def test_office_pages_pass_axe_and_fit_a_phone(shared_world, visit, path):
    tasks.set_up(current_book().plan, NOW)
    milestones.add_milestone(current_book().plan, 1, "完成选址", NOW.date(), SYSTEM, NOW)
    one = visit()
    page = one.sign_in("officer")
    one.go(path)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def reported_firm(world):
    firm = keep_firm(world.firm, {"founded_on": date(2015, 3, 1)}, world.actor("officer"), NOW)
    for back in range(3):
        facts = GOOD | {
            "科技人员": "5人",
            "销售收入": f"{4000 - 400 * back}万元",
            "净资产": f"{2000 - 200 * back}万元",
        }
        years.take_in(firm, 2025 - back, facts, "audit", world.actor("officer"), NOW)
    record(firm, "gazelle", "D1", date(2025, 6, 1), date(2026, 12, 31), world.actor("officer"), NOW)
    return firm


@pytest.mark.parametrize(
    "path",
    [
        "/ladder/",
        "/ladder/lapses/",
        "/firms/",
        "/firms/{}/",
        "/firms/{}/rungs/high_tech/",
        "/firms/{}/years/2025/",
        "/applications/",
        "/policies/changes/",
        "/policies/gaoxin-2016/change/?parameter=研发占比档",
        "/policies/gaoxin-2016/",
    ],
)
def test_pages_of_firms_and_rules_pass_axe_and_fit_a_phone(shared_world, visit, path):
    firm = reported_firm(shared_world)
    one = visit()
    page = one.sign_in("officer")
    one.go(path.format(firm.pk))
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_firm_that_never_saw_the_system_finds_why_it_fails_in_three_clicks(shared_world, visit):
    reported_firm(shared_world)
    owner = visit(java_script_enabled=False)
    page = owner.sign_in("enterprise")
    page.click("#rail a:text-is('企业')")
    page.click("main tbody a")
    page.click("ol.rung a:has-text('国家高新技术企业')")
    told = page.inner_text("main")
    assert "招聘科技人员 2人" in told
    assert "办法第十一条第（四）项" in told


def test_a_draft_and_its_text_fit_a_phone(shared_world, visit, tmp_path):
    officer = visit()
    page = officer.sign_in("officer")
    paper = tmp_path / "计划.txt"
    paper.write_text(TEXT, encoding="utf-8")
    officer.go("/drafts/")
    page.set_input_files("main input[type=file]", str(paper))
    page.click("main button.primary")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_was_typed_outlives_the_session_and_the_tab_and_a_double_click(shared_world, visit):
    officer = visit()
    page = officer.sign_in("officer")
    officer.go("/contracts/new/record/")
    page.fill("#id_name", "打了很久的合同名称")
    page.wait_for_selector(".kept-line:has-text('草稿已自动保存')", timeout=20_000)
    page.fill("#id_amount_fen", "321")
    session = [c for c in officer.context.cookies() if c["name"] == "sessionid"]
    officer.context.clear_cookies(name="sessionid")
    assert session
    page.click("main button.primary")
    assert "登录已过期" in page.inner_text("h1")
    page.click("main a.button.primary")
    page.fill("#login", "officer@x.example")
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url("**/contracts/new/record/")
    assert page.input_value("#id_name") == "打了很久的合同名称"
    assert page.input_value("#id_amount_fen") == "321"
    page.fill("#id_name", "没有存上的名字")
    page.reload()
    page.click("button:has-text('恢复')")
    assert page.input_value("#id_name") == "没有存上的名字"
    officer.go("/demands/new/draft/")
    page.fill("#id_title", "点了两下的需求")
    page.dblclick("main button:has-text('保存草稿')")
    page.wait_for_url("**/demands/*/")
    assert Demand.objects.count() == 1
