"""Backup and restore as a drill: while the house runs, into another place, and never over a house
that is awake.
"""

import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
import uuid

import psycopg
import pytest
from django.db import connection

SHEET = "成果名称,成果简介\n" + "\n".join(f"第{n},简介第{n}" for n in range(40))


class House:
    """A house of its own, spoken to by the command line."""

    def __init__(self, home, url=""):
        keep = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("PYTEST", "KECHUANG", "DJANGO"))
        }
        self.home = home
        self.env = keep | {
            "KECHUANG_SECRET_KEY": "k" * 60,
            "KECHUANG_DATA": str(home / "own"),
            "PYTHONPATH": "src",
        }
        if url:
            self.env["KECHUANG_DATABASE_URL"] = url

    def start(self, *words):
        return subprocess.Popen(
            [sys.executable, "-m", "kechuang.cli", *map(str, words)],
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words):
        started = self.start(*words)
        out, err = started.communicate(timeout=180)
        return started.returncode, out + err

    def count(self):
        script = "from kechuang.district.market.models import Achievement as A; print('COUNT', A.objects.count())"
        return int(self.run("manage", "shell", "-c", script)[1].split("COUNT")[1].split()[0])

    def bring(self, name):
        sheet = self.home / f"{name}.csv"
        sheet.write_text(SHEET.replace("第", name), encoding="utf-8")
        code, said = self.run("import", "achievements", sheet)
        assert code == 0, said


def database():
    """An empty database of the kind that is tested, and how to drop it."""
    if connection.vendor == "sqlite":
        return "", lambda: None
    held, name = connection.settings_dict, f"drill_{uuid.uuid4().hex[:8]}"
    server = f"postgresql://{held['USER']}@{held['HOST']}:{held['PORT']}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")

    def drop():
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return f"{server}/{name}", drop


@pytest.fixture
def house(tmp_path):
    url, drop = database()
    found = House(tmp_path, url)
    code, said = found.run("migrate")
    assert code == 0, said
    yield found
    drop()


