"""The same rules by Kechuang (batch) and by openfisca-core, on the same rows, in one run; then
gaps, a reform, one subject.

    OPENFISCA_PYTHON=other/venv/bin/python python benchmarks/rules.py [ROWS]

The other environment holds openfisca-core and polars (pip install openfisca-core polars).
openfisca-core stays outside the product: benchmarks/openfisca.py is the only file that knows it.
Asked are eleven results of
three national policies that both can say: four conditions of high-tech recognition, the whole
evaluation of technology-based
SMEs with its score tiers, and the income tax of high-tech firms. Answers are compared with an
exact oracle in plain Python
integers. Half of the rows stand on a bound or one unit beside it. Each engine runs in a process
of its own.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent
DAY = date(2026, 11, 25)
RULES = [
    "科技人员达标",
    "研发占比达标",
    "境内研发达标",
    "高新收入达标",
    "中小科技人员得分",
    "中小研发得分",
    "中小成果得分",
    "中小综合得分",
    "中小评分达标",
    "科技型中小企业",
    "高企应纳税额",
]
NUMBERS = {"中小科技人员得分", "中小研发得分", "中小成果得分", "中小综合得分", "高企应纳税额"}
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
    "中小资产总额",
    "中小研发费用",
    "中小一类知识产权数",
    "中小二类知识产权数",
    "高企应纳税所得额",
]
TRUTHS = ["中小境内居民企业", "中小有高企证书", "高企资格有效"]
CONSTANT = {
    "中小产品属禁限淘汰": False,
    "中小有事故或失信": False,
    "中小列入异常失信名单": False,
    "中小会计健全查账征收": True,
    "中小属加计负面行业": False,
    "中小选用销售收入指标": True,
    "中小获国家科技奖励": False,
    "中小有省部级研发机构": False,
    "中小主导制定标准": False,
}


def rows(count: int) -> dict[str, list]:
    """Firms in fen and heads; every second one stands on a bound or a unit beside it."""
    rng = random.Random(3)
    found: dict[str, list] = {c: [] for c in (*COLUMNS, *TRUTHS)}
    for n in range(count):
        edge = n % 2
        sales = (
            rng.choice([5_000_000_000, 20_000_000_000]) + rng.choice([-1, 0, 1])
            if edge
            else rng.randrange(10**6, 10**12)
        )
        earlier, first = rng.randrange(10**6, 10**11), rng.randrange(10**6, 10**11)
        share = 5 if sales <= 5_000_000_000 else 4 if sales <= 20_000_000_000 else 3
        whole = sales + earlier + first
        research = max(
            -(-whole * share // 100) + rng.choice([-1, 0, 1]) if edge else rng.randrange(1, whole),
            1,
        )
        home = max(
            -(-research * 60 // 100) + rng.choice([-1, 0]) if edge else rng.randrange(research + 1),
            0,
        )
        high = -(-sales * 60 // 100) + rng.choice([-1, 0]) if edge else rng.randrange(sales)
        staff = rng.randrange(1, 1000)
        tech = max(staff * rng.choice([10, 15, 20, 25, 30]) // 100 + rng.choice([-1, 0, 1]), 0)
        year = (
            -(-sales * rng.choice([2, 3, 4, 5, 6]) // 100) + rng.choice([-1, 0, 1])
            if edge
            else rng.randrange(sales)
        )
        assets = 20_000_000_000 + rng.choice([-1, 0, 1]) if edge else rng.randrange(10**6, 10**11)
        income = rng.randrange(-(10**10), 10**12)
        values = (
            tech,
            staff,
            sales,
            earlier,
            first,
            research,
            home,
            high,
            sales,
            assets,
            max(year, 0),
            rng.choice([0, 0, 1, 2]),
            rng.randrange(6),
            income,
        )
        for name, value in zip(COLUMNS, values, strict=True):
            found[name].append(value)
        for name in TRUTHS:
            found[name].append(rng.random() < 0.7)
    return found


def _tier(num: int, den: int, steps: list[tuple[int, int]]) -> int:
    return next((score for percent, score in steps if num * 100 >= percent * den), 0)


def oracle(data: dict[str, list]) -> list[tuple]:
    """All eleven in integers, written from the clauses and not from either engine."""
    out = []
    for (
        tech,
        staff,
        sales,
        earlier,
        first,
        research,
        home,
        high,
        income,
        assets,
        year,
        one_,
        two,
        taxable,
        resident,
        certified,
        valid,
    ) in zip(*(data[c] for c in (*COLUMNS, *TRUTHS)), strict=True):
        share = 5 if sales <= 5_000_000_000 else 4 if sales <= 20_000_000_000 else 3
        staff_score = _tier(tech, staff, [(30, 20), (25, 16), (20, 12), (15, 8), (10, 4)])
        research_score = _tier(year, sales, [(6, 50), (5, 40), (4, 30), (3, 20), (2, 10)])
        result_score = max(30 if one_ >= 1 else 0, {0: 0, 1: 6, 2: 12, 3: 18}.get(two, 24))
        total = staff_score + research_score + result_score
        scored = total >= 60 and staff_score > 0
        small = staff <= 500 and sales <= 20_000_000_000 and assets <= 20_000_000_000
        base, rate = max(taxable, 0), 15 if valid else 25
        out.append(
            (
                tech * 10 >= staff,
                research * 100 >= share * (sales + earlier + first),
                home * 100 >= 60 * research,
                high * 100 >= 60 * income,
                staff_score,
                research_score,
                result_score,
                total,
                scored,
                resident and small and (scored or certified),
                (2 * base * rate + 100) // 200,
            )
        )
    return out


def wrong(answers: list[tuple], truth: list[tuple]) -> dict[str, int]:
    """How many answers of each rule differ from the oracle."""
    found = dict.fromkeys(RULES, 0)
    for x, y in zip(answers, truth, strict=True):
        for name, a, b in zip(RULES, x, y, strict=True):
            found[name] += a != b
    return {n: c for n, c in found.items() if c}


def peak() -> int:
    """The most memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def frame_of(data: dict[str, list]) -> pl.DataFrame:
    """The rows as the batch wants them."""
    size = len(data[COLUMNS[0]])
    columns = [pl.Series(k, v, pl.Int64 if k in COLUMNS else pl.Boolean) for k, v in data.items()]
    return pl.DataFrame(
        [*columns, *(pl.Series(k, [v] * size, pl.Boolean) for k, v in CONSTANT.items())]
    )


