"""One set of programs per module: see meeting.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from meeting import Company, Meeting, company_of, compile_java


@pytest.fixture(scope="session")
def java_steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the compiled ``Steps``."""
    return compile_java(tmp_path_factory.mktemp("steps"))


@pytest.fixture(scope="module")
def company(java_steps: Path) -> Iterator[Company]:
    """The programs of this module."""
    with company_of(java_steps) as company:
        yield company


@pytest.fixture
def meet(company: Company) -> Iterator[Callable[..., Meeting]]:
    """Open a desk, with the settings of :class:`onshi.Desk`, at which the programs meet it."""
    open_now: list[Meeting] = []

    def meet(**settings: Any) -> Meeting:
        while open_now:
            open_now.pop().desk.close()
        open_now.append(Meeting(company, **settings))
        return open_now[-1]

    yield meet
    while open_now:
        open_now.pop().desk.close()


@pytest.fixture
def meeting(meet: Callable[..., Meeting]) -> Meeting:
    """A desk in virtual time: delays cost nothing."""
    return meet()
