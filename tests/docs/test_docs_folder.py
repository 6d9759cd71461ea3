"""docs/folder.md names every kind of request, and every family that can be encrypted."""

from __future__ import annotations

import re
from pathlib import Path

from onshi.doors.folder_wrapping import FACE
from onshi.eligibility.kinds import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "folder.md").read_text(encoding="utf-8")


def test_every_kind_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\S+) \| .+ \|$", PAGE, re.M)
    told = {prefix: (title, interface) for prefix, title, interface in rows if "req" in prefix}
    assert told == {k.prefix: (k.title, k.interface or "–") for k in KINDS.values()}


def test_every_family() -> None:
    (row,) = re.findall(r"^\| `folder_encrypt` \| .*?: (.+) \|$", PAGE, re.M)
    families = {kind.family[:-2] for kind in KINDS.values()} | {FACE}
    assert set(re.findall(r"`(\w+)`", row)) == families
