"""docs/profiles.md is what the data gives, and says beside every share what it is."""

from __future__ import annotations

import re

import pytest
from profiles_page import PAGE, page

from onshi.catalogue.load import load_profile, profiles

REMEDY = "write it anew: PYTHONPATH=tests/catalogue python tests/catalogue/profiles_page.py"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8").splitlines() == page().splitlines(), REMEDY


def test_every_share_stands_under_what_it_is_a_share_of() -> None:
    column = -1
    for line in page().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            column = -1
        elif column == -1:
            heads = [i for i, cell in enumerate(cells) if "割合" in cell]
            assert len(heads) <= 1, line
            column = heads[0] if heads else len(cells)
            if heads:
                assert re.search("確率でも不良率でもない|印字のとおり|調査ではない", cells[column])
        else:
            elsewhere = [c for i, c in enumerate(cells[:4]) if i != column]
            assert not any(re.fullmatch(r"\d+(\.\d+)?%", c) for c in elsewhere), line


@pytest.mark.parametrize("name", profiles())
def test_every_figure_stands_on_the_page(name: str) -> None:
    profile = load_profile(name)
    own = page().split(f"\n## {name}\n")[1].split("\n## ")[0]
    for row in (*profile.category, *profile.figure):
        assert re.search(rf"\| {re.escape(row.label)} \|.*\| {re.escape(row.source)} \|", own)
        assert row.reason in own
    assert all(limit in own for limit in profile.limits)
