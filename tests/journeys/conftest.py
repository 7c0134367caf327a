"""A running house and Debian's chromium.

Without chromium the journeys are skipped with one clear line.
"""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from kechuang.district.core import worker
from tests.factories import PASSWORD

CHROMIUM = shutil.which("chromium")


def pytest_collection_modifyitems(items):
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.journey)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="chromium is not installed"))


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as p:
        started = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A person at a browser."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        self.page = self.context.new_page()
        self.address = address
        self.complaints = []
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on(
            "console",
            lambda m: self.complaints.append(m.text) if "Security Policy" in m.text else None,
        )

    def go(self, path):
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name):
        self.go("/accounts/login/")
        self.page.fill("#login", f"{name}@x.example")
        self.page.fill("#password", PASSWORD)
        self.page.click("main button.primary")
        self.page.wait_for_url("**/workspace/")
        return self.page

    def work(self):
        """The worker's turn."""
        worker.drain()


@pytest.fixture
def visit(browser, live_server):
    opened = []

    def open_one(**options):
        opened.append(Visit(browser, live_server.url, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        assert not one.complaints
        one.context.close()
