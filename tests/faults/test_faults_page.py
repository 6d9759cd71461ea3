"""docs/faults.md has every fault, with the settings that it really has, and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onshi.faults import Fault, fault_names, find_fault
from onshi.schedule import Schedule

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
ROW = re.compile(r"^\| `([a-z_]+\.[a-z0-9_]+)` \| (\w+) \| (.+) \| (.+) \| (.+) \|$", re.M)


def rows() -> dict[str, tuple[str, ...]]:
    """Fault to seam, settings, what is seen, how it ends."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    names = [row[0] for row in found]
    assert len(names) == len(set(names)), "a fault stands there twice"
    return {row[0]: tuple(row[1:]) for row in found}


def settings(cls: type[Fault]) -> str:
    """The settings as the page has them; one that is not set by default has no value."""
    cells = []
    for field in msgspec.structs.fields(cls):
        if field.required:
            cells.append(f"`{field.encode_name}` (required)")
        elif field.default is None:
            cells.append(f"`{field.encode_name}`")
        else:
            value: Any = msgspec.to_builtins(field.default)
            cells.append(f"`{field.encode_name} = {json.dumps(value, ensure_ascii=False)}`")
    return " · ".join(cells) or "–"


def test_every_fault_and_no_other() -> None:
    assert sorted(rows()) == fault_names()


@pytest.mark.parametrize("name", fault_names())
def test_one_fault(name: str) -> None:
    cls = find_fault(name)
    seam, has, seen, ends = rows()[name]
    assert (seam, has) == (cls.SEAM.value, settings(cls))
    assert len(seen) > 10
    assert len(ends) > 5
    for setting in re.findall(r"`([a-z_]+)`", seen + ends):
        assert setting in known_words(cls), f"{setting} is neither a setting of {name} nor a choice"


def known_words(cls: type[Fault]) -> set[str]:
    """Settings of a fault, of schedules, their choices, and names that may be in backquotes."""
    schema = json.dumps(msgspec.json.schema(cls))
    choices = set(re.findall(r'"([a-z0-9_]+)"', schema))
    return choices | set(Schedule.__struct_fields__) | {"jpki"}


@pytest.mark.parametrize("name", fault_names())
def test_settings_do_not_share_names_with_the_schedule(name: str) -> None:
    """``--fault`` and ``Desk.inject`` take both side by side."""
    mine = {f.encode_name for f in msgspec.structs.fields(find_fault(name))}
    assert mine.isdisjoint({"when", "fault", *Schedule.__struct_fields__})


def test_titles_are_for_clinics_and_differ() -> None:
    titles = [find_fault(name).TITLE for name in fault_names()]
    assert len(set(titles)) == len(titles)
    assert all(re.search("[ぁ-んァ-ン一-龥]", title) for title in titles)
