"""Rows a second of an import, and queries per page, on a fresh SQLite house.

KECHUANG_DEMO=1 KECHUANG_DATA=$(mktemp -d) .venv/bin/python benchmarks/house.py SHEET.xlsx
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.district.accounts.models import User
from kechuang.district.core import imports, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.demo import seed
from kechuang.district.market.models import Demand

PAGES = [
    ("visitor", "/"),
    ("visitor", "/plan/"),
    ("visitor", "/achievements/"),
    ("visitor", "/demands/"),
    ("visitor", "/plan/targets/technology-contract-turnover/"),
    ("broker", "/workspace/"),
    ("broker", "/demands/{demand}/matches/"),
    ("officer", "/workspace/"),
    ("officer", "/contracts/"),
    ("officer", "/firms/"),
    ("officer", "/imports/"),
    ("auditor", "/ledger/"),
]


def main() -> None:
    Path(settings.KECHUANG_DATA).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    seed(lambda words: None)
    print("| page | as | queries |\n|---|---|---|")
    demand = Demand.objects.filter(state="published").order_by("pk")[20].pk
    for who, address in PAGES:
        page = address.format(demand=demand)
        client = Client(headers={"host": "127.0.0.1"})
        if who != "visitor":
            client.force_login(
                User.objects.get(email=f"{who}@demo.example"),
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200, page
        print(f"| `{page}` | {who} | {len(asked)} |")
    sheet = Path(sys.argv[1])
    batch = imports.upload(
        "achievements", sheet.name, sheet.read_bytes(), SYSTEM, {"publish": True}
    )
    start = time.perf_counter()
    imports.check_now(batch)
    checked = time.perf_counter()
    imports.confirm(batch, SYSTEM)
    imports.apply_now(batch)
    written = time.perf_counter()
    worker.drain()
    indexed = time.perf_counter()
    rows = batch.total
    print(
        f"\n{rows} rows: checked {rows / (checked - start):.0f} rows/s, written {rows / (written - checked):.0f} rows/s, ",
        end="",
    )
    print(
        f"searchable {indexed - start:.1f} s after the upload (all steps {rows / (indexed - start):.0f} rows/s)"
    )


if __name__ == "__main__":
    main()
