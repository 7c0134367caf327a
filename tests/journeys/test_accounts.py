"""People come, change their address and go, at the browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from kechuang.district.accounts.models import Letter, LetterLink, User
from kechuang.district.accounts.queries import verified_address
from tests.factories import PASSWORD

SAFE = "三月的海河 2026"


def fill_invitation(page, world, name, email, way):
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.fill("[name=code]", world.bureau.code)
    page.click(f"button[value={way}]")


def set_password(page):
    page.fill("#id_password", SAFE)
    page.fill("#id_again", SAFE)
    page.click("main button.primary")
    page.wait_for_url("**/accounts/login/")


def sign_in(page, email):
    page.fill("#login", email)
    page.fill("#password", SAFE)
    page.click("main button.primary")
    page.wait_for_url("**/workspace/")


def test_an_invited_person_begins_by_the_letter_and_is_shut_out_when_leaving(shared_world, visit):
    admin = visit()
    page = admin.sign_in("administrator")
    admin.go("/people/")
    page.click("text=邀请一个人")
    fill_invitation(page, shared_world, "新人", "new@x.example", "mail")
    assert "待开通" in page.inner_text("main")
    letter = Letter.objects.get(email="new@x.example")

    new = visit(java_script_enabled=False)
    mine = new.go(letter.path)
    mine.fill("#id_password", SAFE)
    mine.fill("#id_again", "另一个密码 2026")
    mine.click("main button.primary")
    assert "不一样" in mine.inner_text(".errors")
    set_password(mine)
    sign_in(mine, "new@x.example")
    assert "还没有确认" not in mine.inner_text("main")
    assert "用过" in new.go(letter.path).inner_text("main")

    page.reload()
    assert "在用" in page.inner_text("main")
    page.click("text=停用账号 >> nth=0")
    page.fill("[name=why]", "调离")
    page.click("form button:has-text('停用账号')")
    assert "已停用" in page.inner_text("main")
    new.go("/workspace/")
    mine.wait_for_url("**/accounts/login/**")


def test_a_slip_is_printed_and_typed(shared_world, visit):
    admin = visit()
    page = admin.sign_in("administrator")
    admin.go("/people/invite/")
    fill_invitation(page, shared_world, "没有邮箱的人", "slip@x.example", "slip")
    code = page.inner_text(".slip-code")
    phone = visit(java_script_enabled=False)
    mine = phone.go("/accounts/login/")
    mine.click("text=凭纸条上的代码")
    mine.fill("#id_code", "99-ABCD")
    mine.click("main button.primary")
    assert "代码不对" in mine.inner_text(".errors")
    mine.fill("#id_code", code.lower())
    mine.click("main button.primary")
    set_password(mine)
    sign_in(mine, "slip@x.example")
    assert "还没有确认" in mine.inner_text("main")


def test_another_address_counts_once_its_owner_has_opened_the_link(shared_world, visit):
    person = visit()
    page = person.sign_in("enterprise")
    person.go("/accounts/email/")
    page.fill("#id_email", "new@x.example")
    page.click("main button.primary")
    page.fill("[name=password]", PASSWORD)  # whose session it is does not say whose hand it is
    page.click("main button[type=submit]")
    user = User.objects.get(email="enterprise@x.example")
    assert verified_address(user) == "enterprise@x.example"
    assert "new@x.example" in page.inner_text("main")
    link = LetterLink.objects.get(purpose="address")
    assert Letter.objects.filter(email="enterprise@x.example").exists()  # the old one is told

    stranger = visit()
    other = stranger.sign_in("rival")
    assert "另一个账号" in stranger.go(link.path).inner_text("main")
    assert other.locator("text=这是我的邮箱").count() == 0

    person.go(link.path)
    page.click("text=这是我的邮箱")
    page.wait_for_url("**/accounts/email/")
    user.refresh_from_db()
    assert (user.email, verified_address(user)) == ("new@x.example", "new@x.example")
    assert Letter.objects.filter(email="enterprise@x.example").count() == 2


@pytest.mark.parametrize(
    "path", ["/people/", "/people/invite/", "/health/", "/letters/", "/accounts/email/"]
)
def test_the_administrators_pages_pass_axe_and_fit_a_phone(shared_world, visit, path):
    one = visit()
    one.sign_in("administrator")
    page = one.go(path)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
