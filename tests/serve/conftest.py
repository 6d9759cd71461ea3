"""One process for most tests of the control API; a desk of it is made anew for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving import Served, Start, serving, starting


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the process keeps its verdicts."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="package")
def process(kept: Path) -> Iterator[Served]:
    args = ("--profile", "hodanren2025", "--time-scale", "0.01", "--journal", str(kept))
    with serving(*args, cwd=kept) as served:
        yield served


@pytest.fixture
def served(process: Served) -> Served:
    """The process, its first desk as at the start."""
    process.control("POST", "/desks/0/reset", {"seed": 0, "date": "2025-10-20"})
    return process


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts processes of one's own; what a failed test leaves running is ended."""
    with starting() as begin:
        yield begin
