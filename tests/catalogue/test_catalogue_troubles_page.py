"""docs/troubles.md is what the data says, and has every trouble once."""

from __future__ import annotations

import re

from troubles_page import LAYERS, PAGE, page

from onshi.catalogue.load import load_troubles


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "write it anew: PYTHONPATH=tests/catalogue python tests/catalogue/troubles_page.py"
    )


def test_every_trouble_is_there_once() -> None:
    ids = re.findall(r"^### `(.+?)`", page(), re.MULTILINE)
    assert sorted(ids) == sorted(load_troubles())
    assert {t.layer for t in load_troubles().values()} == set(LAYERS)
