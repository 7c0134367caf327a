"""Wakes the house, then runs a command inside it. Nothing of Django is imported before."""

import argparse
import importlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings

from .addresses import LOOPBACK

_WHERE = {
    "verify": "keeping",
    "export": "keeping",
    "backup": "keeping",
    "restore": "keeping",
    "examine": "keeping",
}  # else: inside


def run(name: str, options: argparse.Namespace) -> int:
    """Wake Django with the settings that the command needs, and run it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
    if name == "demo":
        _demo_settings(options)
    elif getattr(options, "demo", False):
        os.environ["KECHUANG_DEMO"] = "1"
    elif not _has_key():
        print(_NO_KEY, file=sys.stderr)
        return 2
    django.setup()
    (Path(settings.KECHUANG_DATA) / "static").mkdir(parents=True, exist_ok=True)
    module = importlib.import_module(f"kechuang.cli.{_WHERE.get(name, 'inside')}")
    code: int = getattr(module, name)(options)
    return code


_NO_KEY = "没有设 KECHUANG_SECRET_KEY，不知道说的是哪个数据库。设好它；要对演示的数据库做，请加 --demo（manage 用 KECHUANG_DEMO=1）"


def _has_key() -> bool:
    return bool(os.environ.get("KECHUANG_SECRET_KEY")) or os.environ.get("KECHUANG_DEMO") == "1"


def _demo_settings(options: argparse.Namespace) -> None:
    os.environ["KECHUANG_DEMO"] = "1"
    os.environ.pop("KECHUANG_DATABASE_URL", None)
    os.environ["KECHUANG_SITE"] = f"http://{options.host}:{options.port}"
    if options.host not in LOOPBACK:
        os.environ.setdefault("KECHUANG_HOSTS", "*")
