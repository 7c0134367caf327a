"""What all tests share: a data folder of their own, people of every role, records made by services."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # Playwright keeps a loop in the journeys' thread


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: object) -> Iterator[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    settings.KECHUANG_DATA = folder
    yield folder


@pytest.fixture
def world(db: object) -> object:
    from tests.factories import World

    return World()


@pytest.fixture
def shared_world(transactional_db: object) -> object:
    from tests.factories import World

    return World()
