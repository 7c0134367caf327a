"""``kechuang policy``: assess, trace, simulate; bad input names file, line and field."""

import json
from pathlib import Path

import pytest

from kechuang.book import read_book
from kechuang.cli import main
from tests.book.test_books import copy_of_the_books

RULES = ["--book", "books/jinnan", "--on", "2026-11-25", "--rules", "科技人员达标"]


@pytest.fixture
def subjects(tmp_path):
    path = tmp_path / "firms.jsonl"
    rows = [{"id": "甲", "职工总数": "40人", "科技人员数": "4人"}, {"id": "乙", "职工总数": "40人"}]
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    return path


def test_assess_says_yes_no_or_what_is_missing(subjects, capsys):
    assert main(["policy", "assess", str(subjects), *RULES, "--trace"]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["results"] == {"科技人员达标": "是"}
    assert first["steps"][0]["clause"]
    assert second["results"] == {"科技人员达标": "待定"}
    assert second["missing"] == ["科技人员数"]


def test_simulate_shows_who_loses(subjects, tmp_path, capsys):
    change = tmp_path / "change.yaml"
    change.write_text("科技人员占比下限: {取值: {2026-01-01: 20%}}\n", encoding="utf-8")
    assert main(["policy", "simulate", str(subjects), *RULES, "--change", str(change)]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"id": "甲", "changes": {"科技人员达标": ["是", "否"]}}
    assert "受损 1 个" in shown.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("科技人员占比下限: {取值: {2026-01-01: 20人}}", "单位应是"),
        ("没有的: {取值: {2026-01-01: 1%}}", "书里的参数"),
        ("科技人员占比下限: {取值: {2026-01-01: 1%, 2027-01-01: 2%}}", "只写一条"),
        ("", "没有写任何改动"),
        ("a: b: c", "YAML 写法有误"),
    ],
)
def test_a_bad_change_is_refused(subjects, tmp_path, capsys, text, words):
    change = tmp_path / "change.yaml"
    change.write_text(text, encoding="utf-8")
    assert main(["policy", "simulate", str(subjects), *RULES, "--change", str(change)]) == 2
    assert words in capsys.readouterr().err


def test_a_change_that_is_not_there_is_refused(subjects, tmp_path, capsys):
    change = str(tmp_path / "none.yaml")
    assert main(["policy", "simulate", str(subjects), *RULES, "--change", change]) == 2
    assert "none.yaml:1: 没有这个文件" in capsys.readouterr().err


def test_a_bad_subject_is_refused_by_line_and_field(tmp_path, capsys):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "甲", "职工总数": "4万元"}\n', encoding="utf-8")
    assert main(["policy", "assess", str(path), *RULES]) == 2
    assert "bad.jsonl:1: 职工总数" in capsys.readouterr().err
    assert main(["policy", "assess", str(path), *RULES[:4], "--rules", "没有"]) == 2


def test_the_page_of_covered_policies_is_up_to_date(capsys):
    assert main(["book", "cover", "books/jinnan"]) == 0
    assert capsys.readouterr().out == Path("docs/books.md").read_text(encoding="utf-8")


def test_simulate_adds_money_and_conditions_but_no_shares(tmp_path, capsys):
    people, change = tmp_path / "people.jsonl", tmp_path / "change.yaml"
    rows = [{"id": str(n), "职工总数": "40人", "科技人员数": f"{n}人"} for n in (3, 4, 8)]
    people.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    change.write_text("科技人员占比下限: {取值: {2026-01-01: 20%}}\n", encoding="utf-8")
    rules = [*RULES[:5], "科技人员达标", "科技人员占比"]
    assert main(["policy", "simulate", str(people), *rules, "--change", str(change)]) == 0
    told = capsys.readouterr().err
    assert "科技人员达标：2 个 → 1 个" in told
    assert "科技人员占比" not in told
    assert "得益 0 个，受损 1 个" in told


