from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from onshi import Desk


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Desk]]:
    """Desks with the door pyscard, closed at the end."""
    desks: list[Desk] = []

    def opened(**settings: Any) -> Desk:
        settings = {"date": "2025-10-20", "doors": ("pyscard",), **settings}
        desks.append(Desk(**settings))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()
