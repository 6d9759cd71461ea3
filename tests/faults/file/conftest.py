"""One folder and one watching program per module: see filemeeting.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from filemeeting import Company, Counter


@pytest.fixture(scope="module")
def folder_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = Company(tmp_path_factory.mktemp("exchange") / "OQS")
    yield company
    company.close()


@pytest.fixture
def open_desk(folder_company: Company) -> Iterator[Callable[..., Counter]]:
    """Open a desk, with the settings of :class:`onshi.Desk`, at the module's folder."""
    opened: list[Counter] = []

    def make(**settings: Any) -> Counter:
        opened.append(Counter(folder_company, **settings))
        return opened[-1]

    yield make
    for counter in opened:
        counter.desk.close()


@pytest.fixture
def counter(open_desk: Callable[..., Counter]) -> Counter:
    return open_desk()
