"""What all tests share: a data folder of their own, people of every role, records made by services."""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.db import connection
from django.utils import translation

os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # Playwright keeps a loop in the journeys' thread


pytest_plugins = ["tests.said"]


def factories() -> ModuleType:
    """The factories need Django's models, which stand only after pytest-django has set it up."""
    return importlib.import_module("tests.factories")


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: object) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    settings.KECHUANG_DATA = folder
    settings.KECHUANG_LIMITS = {}  # the tests come from one address
    translation.activate(settings.LANGUAGE_CODE)  # a page in English leaves its thread in English
    importlib.import_module("kechuang.district.core.books").forget()
    return folder


@pytest.fixture
def world(db: object) -> object:
    return factories().World()


@pytest.fixture
def shared_world(transactional_db: object) -> Iterator[object]:
    """A world that other threads and processes see.

    Afterwards the ledger is emptied behind its guard's back.
    """
    yield factories().World()
    if connection.vendor == "sqlite":
        guard = importlib.import_module(
            "kechuang.district.core.migrations.0002_ledger_is_append_only"
        )
        statements = [
            *guard.UNDO["sqlite"],
            "DELETE FROM core_delivery",
            "DELETE FROM core_entry",
            *guard.SQLITE,
        ]
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
