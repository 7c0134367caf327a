"""A small book with every kind of file, on a smaller one below it."""

from pathlib import Path

from tests.factories import sheet

FILES = {
    "below/book.yaml": "id: below\ntitle: 上级\ntitle_en: Above\n",
    "below/plan.yaml": """id: above
title: 上级计划
title_en: Plan above
period: {from: 2020-01-01, to: 2022-12-31}
groups:
  - {id: g, title: 一组, title_en: Group}
targets:
  - {number: 1, id: firms, group: g, title: 企业, title_en: Firms, indicator: firms, value: 9, by: 2022-12-31, source: S}
""",
    "below/indicators.yaml": """indicators:
  - {id: firms, title: 企业数, title_en: Firms, unit: 家, kind: stock, definition: 有效的, source: S}
  - {id: share, title: 占比, title_en: Share, unit: "%", kind: ratio, definition: 占比, source: S}
""",
    "below/sources.yaml": "sources:\n  S: {title: 文件, status: official, checked_on: 2026-11-25}\n",
    "own/book.yaml": "id: own\ntitle: 本区\ntitle_en: Own\nextends: below\nplace: here\n",
    "own/plan.yaml": """id: plan
title: 本区计划
title_en: Own plan
period: {from: 2020-01-01, to: 2022-12-31}
groups:
  - {id: g, title: 一组, title_en: Group}
targets:
  - number: 1
    id: firms
    group: g
    title: 企业
    title_en: Firms
    indicator: firms
    bound: ">="
    value: "50.5"
    by: 2022-12-31
    source: S
    parent: firms
    tasks: [1]
    baseline: {day: 2019-12-31, value: 20, source: S}
  - {number: 2, id: share, group: g, title: 占比, title_en: Share, indicator: share, absence: unknown, by: 2022-12-31, source: S}
areas:
  - number: 1
    title: 一章
    title_en: Chapter
    tasks:
      - {number: 1, id: t1, title: 甲事, title_en: A, basis: typical, source: S, milestones: [{title: 开工, due: 2021-01-01}]}
      - {number: 2, id: t2, title: 乙事, title_en: B, basis: named, source: S, after: [1], milestones: [{title: 完工, due: 2022-01-01, after: 开工}]}
safeguards:
  - 一句话
  - {title: 保障, content: 经费}
""",
    "own/figures.yaml": """figures:
  - {indicator: firms, place: here, value: "7", period: "2021", basis: news, source: S}
""",
    "own/places.yaml": "places:\n  - {id: here, name: 本区, kind: district}\n",
    "own/bodies.yaml": "bodies:\n  - {id: b, name: 中心, kind: centre, known: known, sources: [S]}\n",
    "own/fields.yaml": "areas:\n  - {id: it, name: 信息, name_en: IT}\ndisciplines:\n  计算机: it\n  哲学:\n",
    "own/ladder.yaml": """rungs:
  - id: small
    order: 1
    names: [{from: 2020-01-01, name: 小企业, name_en: Small}]
    counts: stock
    rule: 达标
    recognised_by: city
    update_by: 09-30
    source: S
""",
    "own/firm_facts.yaml": """年报:
  收入: {英文: Income, 单位: 元, 范围: [0元, 10亿元], 组: 财务, 保密: 是}
核对:
  不多: {公式: 收入 ≤ 1亿元, 问: 多吗, 英文: Really so}
供给:
  销售额: {年报: 收入}
  有证书: {持有: small}
""",
    "own/calendar.yaml": "holidays:\n  - 2026-01-01\n  - {from: 2026-05-01, to: 2026-05-05}\nworked: [2026-01-04]\n",
    "own/market.yaml": "remind_after_days: [3, 9]\nclose_after_days: 30\nask_outcome_after_days: 60\nlongest_persons: 3\n",
    "own/supervision.yaml": "ask_on: 20\nat_risk_points: 10\nbehind_points: 30\n",
    "own/layouts/firms.yaml": """kind: firms
title: 企业
key: [code]
columns:
  - {field: code, heading: 代码, kind: credit_code, required: true}
  - {field: rung, heading: 类别, kind: choice, choices: ladder}
""",
    "own/returns/table.yaml": """id: table
title: 台账
receiver: 办公室
kind: xlsx
rows: tasks
head: {A1: "{place}台账"}
first_row: 3
columns:
  - {heading: 任务, field: title}
checked_against: sent.xlsx
""",
    "own/returns/brief.yaml": """id: brief
title: 简报
receiver: 办公室
kind: docx
rows: tasks
head: ["{place}简报"]
line: "{title}"
""",
    "own/registers/visits.yaml": """id: visits
title: 走访
life: pipeline
stages: {lead: 线索, visit: 走访}
key: [number]
name: title
fields:
  - {field: number, heading: 编号, kind: text, required: true}
  - {field: title, heading: 名称, kind: text}
  - {field: holder, heading: 单位, kind: organisation}
""",
    "own/policies/p/policy.yaml": """名称: 办法
英文: Policy
发布机关: 区政府
施行: {自: 2021-01-01, 至: null}
来源: [S]
对象: 企业
结论: [达标, 金额]
输入:
  销售额: {单位: 元, 范围: [0元, 10亿元]}
  合同额: {单位: 元, 范围: [0元, 10亿元]}
  有证书: {单位: 是否}
关系:
  合同: {列: {成交额: {单位: 元, 范围: [0元, 1亿元]}, 已登记: {单位: 是否}}}
汇总:
  合同额: {关系: 合同, 取: 合计, 列: 成交额, 其中: 已登记}
措施:
  多卖: {作用: {销售额: 1}, 步长: 1元, 上限: 1亿元, 提前: 1个月}
""",
    "own/policies/p/parameters.yaml": """下限: {单位: 元, 依据: 一, 来源: S, 核对日期: 2026-11-25, 核实: 是, 取值: {2021-01-01: 50万元}}
比例:
  单位: "%"
  按: 元
  依据: 二
  来源: S
  核对日期: 2026-11-25
  核实: 否
  备注: 只见转载
  取值:
    2021-01-01: [{至: 100万元, 含: 是, 值: 5%}, {至: 200万元, 含: 否, 值: [3%, 4%]}, {其余: 1%}]
    2023-01-01: {值: 2%, 依据: 三, 来源: S, 知悉: 2023-02-01}
""",
    "own/policies/p/rules.yaml": """达标: {公式: {2021-01-01: 销售额 ≥ 下限 且 有证书}, 单位: 是否, 依据: 一, 来源: S}
金额: {公式: "销售额 × 分档(销售额, 比例)", 单位: 元, 依据: 二, 来源: S}
""",
    "own/policies/p/cases.yaml": "- {说明: 恰在界上, 日期: 2021-06-01, 输入: {销售额: 100万元, 有证书: 是}, 期望: {达标: 是, 金额: 5万元}}\n",
}


def write(folder: Path) -> Path:
    """The small book's folder, laid out below another."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "own/returns/sent.xlsx").write_bytes(sheet(["本区台账"], ["任务"], ["一"]))
    return folder / "own"
