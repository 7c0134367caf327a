"""What the locks name can be installed where the README says that the house runs."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

OLDEST = re.search(r'requires-python = ">=([\d.]+)"', Path("pyproject.toml").read_text())[1]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_pinned_package_takes_the_oldest_python_we_promise(lock):
    """A package that asks for 3.11.5 installs on a newer machine and not on Debian's 3.11.2."""
    names = [
        line.partition("==")[0] for line in Path(lock).read_text().splitlines() if "==" in line
    ]
    asked = {n: metadata.distribution(n).metadata.get("Requires-Python") or "" for n in names}
    assert len(asked) > 20
    assert {n: r for n, r in asked.items() if not SpecifierSet(r).contains(f"{OLDEST}.0")} == {}
