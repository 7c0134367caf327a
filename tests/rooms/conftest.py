"""After every test of the rooms each record is what the ledger says of it."""

from collections.abc import Iterator
from importlib import import_module

import pytest


@pytest.fixture(autouse=True)
def proved(request: pytest.FixtureRequest) -> Iterator[None]:
    """A row that was written without an entry fails the test that wrote it.

    ``@pytest.mark.behind`` is for those that write behind the ledger on purpose.
    """
    asked = [n for n in ("db", "transactional_db", "shared_world") if n in request.fixturenames]
    for name in asked:
        request.getfixturevalue(name)  # it ends after this one
    yield
    if asked and not request.node.get_closest_marker("behind"):
        found = import_module("kechuang.district.core.proving").prove(at_least=0)
        assert found.chain.holds, found.chain.words
        assert not found.faults, "; ".join(map(str, found.faults))
