"""SQLite with one door for all writers: who waits is let in when the one before leaves.

SQLite itself lets waiting writers look again every so often; whoever writes one short transaction
after another (an
import) is then always there first, and the others time out. Here a writer waits at a file's lock,
which the kernel
hands on at once. Every write passes: transactions when they begin, single statements one by one.
"""

import fcntl
import os
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class _Door:
    """The lock of one connection on the file beside the database."""

    def __init__(self, path: str) -> None:
        self.path, self.handle, self.inside = path, -1, False

    def enter(self) -> None:
        if self.inside:
            return
        if self.handle < 0:
            self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.handle, fcntl.LOCK_EX)
        self.inside = True

    def leave(self) -> None:
        if self.inside:
            fcntl.flock(self.handle, fcntl.LOCK_UN)
            self.inside = False

    def close(self) -> None:
        self.leave()
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite, with the door."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door: _Door | None = None

    def init_connection_state(self) -> None:
        super().init_connection_state()
        name = str(self.settings_dict["NAME"])
        if self._door is None and ":memory:" not in name and "mode=memory" not in name:
            self._door = _Door(f"{name}-door")
        if self._at_the_door not in self.execute_wrappers:
            self.execute_wrappers.insert(0, self._at_the_door)

    def _at_the_door(
        self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """A writing statement outside a transaction is a transaction of its own."""
        if (
            self._door is None
            or self.in_atomic_block
            or not sql.lstrip().upper().startswith(_WRITES)
        ):
            return execute(sql, params, many, context)
        self._door.enter()
        try:
            return execute(sql, params, many, context)
        finally:
            self._door.leave()

    def _start_transaction_under_autocommit(self) -> None:
        if self._door:
            self._door.enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django has it, the stubs do not
        except BaseException:
            if self._door:
                self._door.leave()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # Django has it, the stubs do not
        finally:
            if self._door:
                self._door.leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # Django has it, the stubs do not
        finally:
            if self._door:
                self._door.leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # Django has it, the stubs do not
        finally:
            if self._door:
                self._door.close()
                self._door = None
