"""A setting of ``--fault`` that is a list has commas of its own."""

from __future__ import annotations

import pytest

from onshi.cli.exec import parse_fault
from onshi.faults import make_fault


@pytest.mark.parametrize("table", ["[[0,0.1],[50, 0.3],[100,4.0]]", "[[0, 0.1], [100, 4]]"])
def test_a_table_of_latencies(table: str) -> None:
    text = f"wire.latency:distribution=table,table={table},first=2,match=search|auth"
    name, when, settings = parse_fault(text)
    assert when == {"first": 2, "match": "search|auth"}
    assert make_fault(name, settings).table[0] == (0, 0.1)
