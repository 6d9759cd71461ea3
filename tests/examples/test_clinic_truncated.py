"""An answer over HTTP that is cut: the reference clinic takes none for an answer.

Here after every 29th byte; after every single one in the soak.
"""

from __future__ import annotations

import pytest
from truncations import WAYS, asking


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("door", "step"), [("responses", 29), ("webapi", 331)])
def test_no_truncation_is_taken_for_an_answer(door: str, step: int, way: str) -> None:
    with asking(door) as place:
        whole = place.length(way)
        for after in [*range(0, whole, step), whole - 2, whole - 1]:
            assert place.cut(after, way) is None, f"{after} bytes of {whole}"
        assert place.cut(whole, way) is not None, "nothing is missing"
        assert place.ask().validity == "1"


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS)
def test_no_truncation_at_all(way: str) -> None:
    with asking("responses") as place:
        whole = place.length(way)
        taken = [after for after in range(whole) if place.cut(after, way) is not None]
        assert taken == []
