"""Wakes the house, then runs a command inside it. Nothing of Django is imported before."""

import argparse
import importlib
import os
from pathlib import Path

import django
from django.conf import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_DEMO_WITHOUT_KEY = {"bring", "manage", "verify"}  # on a developer's machine these mean the demo


def run(name: str, options: argparse.Namespace) -> int:
    """Wake Django with the settings that the command needs, and run it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
    if name == "demo":
        _demo_settings(options)
    elif name in _DEMO_WITHOUT_KEY and not os.environ.get("KECHUANG_SECRET_KEY"):
        os.environ["KECHUANG_DEMO"] = "1"
    django.setup()
    (Path(settings.KECHUANG_DATA) / "static").mkdir(parents=True, exist_ok=True)
    code: int = getattr(importlib.import_module("kechuang.cli.inside"), name)(options)
    return code


def _demo_settings(options: argparse.Namespace) -> None:
    os.environ["KECHUANG_DEMO"] = "1"
    os.environ.pop("KECHUANG_DATABASE_URL", None)
    os.environ["KECHUANG_SITE"] = f"http://{options.host}:{options.port}"
    if options.host not in LOOPBACK:
        os.environ.setdefault("KECHUANG_HOSTS", "*")