def test_a_house_is_kept_while_it_writes_and_comes_back_as_it_was(house):
    house.bring("甲")
    target = house.home / "kept.tar.gz"
    writer = threading.Thread(target=house.bring, args=("乙",))
    writer.start()
    time.sleep(1.2)
    code, said = house.run("backup", target)
    writer.join()
    assert code == 0, said
    assert "KECHUANG_SECRET_KEY" in said
    kept = int(said.split("台账 ")[1].split(" 条")[0])
    assert house.count() == 80
    code, said = house.run("restore", target)
    assert code == 0, said
    assert f"{kept} 条" in said
    assert 40 <= house.count() <= 80
    root = said.split("根 ")[1].split("，")[0]
    code, said = house.run("ledger", "verify", "--root", root, "--at-least", kept)
    assert code == 0, said
    house.bring("丙")  # the house goes on


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file of SQLite's")
def test_a_database_that_stands_elsewhere_is_put_aside_too(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    house = House(tmp_path, f"sqlite:///{elsewhere}/house.db")
    assert house.run("migrate")[0] == 0
    house.bring("甲")
    target = tmp_path / "kept.tar.gz"
    assert house.run("backup", target)[0] == 0
    house.bring("乙")
    code, said = house.run("restore", target)
    assert code == 0, said
    assert house.count() == 40
    (old,) = tmp_path.glob("own-before-*/house.db")
    rows = sqlite3.connect(old).execute("SELECT COUNT(*) FROM market_achievement").fetchone()
    assert rows == (80,)


def test_a_restore_over_a_house_that_is_awake_is_refused(house):
    house.bring("甲")
    target = house.home / "kept.tar.gz"
    assert house.run("backup", target)[0] == 0
    worker = house.start("work")
    try:
        time.sleep(4)
        code, said = house.run("restore", target)
        assert code == 1
        assert "停下" in said
    finally:
        worker.terminate()
        worker.communicate(timeout=30)
    assert house.run("restore", target)[0] == 0


def test_what_is_cut_changed_or_no_backup_is_refused_and_nothing_is_touched(house):
    house.bring("甲")
    target, bad = house.home / "kept.tar.gz", house.home / "bad.tar.gz"
    assert house.run("backup", target)[0] == 0
    assert house.run("backup", target)[0] == 1  # never written over
    bad.write_bytes(target.read_bytes()[:-2000])
    assert house.run("restore", bad)[0] == 1
    with tarfile.open(target) as archive:
        archive.extractall(house.home / "open", filter="data")
    member = next(p for p in (house.home / "open").iterdir() if p.name.startswith("database"))
    member.write_bytes(member.read_bytes()[:-1] + b"x")
    with tarfile.open(bad, "w:gz") as archive:
        for path in sorted((house.home / "open").rglob("*")):
            if path.is_file():
                archive.add(path, str(path.relative_to(house.home / "open")))
    code, said = house.run("restore", bad)
    assert code == 1
    assert "没有动任何数据" in said
    assert house.count() == 40


def test_nothing_is_called_complete_that_is_empty_or_cut(house):
    code, said = house.run("ledger", "verify")
    assert code == 1
    assert "空的" in said
    house.bring("甲")
    code, said = house.run("ledger", "verify")
    assert code == 0
    entries, root = int(said.split(" 条")[0].split()[-1]), said.split("根 ")[1].split()[0]
    assert house.run("ledger", "verify", "--at-least", entries + 1)[0] == 1
    assert house.run("ledger", "verify", "--root", "f" * 64)[0] == 1
    assert house.run("ledger", "verify", "--root", root)[0] == 0
    if connection.vendor == "sqlite":
        path = house.home / "own" / "kechuang.sqlite3"
        with sqlite3.connect(path) as rows:
            rows.execute("DROP TRIGGER ledger_no_delete")
            rows.execute("DELETE FROM core_delivery")
            rows.execute("DELETE FROM core_entry WHERE id > (SELECT max(id) - 5 FROM core_entry)")
        code, said = house.run("ledger", "verify", "--root", root)
        assert code == 1
        assert "公布过的根" in said
        path.write_bytes(path.read_bytes()[:9000])
        code, said = house.run("ledger", "verify")
        assert code == 1
        assert "Traceback" not in said


def test_commands_without_a_key_touch_no_database_and_say_why(tmp_path):
    house = House(tmp_path)
    del house.env["KECHUANG_SECRET_KEY"]
    sheet = tmp_path / "x.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    for words in (
        ("ledger", "verify"),
        ("import", "achievements", sheet),
        ("backup", tmp_path / "b"),
        ("work",),
        ("migrate",),
    ):
        code, said = house.run(*words)
        assert code == 2, words
        assert "KECHUANG_SECRET_KEY" in said
    assert not (tmp_path / "own").exists()


def test_a_look_at_the_demos_folder_does_not_make_it_a_strangers(tmp_path):
    folder = tmp_path / "demo"
    script = "from pathlib import Path; from kechuang.cli.inside import _foreign; import sys; sys.exit(_foreign(Path(sys.argv[1])))"
    script = f"import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'kechuang.district.settings'; django.setup(); {script}"
    env = {**House(tmp_path).env, "KECHUANG_DEMO": "1", "KECHUANG_DATA": str(folder)}

    def foreign():
        return subprocess.run(
            [sys.executable, "-c", script, str(folder)], env=env, check=False
        ).returncode

    manage = [sys.executable, "-m", "kechuang.cli", "manage"]
    subprocess.run([*manage, "makemigrations", "--check", "--dry-run"], env=env, check=True)
    assert (folder / "kechuang.sqlite3").exists()
    assert foreign() == 0
    subprocess.run([*manage, "migrate", "-v", "0"], env=env, check=True)
    assert foreign() == 1
