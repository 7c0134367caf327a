"""The same eligibility rules by Kechuang (batch) and by openfisca-core, on the same rows, in one run.

    pip install openfisca-core && python benchmarks/rules.py [ROWS]

openfisca-core stays outside the product: this file is the only place that knows it. Both are asked for the ratios and
conditions of 高新技术企业认定 that both can say (staff, R&D by tier of sales, domestic R&D, high-tech income). Answers
are compared with an exact oracle in plain Python integers. Half of the rows stand on a bound or one unit beside it.
"""

import importlib
import random
import resource
import sys
import time
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl

from kechuang.book import read_book
from kechuang.engines.rules import Overlay, assess, at, one
from kechuang.engines.rules.batch import run

DAY = date(2026, 11, 25)
RULES = ["科技人员达标", "研发占比达标", "境内研发达标", "高新收入达标"]
COLUMNS = [
    "科技人员数",
    "职工总数",
    "最近一年销售收入",
    "上年销售收入",
    "前年销售收入",
    "近三年研发费用",
    "近三年境内研发费用",
    "高新产品收入",
    "企业总收入",
]


def rows(count: int) -> dict[str, list[int]]:
    """Firms in fen and heads; every second one stands on a bound."""
    rng = random.Random(3)
    found: dict[str, list[int]] = {c: [] for c in COLUMNS}
    for n in range(count):
        sales = (
            rng.choice([5_000_000_000, 20_000_000_000]) + rng.choice([-1, 0, 1])
            if n % 2
            else rng.randrange(10**6, 10**12)
        )
        earlier, first = rng.randrange(10**6, 10**11), rng.randrange(10**6, 10**11)
        share = 5 if sales <= 5_000_000_000 else 4 if sales <= 20_000_000_000 else 3
        whole = sales + earlier + first
        research = (
            -(-whole * share // 100) + rng.choice([-1, 0, 1]) if n % 2 else rng.randrange(1, whole)
        )
        research = max(research, 1)
        home = (
            -(-research * 60 // 100) + rng.choice([-1, 0]) if n % 2 else rng.randrange(research + 1)
        )
        income = max(sales, 1)
        high = -(-income * 60 // 100) + rng.choice([-1, 0]) if n % 2 else rng.randrange(income)
        staff = rng.randrange(1, 2000)
        for name, value in zip(
            COLUMNS,
            (
                max(staff // 10 + rng.choice([-1, 0, 1]), 0),
                staff,
                sales,
                earlier,
                first,
                research,
                max(home, 0),
                high,
                income,
            ),
            strict=True,
        ):
            found[name].append(value)
    return found


def oracle(data: dict[str, list[int]]) -> list[tuple[bool, bool, bool, bool]]:
    """The four conditions in integers, written from the clauses and not from either engine."""
    out = []
    for tech, staff, sales, earlier, first, research, home, high, income in zip(
        *(data[c] for c in COLUMNS), strict=True
    ):
        share = 5 if sales <= 5_000_000_000 else 4 if sales <= 20_000_000_000 else 3
        out.append(
            (
                tech * 10 >= staff,
                research * 100 >= share * (sales + earlier + first),
                home * 100 >= 60 * research,
                high * 100 >= 60 * income,
            )
        )
    return out


def kechuang(data: dict[str, list[int]], law) -> tuple[float, list[tuple]]:
    """Seconds, and the answers."""
    frame = pl.DataFrame({k: pl.Series(k, v, pl.Int64) for k, v in data.items()})
    began = time.perf_counter()
    found = run(law, frame, RULES)
    took = time.perf_counter() - began
    return took, list(zip(*(found.truth(n).to_list() for n in RULES), strict=True))


def openfisca(data: dict[str, list[int]]) -> tuple[float, list[tuple]]:
    """The same four rules as OpenFisca variables; its numbers are float32, its tiers a single-amount scale."""
    numpy = importlib.import_module("numpy")
    entities, variables, systems, simulations, periods = (
        importlib.import_module(f"openfisca_core.{n}")
        for n in ("entities", "variables", "taxbenefitsystems", "simulations", "periods")
    )
    firm = entities.build_entity(key="firm", plural="firms", label="企业", is_person=True)
    english = dict(
        zip(
            COLUMNS,
            ("tech", "staff", "sales", "earlier", "first", "research", "home", "high", "income"),
            strict=True,
        )
    )
    year = periods.YEAR

    def share_wanted(sales):
        return numpy.select(
            [sales <= 5_000_000_000, sales <= 20_000_000_000],
            [numpy.float32(0.05), numpy.float32(0.04)],
            numpy.float32(0.03),
        )

    formulas = {
        "c_staff": lambda e, p: e("tech", p) / e("staff", p) >= numpy.float32(0.1),
        "c_research": lambda e, p: (
            e("research", p) / (e("sales", p) + e("earlier", p) + e("first", p))
            >= share_wanted(e("sales", p))
        ),
        "c_home": lambda e, p: e("home", p) / e("research", p) >= numpy.float32(0.6),
        "c_high": lambda e, p: e("high", p) / e("income", p) >= numpy.float32(0.6),
    }
    system = systems.TaxBenefitSystem([firm])
    common = {"entity": firm, "definition_period": year}
    for name in english.values():
        system.add_variable(
            type(name, (variables.Variable,), {**common, "value_type": float, "label": name})
        )
    for name, formula in formulas.items():
        system.add_variable(
            type(
                name,
                (variables.Variable,),
                {
                    **common,
                    "value_type": bool,
                    "label": name,
                    "formula": formula,
                },
            )
        )
    simulation = simulations.SimulationBuilder().build_default_simulation(
        system, count=len(data[COLUMNS[0]])
    )
    for chinese, name in english.items():
        simulation.set_input(name, "2026", numpy.array(data[chinese], dtype=numpy.float64))
    began = time.perf_counter()
    found = [simulation.calculate(n, "2026") for n in formulas]
    took = time.perf_counter() - began
    return took, list(zip(*(f.tolist() for f in found), strict=True))


def wrong(answers: list[tuple], truth: list[tuple]) -> int:
    """How many single answers differ."""
    return sum(
        a != b for x, y in zip(answers, truth, strict=True) for a, b in zip(x, y, strict=True)
    )


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    book, problems = read_book(Path(__file__).parents[1] / "books" / "jinnan")
    assert book, problems
    policies = tuple(book.policies.values())
    law, data = at(policies, DAY), rows(size)
    truth = oracle(data)
    best, answers = min((kechuang(data, law) for _ in range(3)), key=lambda r: r[0])
    print(
        f"Kechuang: {best:.3f} s, wrong {wrong(answers, truth)} of {4 * size}, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    reform = at(
        policies, DAY, Overlay({"科技人员占比下限": (date(2026, 1, 1), one(Fraction(1, 5)))})
    )
    frame = pl.DataFrame({k: pl.Series(k, v, pl.Int64) for k, v in data.items()})
    times = []
    for _ in range(5):
        began = time.perf_counter()
        run(reform, frame, ["科技人员达标"])
        times.append(time.perf_counter() - began)
    print(f"one reform, its rules only: {min(times) * 1000:.1f} ms")
    results = [n for p in policies for n in p.results]
    subject = {i.name: one(i.high) for i in law.inputs.values() if i.unit != "是否"}
    began = time.perf_counter()
    assess(law, subject, results)
    print(f"one subject, all books, with trace: {(time.perf_counter() - began) * 1000:.1f} ms")
    try:
        took, theirs = min((openfisca(data) for _ in range(3)), key=lambda r: r[0])
    except ImportError:
        sys.exit("openfisca-core is not installed: pip install openfisca-core")
    print(f"openfisca-core: {took:.3f} s, wrong {wrong(theirs, truth)} of {4 * size}")
    print(f"time: {best / took:.2f} of openfisca-core's")
