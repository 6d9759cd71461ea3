from __future__ import annotations

from collections.abc import Iterator

import pytest
from client_room import Room

from onshi import Desk


@pytest.fixture
def room() -> Iterator[Room]:
    """A desk of its own with a マイナンバーカード on the reader."""
    with Desk(date="2025-10-20", time="real", in_process=False) as desk:
        yield Room(desk)
