"""Fifty people at once on a district many times the size, each page beside the same list in bare Django.

KECHUANG_DEMO=1 KECHUANG_DATA=$(mktemp -d) .venv/bin/python benchmarks/load.py --scale 10

KECHUANG_DATABASE_URL: an empty PostgreSQL database instead of SQLite. Both servers run at the same
time under waitress with eight threads, as ``kechuang serve`` does; every user asks them in turn and
rests between two pages, so that what else the machine does falls on both alike. Before that, each
page is asked of each server alone, and the processor time of the server is read: on a machine that
others use, that is what to go by (on PostgreSQL, the database's own time is not in it).
"""

import argparse
import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
import django

django.setup()

from bare import PAGES as BARE
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.district.accounts.models import User
from kechuang.district.core import books, clock, ledger
from kechuang.district.core.books import current_book
from kechuang.district.demo.bringing import Known
from kechuang.district.demo.cast import Cast
from kechuang.district.demo.history import stage_history
from kechuang.district.demo.seed import district_of
from kechuang.district.demo.stage import Stage
from kechuang.district.registry.models import Firm

Page = tuple[str, str, str, str]  # (what, who, address, the same in bare Django)
HOSTS = (8311, 8312)


def fill(scale: int) -> None:
    """A district of that scale, its history in bulk; nothing is left for a worker."""
    call_command("migrate", verbosity=0)
    if User.objects.exists():
        return
    start, now = time.perf_counter(), clock.now()
    made = district_of(current_book(), now, scale)
    stage, known = Stage(now), Known()
    cast = Cast(made, known)
    with ledger.writing():
        stage_history(stage, made, known)
        stage.at(now.date().replace(year=made.first, month=2, day=1), cast.enter, 7)
        stage.play()
    connection.cursor().execute("ANALYZE")
    print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)


def pages() -> list[Page]:
    """What fifty people look at: lists, searches, a firm, targets, dashboards, start pages."""
    firm = Firm.objects.order_by("pk")[300].pk
    word, maker = quote("电池"), quote("膜")
    turnover = "/plan/targets/technology-contract-turnover/?year=2022"
    return [
        ("contracts", "officer", "/contracts/", "contracts"),
        ("contracts, page 40", "officer", "/contracts/?page=40", "contracts?page=40"),
        ("contracts, searched", "officer", f"/contracts/?q={word}", f"contracts?q={word}"),
        ("firms", "officer", "/firms/", "firms"),
        ("certificates", "officer", "/recognitions/", "certificates"),
        ("achievements", "visitor", "/achievements/", "achievements"),
        (
            "achievements, searched",
            "visitor",
            f"/achievements/?q={maker}",
            f"achievements?q={maker}",
        ),
        ("demands", "visitor", "/demands/", "demands"),
        ("a firm", "officer", f"/firms/{firm}/", f"firm/{firm}"),
        ("a target", "visitor", turnover, "target"),
        ("the plan", "visitor", "/plan/?year=2022", "plan"),
        ("home", "visitor", "/", "achievements"),
        ("desk, officer", "officer", "/workspace/", "contracts"),
        ("desk, broker", "broker", "/workspace/", "demands"),
        ("desk, enterprise", "enterprise", "/workspace/", "demands"),
        ("desk, researcher", "researcher", "/workspace/", "achievements"),
    ]


def client_of(who: str) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    if who != "visitor":
        user = User.objects.get(email=f"{who}@demo.example")
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def spent(server: int) -> float:
    """Seconds of processor time that a server's threads took so far."""
    total = 0
    for thread in Path(f"/proc/{server}/task").iterdir():
        total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def counted(held: list[Page]) -> dict[str, int]:
    """Queries a page."""
    found = {}
    books._LOOK_AGAIN = 3600.0  # which law holds is asked once a second, whatever the page
    for what, who, address, _ in held:
        client = client_of(who)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200, address
        found[what] = len(asked)
    return found


