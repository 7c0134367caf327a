"""axe-core on one page of every address of the house that each role can open, in a running demo.

    kechuang demo --port 8199 &
    python benchmarks/axe.py http://127.0.0.1:8199

Walks from home and desk along the links; of each named address one page is taken. Prints the
pages per role, the violations, and pages wider than a phone.
"""

import sys
from collections import deque
from urllib.parse import urlsplit

import django
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, sync_playwright

ROLES = (
    "visitor",
    "officer",
    "approver",
    "broker",
    "enterprise",
    "researcher",
    "reviewer",
    "auditor",
    "admin",
)
PASSWORD = "kechuang-demo"
MOST = 400  # pages that are looked at for links, a role
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}
_LEAVE = ("account_logout", "import-template")


def name_of(path: str) -> str:
    try:
        return resolve(path).view_name or path
    except Resolver404:
        return ""


def sign_in(page: Page, site: str, role: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.fill("#login", f"{role}@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url("**/workspace/")


def walk(page: Page, site: str, role: str) -> list[tuple[str, str, str]]:
    """(name, path, what is wrong) of each address; "" for nothing."""
    axe, found, seen = Axe(), [], set()
    left = deque(["/"] if role == "visitor" else ["/workspace/", "/"])
    while left and len(seen) < MOST:
        path = left.popleft()
        name = name_of(path.partition("?")[0])
        if not name or name in seen or name in _LEAVE:
            continue
        seen.add(name)
        try:
            answer = page.goto(site + path)
        except Exception:  # a download opens no page
            continue
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        wrong = [f"{answer.status}"] if answer.status >= 400 else []
        wrong += [
            f"{v['id']}: {v['nodes'][0]['html'][:90]}"
            for v in axe.run(page, options=_RULES).response["violations"]
        ]
        page.set_viewport_size({"width": 390, "height": 800})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > 390:
            wrong.append(f"wide {wide}")
        page.set_viewport_size({"width": 1280, "height": 900})
        found.append((name, path, "; ".join(wrong)))
        hrefs = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        for href in hrefs:
            parts = urlsplit(href)
            if f"{parts.scheme}://{parts.netloc}" == site and "as=" not in parts.query:
                left.append(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return found


def main() -> None:
    site = sys.argv[1].rstrip("/")
    django.setup()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for role in sys.argv[2:] or ROLES:
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            if role != "visitor":
                sign_in(page, site, role)
            pages = walk(page, site, role)
            bad = [row for row in pages if row[2]]
            print(f"{role}: {len(pages)} pages, {len(bad)} with something wrong", flush=True)
            for name, path, wrong in bad:
                print(f"   {name} {path}: {wrong}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
