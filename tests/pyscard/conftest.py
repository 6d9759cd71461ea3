from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from smartcard import scard

from onshi import Desk
from onshi.doors.pyscard import pyscard_door


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Desk]]:
    """Desks with the door pyscard, closed at the end, and every context given back."""
    desks: list[Desk] = []

    def opened(**settings: Any) -> Desk:
        settings = {"date": "2025-10-20", "doors": ("pyscard",), **settings}
        desks.append(Desk(**settings))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.close()
    for number in list(pyscard_door().contexts):
        scard.SCardReleaseContext(number)


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()
