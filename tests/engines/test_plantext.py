"""Plans are read out of documents: the corpus with its gold, the real document, and files that
are none.
"""

import io
import json
from pathlib import Path

import docx
import pytest
from benchmarks.plantext import corpus

from kechuang.engines.base.errors import Invalid
from kechuang.engines.plantext import as_json, read_document, read_plan

REAL = sorted((Path(__file__).parents[3] / "shared" / "data" / "plan").glob("*.txt"))
TEXT = """津南区科技创新行动计划（2026—2028年）
一、主要目标
到2028年，全区技术合同成交额达到180亿元；国家高新技术企业突破700家；全社会研发投入强度达到3.8%。
二、重点任务
（一）做强企业
1.培育高新技术企业。实施梯度培育。
2.建设研发平台。新建重点实验室。
三、保障措施
加强组织领导。
"""


@pytest.mark.parametrize(
    "part", ["dev", "held", "held2", "held3", "held4", "held5", "held6", "held7", "held8", "held9"]
)
def test_the_corpus_is_read_with_precision_and_recall_of_95(part):
    found = corpus(part)
    assert found.documents >= 10
    for hit, whole in (
        (found.targets, found.targets_read),
        (found.targets, found.targets_gold),
        (found.figures, found.targets),
        (found.tasks, found.tasks_read),
        (found.tasks, found.tasks_gold),
    ):
        assert hit / whole >= 0.95


def test_every_figure_stands_in_the_text_where_it_says():
    draft = read_plan(TEXT)
    assert [(t.name, t.figure, t.unit, t.bound) for t in draft.targets] == [
        ("技术合同成交额", "180", "亿元", ">="),
        ("国家高新技术企业", "700", "家", ">"),
        ("全社会研发投入强度", "3.8", "%", ">="),
    ]
    assert [t.name for t in draft.tasks] == ["培育高新技术企业", "建设研发平台"]
    for target in draft.targets:
        assert target.figure in TEXT[slice(*target.span)]


def test_reading_is_a_function_of_the_text():
    assert json.dumps(as_json(read_plan(TEXT)), ensure_ascii=False) == json.dumps(
        as_json(read_plan(TEXT)), ensure_ascii=False
    )


def test_a_count_that_does_not_agree_is_said():
    draft = read_plan(TEXT.replace("一、主要目标\n", "一、主要目标\n设置4项目标。\n"))
    assert [p.kind for p in draft.problems] == ["count"]


def test_the_same_target_with_two_figures_is_said():
    draft = read_plan(TEXT.replace("加强组织领导。", "到2028年，全区技术合同成交额达到200亿元。"))
    assert "twice" in [p.kind for p in draft.problems]


def test_a_text_that_is_no_plan_is_refused():
    assert [p.kind for p in read_plan("今天天气很好。我们去公园。").problems][:1] == ["no_plan"]


@pytest.mark.skipif(not REAL, reason="the plan's text is not beside this checkout")
def test_jinnans_plan_has_12_targets_in_3_groups_and_22_tasks_in_7_areas():
    draft = read_plan(read_document(REAL[0].read_bytes(), REAL[0].name))
    groups = [len(g.targets) for g in draft.groups]
    assert groups == [4, 6, 2]
    assert (len(draft.tasks), len(draft.areas)) == (22, 7)
    assert draft.noise


def _docx() -> bytes:
    paper, stream = docx.Document(), io.BytesIO()
    before, after = TEXT.split("二、重点任务")
    for line in before.splitlines()[:2]:
        paper.add_paragraph(line)
    rows = [
        ("指标", "单位", "2028年目标"),
        ("科技型中小企业", "家", "900"),
        ("技术合同成交额", "亿元", "180"),
    ]
    table = paper.add_table(rows=0, cols=3)
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    for line in f"二、重点任务{after}".splitlines():
        paper.add_paragraph(line)
    paper.save(stream)
    return stream.getvalue()


def test_word_files_are_read_with_their_tables():
    draft = read_plan(read_document(_docx(), "计划.docx"))
    assert [(t.name, t.figure, t.unit) for t in draft.targets] == [
        ("科技型中小企业", "900", "家"),
        ("技术合同成交额", "180", "亿元"),
    ]
    assert len(draft.tasks) == 2


