"""People find their way by the keyboard, and ask each other through a broker."""

from axe_playwright_python.sync_playwright import Axe

from kechuang.district.accounts.models import Letter
from kechuang.district.core import worker
from kechuang.district.market.models import Introduction, Wish

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}


def test_an_enterprise_asks_to_be_introduced_and_a_broker_brings_them_together(shared_world, visit):
    achievement, demand = shared_world.achievement(), shared_world.demand()
    worker.drain()
    firm = visit(java_script_enabled=False)
    page = firm.sign_in("enterprise")
    firm.go(f"/achievements/{achievement.pk}/")
    page.click("main .actions >> text=请求介绍")
    assert achievement.reference == page.input_value("#id_about")
    page.fill("#id_words", "我们快充散热跟不上，想看中试线")
    page.click("main button.primary")
    assert "等待答复" in page.inner_text("main")
    firm.go(f"/achievements/{achievement.pk}/")
    page.click("main .actions >> text=关注")
    assert "关注中" in page.inner_text("main")

    owner = visit()
    page = owner.sign_in("researcher")
    page = owner.go(f"/achievements/{achievement.pk}/")
    assert "甲电池" not in page.inner_text("main")

    broker = visit()
    page = broker.sign_in("broker")
    wish = Wish.objects.get(what="introduction")
    page.click(f"main >> text={wish}")
    assert "想看中试线" in page.inner_text("main")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    page.click("main .actions >> text=答复")
    page.fill("#id_answer", "下周可以看中试线，我来约")
    page.click("main button.primary")
    page.click(f"main >> text={demand.title}")
    people = page.locator(".person")
    for place, email in enumerate(["zhao@y.example", "qian@y.example"]):
        people.nth(place).locator("[name=name]").fill(f"某{place}")
        people.nth(place).locator("[name=email]").fill(email)
    page.click("text=发出邀请")
    worker.drain()
    assert Introduction.objects.count() == 1

    page = firm.go(f"/wishes/{wish.pk}/")
    assert "已发起对接" in page.inner_text("main")
    assert "下周可以看中试线" in page.inner_text("main")
    assert Letter.objects.filter(user=shared_world.users["enterprise"]).count() == 2


def test_the_palette_opens_a_record_a_page_and_a_deed_by_the_keyboard_alone(shared_world, visit):
    shared_world.achievement()
    secret = shared_world.demand(title="保密的电池难题", confidentiality="brokers")
    officer = visit()
    page = officer.sign_in("officer")
    officer.go("/plan/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open]")
    assert page.evaluate("document.activeElement.id") == "palette-q"
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.type("记录合同")
    active = "#palette [aria-selected=true]"
    assert "记录合同" in page.inner_text(active)
    assert page.get_attribute("#palette-q", "aria-activedescendant") == page.get_attribute(
        active, "id"
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/contracts/new/record/")

    page.keyboard.press("Control+k")
    page.keyboard.type("保密的电池")
    page.wait_for_selector("#palette [data-found] [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/demands/{secret.pk}/")

    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#palette:not([open])", state="attached")

    rival = visit()
    page = rival.sign_in("rival")
    page.keyboard.press("Meta+k")
    page.keyboard.type("保密的电池")
    with page.expect_response("**/search/?q=*part=1") as answer:
        page.keyboard.type("难题")
    assert "option" not in answer.value.text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    assert "没有找到" in page.inner_text("main")


def test_the_search_box_works_without_a_script_and_its_page_fits_a_phone(shared_world, visit):
    shared_world.achievement()
    visitor = visit(java_script_enabled=False)
    page = visitor.go("/policies/")
    page.fill("#search-q", "液冷")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    assert "动力电池液冷热管理技术" in page.inner_text("main")
    one = visit()
    page = one.go("/search/?q=电池")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