def kechuang(size: int) -> dict:
    """Seconds of the best of five runs, memory that the runs added, wrong answers; then the other
    figures.
    """
    from kechuang.book import read_book
    from kechuang.engines.rules import Overlay, assess, at, gap, one
    from kechuang.engines.rules.batch import run
    from kechuang.engines.rules.gap_batch import gap_batch

    book, problems = read_book(HERE.parent / "books" / "jinnan")
    assert book, problems
    policies = tuple(book.policies.values())
    law, data = at(policies, DAY), rows(size)
    frame = frame_of(data)
    before, best = peak(), None
    for _ in range(5):
        began = time.perf_counter()
        found = run(law, frame, RULES)
        took = time.perf_counter() - began
        best = min(best or took, took)
    added = peak() - before
    columns = [found.frame[f"{n}·下" if n in NUMBERS else n].to_list() for n in RULES]
    dens = [found.dens[n][0] or 1 if n in NUMBERS else 0 for n in RULES]
    answers = [
        tuple(v // d if d else v for v, d in zip(row, dens, strict=True))
        for row in zip(*columns, strict=True)
    ]
    made = {"seconds": best, "memory": added, "wrong": wrong(answers, oracle(data))}
    reform = at(
        policies, DAY, Overlay({"科技人员占比下限": (date(2026, 1, 1), one(Fraction(1, 5)))})
    )
    made["reform"] = _best(lambda: run(reform, frame, ["科技人员达标"]))
    subject = {i.name: one(i.high) for i in law.inputs.values() if i.unit != "是否"}
    made["subject"] = _best(lambda: assess(law, subject, [n for p in policies for n in p.results]))
    investing, hiring = book.policies["gaoxin-2016"].actions.values()
    for name, rule, action in (
        ("gap_research", "研发占比达标", investing),
        ("gap_staff", "科技人员达标", hiring),
    ):
        made[name] = _best(lambda r=rule, a=action: gap_batch(law, frame, r, a), 3)
        steps = gap_batch(law, frame, rule, action)
        given = [{c: one(data[c][n]) for c in COLUMNS} for n in range(min(size, 2000))]
        made[f"{name}_wrong"] = sum(
            gap(law, g, rule, action).steps != steps[n] for n, g in enumerate(given)
        )
    whole = frame.with_columns(_rest(size))
    made["gap_whole"] = _best(lambda: gap_batch(law, whole, "高新技术企业", investing), 3)
    found = gap_batch(law, whole, "高新技术企业", investing)
    made["gap_whole_found"] = found.filter(found > 0).len()
    return made


def _rest(size: int) -> list[pl.Series]:
    """What else high-tech recognition asks, so that half of the firms fail by R&D alone."""
    rng = random.Random(5)
    assets = [[rng.randrange(10**8, 10**11) for _ in range(size)] for _ in range(3)]
    plain = {
        "注册成立天数": 2000,
        "近三年转化项数": 18,
        "知识产权得分·下": 28,
        "知识产权得分·上": 30,
        "组织管理得分·下": 18,
        "组织管理得分·上": 20,
    }
    truths = {
        "拥有核心知识产权": True,
        "技术属重点领域": True,
        "有重大安全事故": False,
        "有重大质量事故": False,
        "有严重环境违法": False,
    }
    return [
        *(
            pl.Series(n, v, pl.Int64)
            for n, v in zip(("前年净资产", "上年净资产", "最近一年净资产"), assets, strict=True)
        ),
        *(pl.Series(n, [v] * size, pl.Int64) for n, v in plain.items()),
        *(pl.Series(n, [v] * size, pl.Boolean) for n, v in truths.items()),
    ]


def _best(work, times: int = 5) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(kechuang(int(sys.argv[1]))))
        sys.exit()
    size = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    ours = json.loads(
        subprocess.run(
            [sys.executable, __file__, size, "ours"], capture_output=True, text=True, check=True
        ).stdout
    )
    print(
        f"Kechuang: {ours['seconds']:.3f} s, +{ours['memory']} MB, wrong {sum(ours['wrong'].values())} of {len(RULES) * int(size)}"
    )
    print(
        f"one reform, its rules only: {ours['reform'] * 1000:.1f} ms; one subject, all books, with trace: {ours['subject'] * 1000:.1f} ms"
    )
    print(
        f"least R&D for all who fail its share: {ours['gap_research']:.2f} s ({ours['gap_research_wrong']} of 2000 unlike the exact walk)"
    )
    print(
        f"least hiring for all who fail the staff share: {ours['gap_staff']:.2f} s ({ours['gap_staff_wrong']} of 2000 unlike the exact walk)"
    )
    print(
        f"least R&D for the whole of high-tech recognition: {ours['gap_whole']:.2f} s, {ours['gap_whole_found']} firms helped by it alone"
    )
    theirs_python = os.environ.get("OPENFISCA_PYTHON", sys.executable)
    beside = subprocess.run(
        [theirs_python, str(HERE / "openfisca.py"), size],
        capture_output=True,
        text=True,
        check=False,
    )
    if beside.returncode:
        sys.exit(beside.stderr[-600:])
    theirs = json.loads(beside.stdout)
    print(
        f"openfisca-core: {theirs['seconds']:.3f} s, +{theirs['memory']} MB, wrong {sum(theirs['wrong'].values())}: {theirs['wrong']}"
    )
    print(f"time: {ours['seconds'] / theirs['seconds']:.2f} of openfisca-core's")