def test_yearly_returns_feed_the_rules_as_in_the_house(tmp_path, capsys):
    path = tmp_path / "firms.jsonl"
    years = [
        {"年度": y, "销售收入": "1000万元", "研发费用": r, "职工总数": "50人", "科技人员": "6人"}
        for y, r in ((2023, "40万元"), (2024, "50万元"), (2025, "60万元"))
    ]
    rows = [
        {"id": "甲", "成立日期": "2015-01-01", "持有": ["high_tech"], "年报": years},
        {"id": "乙", "成立日期": "2025-05-01", "年报": years[2:]},
        {"id": "丙", "年报": years[2:]},
    ]
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    command = [
        "policy",
        "assess",
        str(path),
        *RULES[:4],
        "--rules",
        "研发费用占比",
        "研发占比达标",
        "中小直接确认",
        "注册年限达标",
    ]
    assert main(command) == 0
    first, second, third = (
        json.loads(line)["results"] for line in capsys.readouterr().out.splitlines()
    )
    assert first == {
        "研发费用占比": "5%",
        "研发占比达标": "是",
        "中小直接确认": "是",
        "注册年限达标": "是",
    }
    assert second["研发费用占比"] == "6%"  # nothing was earned before the founding
    assert third["研发占比达标"] == "待定"  # two years are not known
    rows[0]["年报"] = [{"销售收入": "1元"}]
    path.write_text(json.dumps(rows[0], ensure_ascii=False), encoding="utf-8")
    assert main(command) == 2
    assert "firms.jsonl:1: 年报" in capsys.readouterr().err


def test_a_law_not_yet_in_force_is_refused_with_its_day(subjects, capsys):
    early = ["--book", "books/jinnan", "--on", "2015-06-01", "--rules", "高新技术企业"]
    assert main(["policy", "assess", str(subjects), *early]) == 2
    assert "自 2016-01-01 起施行" in capsys.readouterr().err


@pytest.mark.parametrize(("day", "found"), [("2020-05-20", "否"), ("2022-05-20", "待定")])
def test_a_rule_that_two_texts_say_is_told_by_the_text_of_the_day(tmp_path, capsys, day, found):
    """A fledgling firm was at most five years old until July 2021, then eight."""
    path = tmp_path / "firms.jsonl"
    row = {"id": "甲", "雏鹰天津注册独立法人": "是", "雏鹰计龄月数": "96个月"}
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    asked = ["--book", "books/jinnan", "--on", day, "--rules", "雏鹰企业"]
    assert main(["policy", "assess", str(path), *asked]) == 0
    assert json.loads(capsys.readouterr().out)["results"] == {"雏鹰企业": found}


def test_a_rule_that_rests_on_a_law_not_yet_in_force_is_refused_with_file_and_line(
    tmp_path, capsys
):
    folder = copy_of_the_books(tmp_path) / "jinnan" / "policies" / "yunying-jigou-butie"
    path = folder / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text
        + "早用的规则: {公式: {2021-02-03: 后补助转移机构金额 > 0元}, 单位: 是否, 依据: 条, 来源: J1}\n",
        encoding="utf-8",
    )
    _, problems = read_book(tmp_path / "jinnan")
    (found,) = [p for p in problems if "才施行" in p.words]
    assert found.file == path
    assert found.line == len(text.splitlines()) + 1
    assert "2022-03-21" in found.words
    assert main(["book", "check", str(tmp_path / "jinnan"), "--english"]) == 2
    assert "is in force only from 2022-03-21; let the rule begin later" in capsys.readouterr().err


def test_the_law_as_it_was_known_is_asked_on_the_command_line(subjects, capsys):
    on = ["--book", "books/jinnan", "--on", "2016-01-15", "--rules", "科技人员达标"]
    assert main(["policy", "assess", str(subjects), *on]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["results"] == {"科技人员达标": "是"}
    assert main(["policy", "assess", str(subjects), *on, "--known", "2016-01-15"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["results"] == {
        "科技人员达标": "当时无此规定"
    }
