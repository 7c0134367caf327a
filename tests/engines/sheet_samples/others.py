"""Lists of firms, achievements, demands and instruments in the vocabularies that were found."""

from typing import Any

from .made import Sample, bundle, code, csv, word, xlsx

FIRM = code(3)


def _form(title: str, problem: str, money: Any, firm: str) -> list[list[Any]]:
    return [
        ["企业技术需求征集表", None, None, None],
        ["企业名称", firm, "统一社会信用代码", FIRM],
        ["技术需求名称", title, None, None],
        ["主要问题", problem, None, None],
        ["预期目标", "寿命翻一番", None, None],
        ["拟投入资金总额（万元）", money, "截止日期", "2026年12月31日"],
    ]


_FORMS = ["A1:D1", "B3:D3", "B4:D4", "B5:D5"]
_NEED = {"title": "膜污染控制", "problem": "反渗透膜三月一换", "wanted": "寿命翻一番", "budget_fen": 50_000_000, "owner": FIRM, "due_on": "2026-12-31"}  # fmt: skip
_LIST = {"need:rung": "fill:国家高新技术企业", "need:valid_from": "fill:2025-10-16"}
_SME = {"need:rung": "fill:科技型中小企业", "need:valid_from": "fill:2026-06-01"}
_TIANJIN = [
    ["序号", "单位", "成果名称", "技术水平", "负责人", "所属技术领域", "合作单位", "项目总规模或评估价值（万元）", "目前所处阶段", "知识产权情况", "项目简介"],
    [1, "海河理工大学", "电池热管理", "国内领先", "王某、李某", "先进制造", "甲公司，", 381.00, "中试", "发明专利知识产权名称：一种液冷板，专利授权号：201710601862.3", "液冷板流道\t\t"],
]  # fmt: skip
_JJJ = [
    ["ID", "成果名称", "完成单位", "完成人", "成果简介", "省市", "成果分布年份", "登记号", "鉴定部门", "应用行业名称", "应用行业代码", "中图分类号", "成果类别", "关键词"],
    ["1", "膜污染控制", "津湾大学", "张某;赵某", "反渗透", "天津", "2025", "120Y2025Y0001", "市科技局", "水处理", "46", "X7", "应用技术", "膜;水"],
]  # fmt: skip

