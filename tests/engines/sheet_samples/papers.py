"""Tables of PDFs that have no ruling lines, wrap their cells, or go on over leaves."""

from .contracts import _ROWS, _WAN_HEADS, _in, _said
from .held import UNRULED
from .made import Sample, code, pdf

_NARROW = "td:nth-child(2),td:nth-child(6){max-width:40px}"
_MANY = [(f"20261201040{n:05}", *r[1:]) for n in range(60) for r in _ROWS[:1]]
_LIST = ["序号", "企业名称", "统一社会信用代码", "认定类别", "有效期起", "有效期止"]
_FIRMS = [[n, f"天津市第{n}号精密仪器制造有限公司", code(n), "国家高新技术企业", "2025-10-16", "2028-10-15"] for n in range(1, 41)]  # fmt: skip
_RULES = "td{border:0;padding:3px 6px}thead td{border-top:1px solid;border-bottom:1px solid}"


def _firms():
    return tuple({"name": r[1], "code": r[2], "valid_until": r[5]} for r in _FIRMS)


PAPERS = (
    Sample("paper-01", "没有框线的 PDF，上有标题和单位，下有注", "contracts", "a.pdf", lambda: pdf([_WAN_HEADS, *_in(1)], ["附件 1　技术合同清单", "单位：万元"], ["注：以上均为已登记的合同。"], UNRULED), _said()),
    Sample("paper-02", "没有框线，单元格里的字折成几行，居中", "contracts", "a.pdf", lambda: pdf([_WAN_HEADS, *_in(1)], css=UNRULED + _NARROW), _said()),
    Sample("paper-03", "跨页，每页重复表头，有的行在页末断开", "contracts", "a.pdf", lambda: pdf([_WAN_HEADS, *_in(1, _MANY)], css=UNRULED + _NARROW, head=1), _said(_MANY)),
    Sample("paper-04", "两栏正文，不是表", "contracts", "a.pdf", lambda: pdf([["本办法自发布之日起施行。", "各区应当做好组织实施。"]] * 20, css=UNRULED), (), refused="sheet.no_table_in_pdf"),
)  # fmt: skip

# written after the reader stood, and not looked at while it was built
PAPERS_HELD = (
    Sample("paper-11", "三线表（只有横线），首列序号", "firms", "a.pdf", lambda: pdf([_LIST, *_FIRMS], ["公示名单"], css=_RULES, head=1), _firms()),
    Sample("paper-12", "没有框线，折行的单元格顶端对齐", "firms", "a.pdf", lambda: pdf([_LIST, *_FIRMS], css=UNRULED + "td{vertical-align:top}td:nth-child(2){max-width:60px}", head=1), _firms()),
    Sample("paper-13", "没有序号，首列企业名称折行", "firms", "a.pdf", lambda: pdf([_LIST[1:], *[r[1:] for r in _FIRMS]], css=UNRULED + "td:first-child{max-width:60px}"), _firms()),
    Sample("paper-14", "跨页不重复表头", "firms", "a.pdf", lambda: pdf([_LIST, *_FIRMS], ["认定企业名单（第一批）"], css=UNRULED), _firms()),
    Sample("paper-15", "金额列右对齐、列距很窄", "contracts", "a.pdf", lambda: pdf([_WAN_HEADS, *_in(1)], css="td{border:0;padding:0 2px}td{font-size:6pt}td:nth-child(n+8){text-align:right}"), (), refused="sheet.no_table_in_pdf"),
)  # fmt: skip
