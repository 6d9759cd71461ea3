"""One SQLite database behind a lock; every write is one transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from typing import Any


class Database:
    """``path`` is a file or ``:memory:``."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)

    def create(self, tables: str) -> None:
        """Make the tables that are not there yet."""
        with self._lock, self._db:
            self._db.executescript(tables)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def write(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """One statement, as one transaction; the rows that it returns."""
        with self._lock, self._db:
            return self._db.execute(statement, values).fetchall()

    def clear(self) -> None:
        """Empty every table."""
        with self._lock, self._db:
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
            for (table,) in self._db.execute(query).fetchall():
                self._db.execute(f"DELETE FROM {table}")

    def insert(self, table: str, row: Sequence[Any]) -> None:
        self.write(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