OTHERS = (
    Sample("firms-01", "高企名单：序号、企业名称、证书编号，没有信用代码", "firms", "名单.xlsx", lambda: xlsx([["天津市2025年第一批认定高新技术企业名单", None, None], ["序号", "企业名称", "证书编号"], [1, "天津甲电池有限公司", "GR202512000273"], [2, "天津乙水务有限公司", "GR 202512000274"]], merged=["A1:C1"]), ({"name": "天津甲电池有限公司", "number": "GR202512000273", "rung": "high_tech", "valid_from": "2025-10-16"}, {"name": "天津乙水务有限公司", "number": "GR202512000274", "rung": "high_tech", "valid_from": "2025-10-16"}), answers=_LIST),
    Sample("firms-02", "科小公告：企业名称、注册地、入库登记编号，Word 附件", "firms", "名单.docx", lambda: word([["序号", "企业名称", "注册地", "入库登记编号"], ["1", "天津甲电池有限公司", "津南区", "202612011200A00012"]], ["2026年第三批入库科技型中小企业名单"]), ({"name": "天津甲电池有限公司", "number": "202612011200A00012"},), answers=_SME),
    Sample("firms-03", "名单左右两栏：1–2 在左，3 在右", "firms", "名单.xlsx", lambda: xlsx([["2025年国家高新技术企业名单"], ["序号", "企业名称", "证书编号", "序号", "企业名称", "证书编号"], [1, "甲一公司", "GR202512000001", 3, "甲三公司", "GR202512000003"], [2, "甲二公司", "GR202512000002", None, None, None]]), tuple({"name": f"甲{w}公司", "number": f"GR20251200000{n}"} for n, w in ((1, "一"), (2, "二"), (3, "三"))), answers=_LIST),
    Sample("firms-04", "在孵企业表：帐号（18位统一社会信用代码）", "firms", "在孵.xlsx", lambda: xlsx([["在孵企业帐号(18位统一社会信用代码)", "企业名称", "企业成立时间", "企业成立时注册资本(千元)"], [FIRM, "天津甲电池有限公司", "2019-05-06", 5000]]), ({"code": FIRM, "name": "天津甲电池有限公司", "founded_on": "2019-05-06"},)),
    Sample("firms-05", "信用代码存成了数字", "firms", "名单.xlsx", lambda: xlsx([["统一社会信用代码", "企业名称"], [911201120000000000.0, "天津甲电池有限公司"]]), (), refused="cell.digits_lost"),
    Sample("achievements-01", "天津的成果表（单位、负责人、知识产权情况）", "achievements", "成果.xlsx", lambda: xlsx(_TIANJIN), ({"title": "电池热管理", "summary": "液冷板流道", "people": ["王某", "李某"], "field": "先进制造", "patents": ["201710601862.3"]},)),
    Sample("achievements-02", "河北的成果表（单位名称、主要人员、批准登记号）", "achievements", "成果.xlsx", lambda: xlsx([["序号", "成果名称", "单位名称", "主要人员", "成果简介", "年度", "批准登记号", "课题来源", "评价单位名称", "行业"], [1, "膜污染控制", "津湾大学", "张某、赵某", "反渗透", "2025", "1302025Y0001", "自选", "某学会", "水处理"]]), ({"title": "膜污染控制", "summary": "反渗透", "people": ["张某", "赵某"]},)),
    Sample("achievements-03", "京津冀的成果表，UTF-8 带 BOM 的 .csv", "achievements", "成果.csv", lambda: csv(_JJJ, "utf-8-sig"), ({"title": "膜污染控制", "summary": "反渗透", "people": ["张某", "赵某"], "keywords": ["膜", "水"]},)),
    Sample("achievements-04", "北京的项目表（项目名称、承担单位、项目简介）", "achievements", "成果.xlsx", lambda: xlsx([["编号", "项目名称", "承担单位", "负责人", "项目简介", "年度", "项目类别", "资助金额(万元)"], ["B-1", "膜污染控制", "津湾大学", "张某", "反渗透", 2025, "重点", 30]]), ({"reference": "B-1", "title": "膜污染控制", "summary": "反渗透", "people": ["张某"]},)),
    Sample("achievements-05", "第五种叫法（成果产出单位、取得的知识产权）", "achievements", "成果.xlsx", lambda: xlsx([["成果名称", "技术领域", "成果简介", "市场前景及效益分析", "成果产出单位", "取得的知识产权"], ["膜污染控制", "环保", "反渗透", "好", "津湾大学", "无"]]), ({"title": "膜污染控制", "summary": "反渗透", "field": "环保", "patents": []},)),
    Sample("demands-01", "需求征集表：一企一表，左标签右内容", "demands", "需求.xlsx", lambda: xlsx(_form("膜污染控制", "反渗透膜三月一换", 50, "天津甲电池有限公司"), merged=_FORMS), (_NEED,)),
    Sample("demands-02", "许多份需求征集表一起交", "demands", "需求.zip", lambda: bundle({"a.xlsx": xlsx(_form("膜污染控制", "反渗透膜三月一换", 50, "天津甲电池有限公司"), merged=_FORMS), "b.docx": word(_form("液冷板", "流阻大", 80, "天津甲电池有限公司"))}), (_NEED, {**_NEED, "title": "液冷板", "problem": "流阻大", "budget_fen": 80_000_000}), answers={"tables": "all"}),
    Sample("demands-03", "需求汇总表：50-100万元、面议、约、不少于", "demands", "汇总.xlsx", lambda: xlsx([["序号", "企业名称", "统一社会信用代码", "技术需求名称", "需求内容", "拟投入资金（万元）", "合作方式", "联系人"], *[[n, "天津甲电池有限公司", FIRM, f"难题{n}", "内容", money, "合作开发", "王某"] for n, money in enumerate(["50-100万元", "面议", "约30", "不少于20", "/", "详见附件", "—"], 1)]]), tuple({"title": f"难题{n}", "budget_low_fen": low, "budget_fen": high} for n, (low, high) in enumerate([(50_000_000, 100_000_000), (None, None), (None, 30_000_000), (20_000_000, None), (None, None), (None, None), (None, None)], 1))),
    Sample("demands-04", "每张工作表一份征集表", "demands", "需求.xlsx", lambda: xlsx(_form("膜污染控制", "反渗透膜三月一换", 50, "甲"), _form("液冷板", "流阻大", 80, "甲"), names=["膜", "板"]), (_NEED, {**_NEED, "title": "液冷板", "problem": "流阻大", "budget_fen": 80_000_000}), answers={"tables": "all"}),
    Sample("instruments-01", "仪器表：仪器编号、中文名称、原值、启用日期", "open-instruments", "仪器.xlsx", lambda: xlsx([["仪器编号", "仪器中文名称", "仪器型号规格", "所在单位信用代码", "类别", "仪器原值", "启用日期", "年对外服务机时"], ["YQ-1", "电镜", "X-1", FIRM, "分析仪器", "320万元", "2024.5.1", 300]]), ({"number": "YQ-1", "name": "电镜", "model": "X-1", "holder": FIRM, "price": 320_000_000, "opened_on": "2024-05-01", "hours": 300},)),
    Sample("years-01", "年报：金额（千元）写在表头", "firm_years", "年报.xlsx", lambda: xlsx([["统一社会信用代码", "企业名称", "年度", "销售收入（千元）"], [FIRM, "天津甲电池有限公司", 2025, 12345]]), ({"code": FIRM, "year": 2025, "销售收入": "1234.5万元"},)),
)  # fmt: skip
