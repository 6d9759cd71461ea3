"""Random walks at both doors: every answer alike, and the same journal."""

from __future__ import annotations

from typing import Any

import pytest
from pyscard_walk import Walk

from onshi import Desk


def walked(door: str, seed: int) -> tuple[list[tuple[str, Any]], bytes]:
    with Desk(date="2025-10-20", doors=(door,), in_process=True, seed=seed) as desk:
        return Walk(desk, seed).go(200), desk.journal.canonical()


def compare(seed: int) -> None:
    by_socket, kept = walked("pcsc", seed)
    by_patch, kept_here = walked("pyscard", seed)
    pairs = zip(by_socket, by_patch, strict=True)
    assert [(one, other) for one, other in pairs if one != other] == []
    assert kept_here == kept
    assert len(by_socket) > 20


@pytest.mark.parametrize("seed", range(6))
def test_a_random_walk_is_answered_alike(seed: int) -> None:
    compare(seed)


@pytest.mark.soak
def test_many_random_walks_are_answered_alike() -> None:
    for seed in range(100, 400):
        compare(seed)
