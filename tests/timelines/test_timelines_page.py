"""docs/timelines.md is what the data says."""

from __future__ import annotations

import re

from timelines_page import PAGE, page

from onshi.catalogue.timelines import load_timelines


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "write it anew: PYTHONPATH=tests/timelines python tests/timelines/timelines_page.py"
    )


def test_every_timeline_is_there_once() -> None:
    ids = re.findall(r"^## (T\d+) ", page(), re.MULTILINE)
    assert sorted(ids) == sorted(load_timelines())
