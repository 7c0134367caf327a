"""Layouts written after the reader was built and not looked at while it was: how it fares at first
contact with these is in docs/benchmarks.md.
"""

from .contracts import _WAN_HEADS, HEADS, _heads, _in, _said
from .made import Sample, code, csv, pdf, word, xlsx

UNRULED = "td{border:0;padding:3px 6px}table{width:100%}td{font-size:6.5pt}"


def _wide(text, size=11):
    return [text] * size


HELD = (
    Sample("held-01", "单位写“金额单位：人民币万元”，在标题同一行的右边", "contracts", "a.xlsx", lambda: xlsx([["合同清单", *[None] * 8, "金额单位：人民币万元"], HEADS, *_in(1)]), _said()),
    Sample("held-02", "合计行在最上面", "contracts", "a.xlsx", lambda: xlsx([_WAN_HEADS, ["合　计", *[None] * 6, 4565, 4245.5, None, None], *_in(1)]), _said()),
    Sample("held-03", "表头下有 甲 乙 1 2 3 编号行", "contracts", "a.xlsx", lambda: xlsx([_WAN_HEADS, ["甲", "乙", "丙", "丁", *range(1, 8)], *_in(1)]), _said()),
    Sample("held-04", "分组标题合并成一整行，没有编号", "contracts", "a.xlsx", lambda: xlsx([_WAN_HEADS, ["技术开发类"], *_in(1)], merged=["A2:K2"]), _said()),
    Sample("held-05", "制表符分隔的 .csv，上面有两行标题", "contracts", "a.csv", lambda: csv([["技术合同清单"], ["单位：亿元"], HEADS, *_in(10000)], "utf-16", "\t"), _said()),
    Sample("held-06", "每页重复表头的长表", "contracts", "a.xlsx", lambda: xlsx([_WAN_HEADS, *_in(1)[:2], ["第 1 页"], _WAN_HEADS, *_in(1)[2:]]), _said()),
    Sample("held-07", "三行表头：大类、合同金额、成交额", "contracts", "a.xlsx", lambda: xlsx([["合同基本信息", *[None] * 6, "合同金额", None, "日期", None], [*HEADS[:7], "金额（万元）", None, "签订日期", "登记日期"], [*[None] * 7, "成交额", "技术交易额", None, None], *_in(1)], merged=["A1:G1", "H1:I1", "J1:K1", *[f"{c}2:{c}3" for c in "ABCDEFGJK"], "H2:I2"]), _said()),
    Sample("held-08", "没有框线的 PDF", "contracts", "a.pdf", lambda: pdf([_WAN_HEADS, *_in(1)], css=UNRULED), _said()),
    Sample("held-09", "按区汇总的表（不是逐份合同）", "contracts", "a.xlsx", lambda: xlsx([["序号", "区域", "合同数(项)", "成交额(亿元)", "同比增长(%)", "排名"], [1, "津南区", 3, 0.4565, 45.021, 1], [None, "合计", 3, 0.4565, "/", "/"]]), (), refused="import.missing_column"),
    Sample("held-10", "Word 表格，单位写在表上一段", "contracts", "a.docx", lambda: word([HEADS, *_in(10000)], ["二、合同明细", "单位：亿元"]), _said()),
    Sample("held-11", "前面一张说明表里提到列名", "contracts", "a.xlsx", lambda: xlsx([["列名", "怎样填"], ["合同名称", "写全称"], ["合同类别", "五类之一"]], [_WAN_HEADS, *_in(1)], names=["说明", "数据"]), _said()),
    Sample("held-12", "问题写在标签下面一整行的征集表", "demands", "a.xlsx", lambda: xlsx([["技术需求征集表"], ["企业名称", "甲公司", "信用代码", code(3)], ["需求名称", "膜污染控制", "预算资金", "50万元"], ["技术难题"], ["反渗透膜三月一换"]], merged=["A1:D1", "A4:D4", "A5:D5"]), ({"title": "膜污染控制", "problem": "反渗透膜三月一换", "budget_fen": 50_000_000, "owner": code(3)},)),
    Sample("held-13", "金额一列有的写万元有的不写，表头无单位", "contracts", "a.xlsx", lambda: xlsx([HEADS, [*_in(1)[0][:7], "320万元", "300万元", *_in(1)[0][9:]], *_in(1)[1:]]), _said(), answers={"unit": "万元"}),
    Sample("held-14", "“交易总额（元）”这样没收过的叫法", "contracts", "a.xlsx", lambda: xlsx([_heads(合同成交额="标的总价（元）", 技术交易额="技术部分（元）"), *_in(0.0001)]), _said(technology_fen=None), answers={"need:amount_fen": "column:标总价(元)"}),
    Sample("held-15", "名单三栏并排", "firms", "a.xlsx", lambda: xlsx([["序号", "企业名称", "信用代码"] * 3, [1, "甲", code(1), 2, "乙", code(2), 3, "丙", code(3)]]), tuple({"name": n, "code": code(k)} for k, n in enumerate("甲乙丙", 1))),
)  # fmt: skip
