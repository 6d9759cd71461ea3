"""`make mutants`: every rule is broken by somebody, and nobody who is right is blamed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[2]
for folder in ("tests/mutants", "examples/naive", "examples/reference"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))


@pytest.mark.timeout(900)
def test_each_behaviour_breaks_exactly_its_rules() -> None:
    from behaviours import behaviours
    from mutants_run import line, not_failed, run, what_is_wrong

    whole, found = run(list(behaviours()))
    print(*map(line, [whole, *found]), sep="\n")
    assert [*what_is_wrong(whole, found), *not_failed(found)] == []