def test_web_pages_lose_their_navigation():
    page = f"<html><head><meta charset=gbk></head><body><nav>首页 | 政务公开</nav><div>{TEXT.replace(chr(10), '<br>')}</div></body></html>"
    draft = read_plan(read_document(page.encode("gbk"), "计划.html"))
    assert len(draft.targets) == 3
    assert "首页" not in json.dumps(as_json(draft)["groups"], ensure_ascii=False)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.txt"),
        (b"\x00\x01\x02" * 50, "a.txt"),
        (b"%PDF-1.4 broken", "a.pdf"),
        (b"PK\x03\x04 broken", "a.docx"),
        (b"\xd0\xcf\x11\xe0" * 9, "a.doc"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_words(data, name):
    with pytest.raises(Invalid) as refusal:
        read_document(data, name)
    assert len(str(refusal.value)) > 8


def test_bodies_are_names_of_somebody_and_projects_have_their_own():
    text = (
        "某区关于科技创新三年行动计划\n一、重点任务\n(一)建设平台\n"
        "1.引进清河大学共建先进膜实验室，健全大学科技园体系，设立2亿元青山创投基金。\n"
        "2.实施“归雁”计划和“攀登工程”，对标国家实验室，建设各类孵化器，乡镇人民政府配合。\n"
    )
    found = {b.name: b.kind for b in read_plan(text).bodies}
    assert found["清河大学"] == "university"
    assert found["青山创投基金"] == "fund"
    assert {found["“归雁”计划"], found["攀登工程"]} == {"project"}
    assert not {"大学科技园", "健全大学", "乡镇人民政府", "各类孵化器"} & set(found)
    for body in read_plan(text).bodies:
        assert body.name in text[slice(*body.span)]


def test_a_text_broken_at_the_margin_is_read_as_whole_and_points_into_the_text_as_it_was():
    paragraph = (
        "到2025年，全社会研发投入强度提高到百分之三以上，技术合同成交额突破六十亿元，国家高新技术企业达到四百家，"
        "科技型中小企业超过九百家，每万人口高价值发明专利拥有量不少于十二件。"
    )
    body = "一、发展目标\n　　" + paragraph + "\n二、重点任务\n"
    body += "".join(
        f"（{n}）建设{name}。由区科技局会同有关单位制定实施方案，明确建设内容、投资主体和运行机制，按年度分解到责任单位，纳入督查。\n"
        for n, name in zip(
            "一二三四五六",
            ("甲中心", "乙平台", "丙基地", "丁实验室", "戊园区", "己联盟"),
            strict=True,
        )
    )
    wrapped = "".join(
        "\n".join(line[i : i + 20] for i in range(0, len(line), 20))
        + "\n— 3 —\n" * (n % 3 == 0)
        + "\n"
        for n, line in enumerate(body.split("\n"))
    )
    plain, broken = read_plan(body), read_plan(wrapped)
    assert [t.name for t in broken.targets] == [t.name for t in plain.targets]
    assert [t.name for t in broken.tasks] == [t.name for t in plain.tasks]
    assert len(broken.targets) == 5
    assert len(broken.tasks) == 6
    for target in broken.targets:
        stretch = wrapped[slice(*target.span)].replace("\n", "")
        assert stretch.startswith(target.name[:4])


HEADS = ("类别", "序号", "指标名称", "单位", "2022年", "2025年", "属性")
ROWS = (
    ("创新投入", "1", "研发投入强度", "%", "2.5", "3.1左右", "预期性"),
    ("", "2", "技术合同成交额", "亿元", "18.6", ">40", "预期性"),
    ("创新主体", "3", "高新技术企业", "家", "210", "≥400", "约束性"),
    ("", "4", "单位增加值能耗", "吨标准煤", "0.52", "≤0.45", "约束性"),
)


@pytest.mark.parametrize("between", ["\t", "\u3000", "\n"])
def test_an_annex_of_indicators_is_read_however_its_cells_are_kept_apart(between):
    rows = [between.join(c for c in row if c or between == "\t") for row in (HEADS, *ROWS)]
    text = "某区科技创新三年行动计划\n一、重点任务\n（一）建设平台。建设三个平台。\n（二）引进人才。引进人才。\n三、保障措施\n加强领导。\n附件\n主要指标表\n"
    draft = read_plan(text + "\n".join(rows) + "\n注：口径以统计部门为准。\n")
    found = [(t.name, t.figure, t.unit, t.bound) for t in draft.targets]
    assert found == [
        ("研发投入强度", "3.1", "%", "about"),
        ("技术合同成交额", "40", "亿元", ">"),
        ("高新技术企业", "400", "家", ">="),
        ("单位增加值能耗", "0.45", "吨标准煤", "<="),
    ]
    assert [g.name for g in draft.groups] == ["创新投入", "创新主体"]
    assert draft.targets[0].marks == (("2022-12-31", "2.5"),)


def test_an_annex_of_tasks_names_who_leads_and_who_helps():
    text = (
        "某市实施方案\n一、重点工作\n做好各项工作。\n附件\n序号\t工作任务\t牵头单位\t配合单位\t完成时限\n"
        "一、盘活资源\n1\t建立专利台账\t市知识产权局\t市教育局、在市高校\t2023年12月\n2\t推行开放许可\t市科技局\t\t持续\n"
        "二、建强队伍\n3\t设立技术转移职称\t市人社局\t市科技局\t2023年10月\n"
    )
    draft = read_plan(text)
    assert [(a.name, len(a.tasks)) for a in draft.areas] == [("盘活资源", 2), ("建强队伍", 1)]
    assert draft.tasks[0].lead == "市知识产权局"
    assert draft.tasks[0].cooperating == ("市教育局", "在市高校")


@pytest.mark.parametrize(
    "told",
    [
        "六、《方案》保障措施有哪些\n一是加强领导。成立专班。二是加大投入。每年安排资金。三是严格考核。按季通报。\n",
        "六、如何推动《方案》落地落实？\n一是加强领导，成立专班。二是加大投入，每年安排资金。三是严格考核，按季通报。\n",
        "六、保障措施\n包括加强领导、加大投入、严格考核三项措施。\n",
    ],
)
def test_safeguards_are_found_however_they_are_told(told):
    text = TEXT.split("三、保障措施", maxsplit=1)[0] + told
    assert read_plan(text).safeguards == ("加强领导", "加大投入", "严格考核")


def test_a_document_number_is_given_as_it_is_printed():
    text = TEXT.replace("一、", "某政办发[2022]17号\n一、", 1)
    assert [d.number for d in read_plan(text).documents if d.number] == ["某政办发[2022]17号"]


def test_names_may_stand_in_the_clause_before_and_a_rank_takes_its_subject():
    draft = read_plan(
        "某区“双倍增”行动计划工作方案（2023—2027年）\n一、工作目标\n到2027年，全区高新技术企业和科技型企业在2022年的基础上实现“双倍增”，分别超过90家和870家；"
        "科技进步综合评价位次实现进等升位，跃居全省前40位。\n二、重点任务\n（一）扩大企业总量。强化培育。\n（二）提升创新能力。加大投入。\n"
    )
    assert [(t.name, t.figure, t.unit, t.bound) for t in draft.targets] == [
        ("高新技术企业", "90", "家", ">"),
        ("科技型企业", "870", "家", ">"),
        ("科技进步综合评价位次", "40", "位", "<="),
    ]


def test_a_doubling_in_words_and_a_slogan_before_the_goals_are_no_figures():
    draft = read_plan(
        "某省科技创新三年行动方案（2021—2023年）\n一、总体目标\n到2023年，“六个倍增”——高新技术企业数量增加一倍，达到2000家；研发经费投入占地区生产总值比重增加一倍，达到1.2%；"
        "某某省将打造4个产业创新集群。\n二、主要任务\n（一）建设平台。加大投入。\n（二）培育企业。强化服务。\n"
    )
    assert [(t.name, t.figure, t.unit) for t in draft.targets] == [
        ("高新技术企业数量", "2000", "家"),
        ("研发经费投入占地区生产总值比重", "1.2", "%"),
        ("产业创新集群", "4", "个"),
    ]
