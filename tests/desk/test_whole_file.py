"""Files that appear whole or not at all, also where something is in their place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from onshi.errors import OnshiError
from onshi.reports.files import write_file
from onshi.whole_file import WholeFile


def test_it_appears_at_the_end(tmp_path: Path) -> None:
    place = tmp_path / "a"
    file = WholeFile(place)
    assert not place.exists()
    file.finish(b"new")
    assert place.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_what_was_there_stays_when_it_is_given_up(tmp_path: Path) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"old")
    WholeFile(place).give_up()
    assert place.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "a", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    WholeFile(link).finish(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_device_stays_what_it_is() -> None:
    full = Path("/dev/full")
    with pytest.raises(OnshiError, match="the report cannot be written to /dev/full: No space"):
        write_file(full, "text", "the report")
    assert stat.S_ISCHR(full.stat().st_mode)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OnshiError, match="Is a directory"):
        write_file(tmp_path, "text", "the report")
