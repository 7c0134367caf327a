"""Measuring the plan over many contracts beside one SQL sum over the same rows.

    KECHUANG_DEMO=1 KECHUANG_DATA=$(mktemp -d)/d python benchmarks/measure.py [CONTRACTS]

On PostgreSQL: set KECHUANG_DATABASE_URL. The database must be empty; rows are put in behind the
services' back, for a
million ledger entries are not what is measured here.
"""

import importlib
import os
import random
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
importlib.import_module("django").setup()

call = importlib.import_module("django.core.management").call_command
connection = importlib.import_module("django.db").connection
Organisation = importlib.import_module("kechuang.district.accounts.models").Organisation
Contract = importlib.import_module("kechuang.district.transfer.models").Contract
current_book = importlib.import_module("kechuang.district.core.books").current_book
services = importlib.import_module("kechuang.district.plan.services")
measuring = importlib.import_module("kechuang.district.plan.services.measuring")


def fill(count: int) -> None:
    """Registered contracts over six years."""
    rng, first = random.Random(1), date(2021, 1, 1)
    seller = Organisation.objects.create(
        code="91120112MA00000001", name="卖方", kind="university", search="卖方"
    )
    buyer = Organisation.objects.create(
        code="91120112MA00000002", name="买方", kind="enterprise", search="买方"
    )
    for start in range(0, count, 20_000):
        batch = []
        for n in range(start, min(start + 20_000, count)):
            day = first + timedelta(rng.randrange(2150))
            batch.append(
                Contract(
                    number=f"B{n}",
                    name=f"合同{n}",
                    kind="development",
                    seller=seller,
                    buyer=buyer,
                    amount_fen=rng.randrange(10**6, 10**9),
                    signed_on=day,
                    registered_on=day,
                    state="registered",
                    recorded_by=0,
                )
            )
        Contract.objects.bulk_create(batch)


def best(work, times: int = 5) -> float:
    """The median of some runs, in seconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    call("migrate", verbosity=0)
    if not Contract.objects.exists():
        fill(size)
    today, now = date(2026, 11, 25), datetime(2026, 11, 25, tzinfo=UTC)
    table = Contract._meta.db_table

    def one_sum() -> None:
        """The sum that any programme must do."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT SUM(amount_fen) FROM {table} WHERE state = 'registered' AND registered_on BETWEEN '2026-01-01' AND '2026-11-25'"
            )
            cursor.fetchone()

    book = current_book()
    indicator = next(
        i for i in book.indicators.values() if i.measure == "technology_contract_turnover"
    )
    single, ours = best(one_sum), best(lambda: measuring.reckon(indicator, 2026, today))
    page = best(lambda: services.readings(book, 2026, today))
    everything = best(lambda: measuring.measure_turnover(today, now), 3)
    print(f"{connection.vendor}, {size} contracts")
    print(f"one SQL SUM of the year: {single * 1000:.1f} ms")
    print(f"the year reckoned: {ours * 1000:.1f} ms = {ours / single:.2f} x")
    print(
        f"all targets of the plan with way, forecast and light: {page * 1000:.1f} ms = {page / single:.2f} x"
    )
    print(
        f"turnover of every year measured and kept: {everything * 1000:.1f} ms = {everything / single:.2f} x"
    )
