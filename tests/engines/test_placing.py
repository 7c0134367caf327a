"""Reading loses nothing in silence: every figure, deadline and leading body is in the draft or
listed beside its sentence.
"""

import copy
import random
from itertools import pairwise

import pytest
from benchmarks.plantext import CORPUS
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.plantext import (
    as_json,
    merged_targets,
    merged_tasks,
    place,
    placed_json,
    read_plan,
    split_target,
    split_task,
)
from kechuang.engines.plantext.placing import items
from tests.engines.test_plantext import TEXT

LONG = """示例区科技创新行动计划（2026—2028年）

一、主要目标

到2028年，全区技术合同成交额达到1.2万亿元，国家高新技术企业达到800家，全社会研发投入强度达到3.5%，有效发明专利达到9000件，科技型中小企业达到1200家，雏鹰企业达到600家，瞪羚企业达到60家，科技领军企业达到20家，市级以上重点实验室达到30家，大学科技园达到5家，高层次人才达到2000人。

二、重点任务

（一）建设创新平台。新建重点实验室3家，推动重大科研设施向企业开放共享，建立常态化的共享服务机制。（牵头单位：区科技局；责任单位：区教育局、区财政局；完成时限：6月底）

（二）强化人才保障。引进高层次人才200人，落实住房、子女入学等配套政策。（牵头单位：区人社局）

（三）培育科技企业。建立培育库。

三、保障措施

（一）加强组织领导。建立联席会议制度。
"""


def chopped(text, width):
    return "\n".join(
        line[n : n + width] for line in text.split("\n") for n in range(0, max(len(line), 1), width)
    )


@pytest.mark.parametrize("width", [18, 20, 24, 28, 32, 36, 40, 45, 500])
def test_a_text_wrapped_at_any_margin_is_read_as_whole(width):
    draft = read_plan(chopped(LONG, width))
    assert len(draft.targets) == 11
    assert [t.name for t in draft.tasks] == ["建设创新平台", "强化人才保障", "培育科技企业"]
    assert len(draft.safeguards) == 1
    placing = place(chopped(LONG, width), as_json(draft))
    assert (placing.percent, placing.missing) == (100, ())


def test_who_leads_who_helps_and_by_when_are_three_things():
    task = read_plan(LONG).tasks[0]
    assert (task.lead, task.cooperating, task.due) == (
        "区科技局",
        ("区教育局", "区财政局"),
        "6月底",
    )


def test_a_growth_is_one_target_with_its_start():
    text = TEXT.replace("技术合同成交额达到180亿元", "技术合同成交额由120亿元增长到180亿元")
    target = read_plan(text).targets[0]
    assert (target.name, target.begins, target.figure) == ("技术合同成交额", "120", "180")
    dated = TEXT.replace(
        "国家高新技术企业突破700家", "国家高新技术企业从2025年的480家增加到2028年的700家"
    )
    target = read_plan(dated).targets[1]
    assert (target.name, target.begins, target.figure) == ("国家高新技术企业", "480", "700")


def test_a_result_of_last_year_is_no_target():
    text = TEXT.replace(
        "到2028年，", "去年实现技术合同成交额100亿元，新增高新技术企业80家。到2028年，"
    )
    assert [t.figure for t in read_plan(text).targets] == ["180", "700", "3.8"]
    one = TEXT.replace(
        "国家高新技术企业突破700家", "去年国家高新技术企业达到480家，今年力争达到520家"
    )
    assert [t.figure for t in read_plan(one).targets] == ["180", "520", "3.8"]
    missing = place(text, as_json(read_plan(text))).missing
    assert [(i.kind, i.text) for i in missing] == [("figure", "100亿元"), ("figure", "80家")]


def test_trillions_are_a_unit():
    target = read_plan(LONG).targets[0]
    assert (target.figure, target.unit) == ("1.2", "万亿元")


