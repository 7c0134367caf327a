"""The ladder of many firms: seconds of the funnel, the expiry watch, a firm's page and a trial of
a change, and their queries.

    KECHUANG_DEMO=1 KECHUANG_DATA=$(mktemp -d) python benchmarks/ladder.py [FIRMS]

The database must be empty; firms and three yearly returns each are put in behind the services'
back.
"""

import importlib
import os
import random
import sys
import time
from datetime import UTC, date, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
importlib.import_module("django").setup()

call = importlib.import_module("django.core.management").call_command
connection = importlib.import_module("django.db").connection
CaptureQueriesContext = importlib.import_module("django.test.utils").CaptureQueriesContext
Organisation = importlib.import_module("kechuang.district.accounts.models").Organisation
models = importlib.import_module("kechuang.district.registry.models")
standings = importlib.import_module("kechuang.district.registry.services.standings")
queries = importlib.import_module("kechuang.district.registry.queries")
changes = importlib.import_module("kechuang.district.support.services.changes")
SYSTEM = importlib.import_module("kechuang.district.core.actor").SYSTEM
TODAY = date(2026, 11, 25)


def fill(count: int) -> None:
    """Firms with what high-tech recognition asks, three years each."""
    rng, now = random.Random(1), datetime(2026, 11, 25, tzinfo=UTC)
    for n in range(count):
        owner = Organisation.objects.create(
            code=f"9112{n:014d}", name=f"企业{n}", kind="enterprise", search=f"企业{n}"
        )
        models.Firm.objects.create(
            organisation=owner,
            town=f"镇{n % 12}",
            industry=f"行业{n % 30}",
            founded_on=date(2015, 1, 1),
        )
    made = []
    for firm in models.Firm.objects.all():
        staff, sales, share = (
            rng.randrange(10, 300),
            rng.randrange(500, 9000),
            rng.uniform(0.03, 0.07),
        )
        for year in (2023, 2024, 2025):
            facts = {
                "销售收入": f"{sales}万元",
                "总收入": f"{sales}万元",
                "高新产品收入": f"{sales * rng.randrange(50, 90) // 100}万元",
                "净资产": f"{sales}万元",
                "研发费用": f"{int(sales * share)}万元",
                "境内研发费用": f"{int(sales * share)}万元",
                "科技成果转化项数": "6项",
                "技术属重点领域": "是",
                "知识产权得分": "27分,29分",
                "组织管理得分": "17分,19分",
                "职工总数": f"{staff}人",
                "科技人员": f"{staff * rng.randrange(7, 20) // 100}人",
                "核心知识产权": "是",
                "重大安全事故": "否",
                "重大质量事故": "否",
                "严重环境违法": "否",
            }
            told = {k: {"v": v, "s": "audit"} for k, v in facts.items()}
            made.append(
                models.FirmYear(firm=firm, year=year, facts=told, state="accepted", changed_at=now)
            )
            sales = int(sales * rng.uniform(0.9, 1.25)) + 1
    models.FirmYear.objects.bulk_create(made, 2000)


def timed(words: str, work) -> None:
    """Seconds and queries of one run."""
    with CaptureQueriesContext(connection) as asked:
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
    print(f"{words}: {took:.2f} s, {len(asked)} queries")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    call("migrate", verbosity=0)
    if not models.Firm.objects.exists():
        fill(size)
    firms = list(queries.visible_to(SYSTEM))
    given = {"value": "12%", "clause": "条", "document": "文件"}
    standings.standings_of(firms[0], TODAY)  # the book is read once a process
    timed(f"funnel of {len(firms)} firms", lambda: standings.funnel(firms, "high_tech", TODAY))
    near = [p.firm for p in standings.funnel(firms, "high_tech", TODAY) if p.near]
    timed(
        f"the cheapest single action of {len(near)} near firms",
        lambda: standings.mends(near, "high_tech", TODAY),
    )
    timed("one firm on every rung", lambda: standings.standings_of(firms[0], TODAY))
    timed(
        "one rung explained with mixes", lambda: standings.explained(firms[0], "high_tech", TODAY)
    )

    def trial() -> None:
        """A change tried on all of them."""
        changes.try_change(
            "gaoxin-2016", "科技人员占比下限", date(2027, 1, 1), given, SYSTEM, TODAY
        )

    timed("a change of a parameter tried on all", trial)