class Users:
    """Fifty threads, each a person who looks at a page, rests, and looks at another."""

    def __init__(self, held: list[Page], seconds: float) -> None:
        self.held, self.until = held, time.monotonic() + seconds
        whos = {who for _, who, _, _ in held}
        self.cookies = {w: _cookie(client_of(w)) for w in whos}
        self.took: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.failed: list[str] = []

    def live(self, number: int) -> None:
        dice, turn = random.Random(number), number
        time.sleep(dice.uniform(0.0, 6.0))  # nobody comes at the same moment as all others
        while time.monotonic() < self.until:
            what, who, address, bare = self.held[turn % len(self.held)]
            turn += 7
            for side in dice.sample((0, 1), 2):
                path = address if side == 0 else f"/{bare}"
                self.took[what, side].append(self._ask(HOSTS[side], path, self.cookies[who]))
            time.sleep(dice.uniform(2.0, 6.0))

    def alone(self, servers: Sequence[int], times: int) -> dict[str, list[float]]:
        """Milliseconds of processor time a request of each page, ours and bare."""
        found: dict[str, list[float]] = {}
        for what, who, address, bare in self.held:
            found[what] = []
            for side, path in enumerate((address, f"/{bare}")):
                self._ask(HOSTS[side], path, self.cookies[who])
                before = spent(servers[side])
                for _ in range(times):
                    self._ask(HOSTS[side], path, self.cookies[who])
                found[what].append((spent(servers[side]) - before) / times * 1000)
        return found

    def _ask(self, port: int, path: str, cookie: str) -> float:
        start = time.perf_counter()
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        link.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = link.getresponse()
        answer.read()
        link.close()
        if answer.status != 200:
            self.failed.append(f"{answer.status} {port} {path}")
        return time.perf_counter() - start


def _cookie(client: Client) -> str:
    return "; ".join(f"{name}={held.value}" for name, held in client.cookies.items())


def servers() -> list[subprocess.Popen[bytes]]:
    here = Path(__file__).parent
    ours = [sys.executable, "-m", "kechuang.cli", "serve", "--port", str(HOSTS[0])]
    bare = [sys.executable, str(here / "bare.py"), str(HOSTS[1])]
    return [subprocess.Popen(words, stdout=subprocess.DEVNULL) for words in (ours, bare)]


def awake(port: int) -> None:
    for _ in range(600):
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            link.request("GET", "/achievements" if port == HOSTS[1] else "/roles/")
            link.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)] * 1000 if times else 0.0


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--users", type=int, default=50)
    asked.add_argument("--seconds", type=float, default=120)
    asked.add_argument("--scale", type=int, default=10)
    asked.add_argument("--times", type=int, default=20, help="of each page, alone")
    asked.add_argument("--queries-only", action="store_true")
    options: Any = asked.parse_args()
    (Path(settings.KECHUANG_DATA) / "static").mkdir(parents=True, exist_ok=True)
    fill(options.scale)
    held = pages()
    assert {bare.partition("?")[0].partition("/")[0] for *_, bare in held} <= set(BARE)
    queries = counted(held)
    running = [] if options.queries_only else servers()
    users, alone, whole = Users(held, 0), {}, [0.0, 0.0]
    try:
        if running:
            pids = [one_server.pid for one_server in running]
            for port in HOSTS:
                awake(port)
            alone = users.alone(pids, options.times)
            users = Users(held, options.seconds)
            before = [spent(pid) for pid in pids]
            crowd(users, options.users)
            whole = [spent(pid) - was for pid, was in zip(pids, before, strict=True)]
    finally:
        for one_server in running:
            one_server.terminate()
    print(
        f"{connection.vendor}, {options.users} users, {options.seconds:.0f} s, "
        f"scale {options.scale}, machine's load {os.getloadavg()[0]:.1f}"
    )
    told(users, queries, alone, whole)


def crowd(users: Users, many: int) -> None:
    people = [threading.Thread(target=users.live, args=(n,)) for n in range(many)]
    for one in people:
        one.start()
    for one in people:
        one.join()


def told(
    users: Users, queries: dict[str, int], alone: dict[str, list[float]], whole: list[float]
) -> None:
    print("| page | as | queries | asked | p50 ms | p95 ms | bare p95 ms | ÷ | cpu ms | bare | ÷ |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    every: list[list[float]] = [[], []]
    for what, who, _, _ in users.held:
        ours, bare = users.took[what, 0], users.took[what, 1]
        every[0] += ours
        every[1] += bare
        cpu = alone.get(what, [0.0, 0.0])
        print(f"| {what} | {who} | {queries[what]} | {_row(ours, bare, cpu)} |")
    cpu = [1000 * t / max(len(one), 1) for t, one in zip(whole, every, strict=True)]
    print(f"| all, as they came | | | {_row(every[0], every[1], cpu)} |")
    if users.failed:
        print("failed:", users.failed[:5], len(users.failed))


def _row(ours: list[float], bare: list[float], cpu: list[float]) -> str:
    mid = sorted(ours)[len(ours) // 2] * 1000 if ours else 0.0
    ratio = p95(ours) / p95(bare) if bare else 0.0
    more = cpu[0] / cpu[1] if cpu[1] else 0.0
    held = (f"{len(ours)}", f"{mid:.0f}", f"{p95(ours):.0f}", f"{p95(bare):.0f}", f"{ratio:.1f}")
    return " | ".join((*held, f"{cpu[0]:.0f}", f"{cpu[1]:.1f}", f"{more:.1f}"))


if __name__ == "__main__":
    main()