def test_numbered_clauses_are_items():
    text = """示例区科技创新若干措施
第一条 到2028年，技术合同成交额由300亿元增长到500亿元。
第二条 支持建设大学科技园2家。（牵头单位：区科技局；完成时限：12月底）
第三条 建立培育库。
"""
    draft = read_plan(text)
    assert [(t.name, t.begins, t.figure) for t in draft.targets] == [
        ("技术合同成交额", "300", "500")
    ]
    assert len(draft.tasks) == 3
    assert (draft.tasks[1].lead, draft.tasks[1].due) == ("区科技局", "12月底")
    assert place(text, as_json(draft)).missing == ()


def test_what_is_not_placed_stands_beside_its_sentence():
    text = TEXT.replace(
        "三、保障措施", "去年投入2.5亿元。由区财政局牵头，9月底前拨付。\n三、保障措施"
    )
    made = as_json(read_plan(text))
    for area in made["areas"]:
        for task in area["tasks"]:
            task["details"] = []
    told = placed_json(place(text, made))
    found = {(m["kind"], m["text"]): m["sentence"] for m in told["missing"]}
    assert set(found) == {("figure", "2.5亿元"), ("body", "区财政局"), ("deadline", "9月底前")}
    assert "去年投入2.5亿元" in found["figure", "2.5亿元"]
    for m in told["missing"]:
        assert text[slice(*m["span"])].replace("\n", "") == m["text"].replace(",", "，")
    assert told["percent"] < 100


def shaken(draft, rng):
    """The draft as a careless person leaves it: targets and tasks gone, figures changed."""
    made = copy.deepcopy(draft)
    for group in made["groups"]:
        group["targets"] = [t for t in group["targets"] if rng.random() < 0.7]
        for target in group["targets"]:
            if rng.random() < 0.3:
                target["figure"] = "12345"
    for area in made["areas"]:
        area["tasks"] = [k for k in area["tasks"] if rng.random() < 0.7]
    return made


TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("dev-0[1-5]*.txt"))]


@given(st.integers(0, 10**6), st.sampled_from([LONG, TEXT, *TEXTS]))
def test_placed_and_not_placed_part_the_figures_whatever_a_person_does(seed, text):
    made = shaken(as_json(read_plan(text)), random.Random(seed))
    placing = place(text, made)
    whole = items(text)
    assert sorted([*placing.placed, *placing.missing], key=lambda i: i.span) == whole
    assert not set(placing.placed) & set(placing.missing)
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(whole))


def test_a_deleted_target_comes_back_as_not_placed():
    made = as_json(read_plan(TEXT))
    assert place(TEXT, made).missing == ()
    made["groups"][0]["targets"].pop(1)
    assert [i.text for i in place(TEXT, made).missing] == ["700家"]


def joined_and_parted(draft, rng):
    """The draft after somebody merged and split records of it at random."""
    made = copy.deepcopy(draft)
    for holder, name, merge, split in (
        ("groups", "targets", merged_targets, split_target),
        ("areas", "tasks", merged_tasks, split_task),
    ):
        for part in made[holder]:
            out = []
            for record in part[name]:
                asked = rng.choice(["keep", "merge", "split"])
                if asked == "merge" and out:
                    out[-1] = merge(out[-1], record)
                else:
                    out += split(record) if asked == "split" else [record]
            part[name] = out
    return made


@given(st.integers(0, 10**6), st.sampled_from([LONG, TEXT, *TEXTS]))
def test_merging_and_splitting_lose_no_figure(seed, text):
    draft = as_json(read_plan(text))
    before = {i.span for i in place(text, draft).missing}
    made = joined_and_parted(draft, random.Random(seed))
    assert {i.span for i in place(text, made).missing} <= before


def test_two_names_in_one_target_are_split_with_their_figures():
    one = {
        "name": "雏鹰企业和瞪羚企业",
        "printed": "雏鹰企业和瞪羚企业分别达到600家、60家",
        "figure": "600",
        "unit": "家",
        "span": [0, 20],
        "bound": ">=",
    }
    assert [(t["name"], t["figure"]) for t in split_target(one)] == [
        ("雏鹰企业", "600"),
        ("瞪羚企业", "60"),
    ]
    first, second = split_target(one)
    back = merged_targets(first, second)
    assert back["figure"] == "600"
    assert back["also"] == [one["printed"]]
