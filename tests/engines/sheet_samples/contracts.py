"""Contract sheets in the layouts of statistics, bureaus, universities and the registration
system.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .made import Sample, bundle, code, csv, html, pdf, spreadsheetml, word, xlsx

UNIVERSITY, INSTITUTE, FIRM, WATER = code(1), code(2), code(3), code(4)
WAN = 1_000_000
# number, name, kind, seller, its code, buyer, its code, amount and technology in 万元, days
_ROWS = (
    ("2026120104000123", "电池包液冷板流道优化", "技术开发", "海河理工大学", UNIVERSITY, "天津甲电池有限公司", FIRM, 320, 300, "2026-03-01", "2026-03-20"),
    ("2026120104000124", "水处理膜清洗", "技术服务", "津南智能制造研究院", INSTITUTE, "天津乙水务有限公司", WATER, 45, 45, "2026-03-15", "2026-03-21"),
    ("2026120104000125", "海水淡化膜组件", "技术开发", "海河理工大学", UNIVERSITY, "天津乙水务有限公司", WATER, 4200, 3900.5, "2026-04-02", "2026-04-20"),
)  # fmt: skip
HEADS = ["合同登记编号", "合同名称", "合同类别", "卖方名称", "卖方信用代码", "买方名称", "买方信用代码", "合同成交额", "技术交易额", "签订日期", "登记日期"]  # fmt: skip
KINDS = {"技术开发": "development", "技术服务": "service"}


def _said(rows: Any = _ROWS, **but: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            "number": r[0], "name": r[1], "kind": KINDS[r[2]], "seller": r[4], "buyer": r[6],
            "amount_fen": int(r[7] * WAN), "technology_fen": int(r[8] * WAN), "signed_on": r[9], "registered_on": r[10], **but,
        }
        for r in rows
    )  # fmt: skip


def _in(unit: float, rows: Any = _ROWS) -> list[list[Any]]:
    """The rows with their amounts in a unit of so many 万元."""
    return [[*r[:7], round(r[7] / unit, 8), round(r[8] / unit, 8), *r[9:]] for r in rows]


def _heads(**names: str) -> list[str]:
    return [names.get(h, h) for h in HEADS]


def _named(rows: Any = _ROWS) -> tuple[Mapping[str, Any], ...]:
    """What a sheet without credit codes says: the parties by name."""
    return tuple({**s, "seller": None, "buyer": None, "seller_name": r[3], "buyer_name": r[5]} for s, r in zip(_said(rows), rows, strict=True))  # fmt: skip


_WAN_HEADS = _heads(合同成交额="合同成交额（万元）", 技术交易额="技术交易额（万元）")


def _title(text: str) -> list[Any]:
    return [text, *[None] * (len(HEADS) - 1)]


def _grouped() -> list[list[Any]]:
    rows = [[n + 1, *r] for n, r in enumerate(_in(1))]
    pad = [None] * 6
    return [
        ["序号", *_WAN_HEADS],
        ["一、", "技术开发", *[None] * 9],
        rows[0],
        rows[2],
        [None, "小计", *pad, 4520, 4200.5, "/"],
        ["二、", "技术服务", *[None] * 9],
        rows[1],
        [None, "合计", *pad, 4565, 4245.5, "/"],
    ]


def _two_up() -> bytes:
    heads = ["序号", *_WAN_HEADS]
    rows = [[n + 1, *r] for n, r in enumerate(_in(1))]
    return xlsx([[*heads, *heads], [*rows[0], *rows[2]], [*rows[1], *[None] * 12]])


def _university() -> list[list[Any]]:
    heads = ["序号", "单位/院系", "负责人", "电话", "项目名称", "合作单位", "地区", "单位性质", "合同金额", "盖章/签订日期", "生效日期", "技术领域", "合同类型", "登记人"]  # fmt: skip
    rows = [[n, "机械学院", "王某", "0", r[1], r[5], "天津", "企业", r[7], r[9].replace("-0", ".").replace("-", "."), "", "先进制造", r[2].removeprefix("技术"), "李某"] for n, r in enumerate(_ROWS, 1)]  # fmt: skip
    return [heads, *rows]


def _system() -> list[list[Any]]:
    heads = ["合同编号", "项目名称", "合同类型", "卖方名称", "卖方统一社会信用代码", "买方名称", "买方统一社会信用代码", "合同总金额", "技术交易额", "签订日期", "登记日期", "支付方式", "是否关联交易"]  # fmt: skip
    return [heads, *[[*r, "分期支付", "否"] for r in _in(0.0001)]]


def _sample(number: int, layout: str, make: Any, says: Any = None, name: str = "", **more: Any) -> Sample:  # fmt: skip
    return Sample(f"contracts-{number:02}", layout, "contracts", name or "合同.xlsx", make, _said() if says is None else says, **more)  # fmt: skip


CONTRACTS = (
    _sample(1, "一行表头，单位写在表头括号里（万元）", lambda: xlsx([_WAN_HEADS, *_in(1)])),
    _sample(2, "标题行，右上角“单位：万元”", lambda: xlsx([_title("2026 年技术合同登记情况"), [*[None] * 9, "单位：万元"], HEADS, *_in(1)], merged=["A1:K1"])),
    _sample(3, "表头里换行写（亿元）", lambda: xlsx([_heads(合同成交额="成交额\n(亿元)", 技术交易额="技术交易额\n（亿元）"), *_in(10000)])),
    _sample(4, "单位自占一格（元），在表头下面一行", lambda: xlsx([HEADS, [*[None] * 7, "（元）", "（元）", None, None], *_in(0.0001)])),
    _sample(5, "每行一格“计量单位”", lambda: xlsx([[*HEADS, "计量单位"], [*_in(1)[0], "万元"], [*_in(0.0001)[1], "元"], [*_in(10000)[2], "亿元"]])),
    _sample(6, "登记系统的列名，金额没有单位（实为元）", lambda: xlsx([_system()[0], *_system()[1:]]), answers={"unit": "元"}),
    _sample(7, "合并的标题里写着（单位：亿元）", lambda: xlsx([_title("技术合同成交情况表（单位：亿元）"), HEADS, *_in(10000)], merged=["A1:K1"])),
    _sample(8, "表头在第 4 行：标题、汇总句、填报人一行", lambda: xlsx([_title("重点合同台账"), _title("截至目前共 3 份，成交额合计 4565 万元。"), _title("所属片组：一组　填报人：王某　联系电话：0　填报时间：2026-05-01"), _WAN_HEADS, *_in(1)], merged=["A1:K1", "A2:K2", "A3:K3"])),
    _sample(9, "两行表头：合同金额（万元）下分成交额、技术交易额", lambda: xlsx([[*HEADS[:7], "合同金额（万元）", None, "签订日期", "登记日期"], [*[None] * 7, "成交额", "技术交易额", None, None], *_in(1)], merged=[*[f"{c}1:{c}2" for c in "ABCDEFGJK"], "H1:I1"])),
    _sample(10, "分组标题、小计、合计行", lambda: xlsx(_grouped()), (_said()[0], _said()[2], _said()[1])),
    _sample(11, "数据后有备注和签字行", lambda: xlsx([_WAN_HEADS, *_in(1), [], _title("备注：1.成交额含税。2.以登记日期为准。"), _title("单位负责人：甲　统计负责人：乙　填表人：丙　报出日期：2026-05-03")], merged=["A6:K6", "A7:K7"])),
    _sample(12, "左右两栏，各有一套表头", _two_up, (_said()[0], _said()[1], _said()[2])),
    _sample(13, "有隐藏的行和列", lambda: xlsx([["内部号", *_WAN_HEADS], *[[f"N{n}", *r] for n, r in enumerate(_in(1))]], hidden_rows=[2], hidden_columns=[0]), answers={"hidden": "read"}),
    _sample(14, "几张工作表各一季度，另有一张填表说明", lambda: xlsx([["填表说明"], ["请按季度填写。"]], [_WAN_HEADS, *_in(1)[:2]], [_WAN_HEADS, _in(1)[2]], names=["说明", "一季度", "二季度"]), answers={"tables": "all"}),
    _sample(15, "登记编号存成了数字，末位已被抹成 0", lambda: xlsx([_WAN_HEADS, [2026120104000123000.0, *_in(1)[0][1:]]]), (), refused="cell.digits_lost"),
    _sample(16, "GB18030 的 .csv，金额带千分号和单位", lambda: csv([HEADS, *[[*r[:7], f"{r[7]:,}万元", f"{r[8]}万元", *r[9:]] for r in _ROWS]]), name="合同.csv"),
    _sample(17, "高校横向台账：没有信用代码、登记编号，类型简写", lambda: xlsx(_university()), tuple({**s, "number": None, "technology_fen": None, "seller": UNIVERSITY, "seller_name": None, "registered_on": None} for s in _named()), answers={"unit": "万元", "need:seller": f"fill:{UNIVERSITY}"}),
    _sample(18, "一个文件两张表上下排，单位各写各的", lambda: xlsx([_title("表一　单位：万元"), HEADS, *_in(1)[:2], [], _title("表二　单位：元"), HEADS, *_in(0.0001)[2:]]), answers={"tables": "all"}),
    _sample(19, "表头写万元，表上写元", lambda: xlsx([_title("单位：元"), _WAN_HEADS, *_in(0.0001)]), answers={"unit": "元"}),
    _sample(20, "XML Spreadsheet 2003，扩展名是 .xls", lambda: spreadsheetml([_WAN_HEADS, *_in(1)]), name="合同.xls"),
    _sample(21, "网页表格，扩展名是 .xls", lambda: html([_WAN_HEADS, *_in(1)]), name="合同.xls"),
    _sample(22, "Word 附件里的表", lambda: word([_WAN_HEADS, *_in(1)], ["附件 1", "技术合同清单"]), name="合同.docx"),
    _sample(23, "有文字层的 PDF 里的表", lambda: pdf([_WAN_HEADS, *_in(1)], ["附件 1　技术合同清单"]), name="合同.pdf"),
    _sample(24, "几个文件一起交", lambda: bundle({"一季度.xlsx": xlsx([_WAN_HEADS, *_in(1)[:2]]), "二季度.csv": csv([_WAN_HEADS, *_in(1)[2:]])}), name="合同.zip", answers={"tables": "all"}),
    _sample(25, "甲方乙方的叫法，千元", lambda: xlsx([_heads(合同登记编号="技术合同登记编号", 合同名称="项目名称", 卖方名称="乙方", 卖方信用代码="乙方统一社会信用代码", 买方名称="甲方", 买方信用代码="甲方统一社会信用代码", 合同成交额="技术合同成交额(千元)", 技术交易额="合同技术交易额(千元)"), *_in(0.1)])),
    _sample(26, "数字全角，字间有空格、断行", lambda: xlsx([["合 同 登 记\n编 号", "★合同名称*", *_WAN_HEADS[2:]], *[[r[0], r[1], r[2], *r[3:7], str(r[7]).translate({48 + n: 0xFF10 + n for n in range(10)}), r[8], *r[9:]] for r in _ROWS]])),
    _sample(27, "旧版 .xls（二进制），有合并的标题", lambda: Path(__file__).with_name("contracts.xls").read_bytes(), name="合同.xls"),
)  # fmt: skip
