"""``kechuang policy``: assess, trace, simulate; bad input names file, line and field."""

import json
from pathlib import Path

import pytest

from kechuang.cli import main

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


@pytest.mark.parametrize(("text", "words"), [
    ("科技人员占比下限: {取值: {2026-01-01: 20人}}", "单位应是"), ("没有的: {取值: {2026-01-01: 1%}}", "书里的参数"), ("", "没有写任何改动"), ("a: b: c", "读不出来"),
])  # fmt: skip
def test_a_bad_change_is_refused(subjects, tmp_path, capsys, text, words):
    change = tmp_path / "change.yaml"
    change.write_text(text, encoding="utf-8")
    assert main(["policy", "simulate", str(subjects), *RULES, "--change", str(change)]) == 2
    assert words in capsys.readouterr().err


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
