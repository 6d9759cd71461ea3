"""Results that nobody fetches: they pile up, or go after a while."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from eligstage import TODAY, eventually
from folder_clients import opened, taken

DAY = {"folder_stay": 1440.0}


def left(res: Path) -> list[str]:
    return sorted(p.name for p in res.iterdir())


def test_by_default_nothing_is_ever_removed() -> None:
    with opened() as (door, stage):
        first = taken(door, "OQSsiquc01req", stage.request())
        stage.clock.travel(TODAY + timedelta(days=300))
        taken(door, "OQSsiquc01req", stage.request())
        assert first.exists()


def test_a_result_goes_when_its_minutes_are_over_and_not_before() -> None:
    with opened(site=DAY) as (door, stage):
        old = taken(door, "OQSsiquc01req", stage.request())
        theirs = door.root / "res" / "notes.txt"
        theirs.write_text("no result")
        other = door.root / "face" / "OQSsiquc01res_face_x_20251020090000.xml"
        other.write_text("not in res")
        eventually(lambda: not any(t.is_alive() for t in door.session._threads))
        stage.clock.wait(1439 * 60)
        young = taken(door, "OQSsiquc01req", stage.request())
        assert old.exists()
        assert not list(stage.journal.events("folder", "left_over_removed"))
        stage.clock.wait(60)
        eventually(lambda: not old.exists())
        assert young.exists()
        assert theirs.exists()
        assert other.exists()
        (event,) = eventually(lambda: list(stage.journal.events("folder", "left_over_removed")))
        assert (event["files"], event["where"]) == (1, "res")
        stage.clock.travel(TODAY + timedelta(days=3))
        eventually(lambda: left(door.root / "res") == ["notes.txt"])


def test_yesterdays_file_is_as_old_as_the_disk_says() -> None:
    with opened(site=DAY) as (door, stage):
        fresh = taken(door, "OQSsiquc01req", stage.request())
        old = door.root / "res" / "OQSsiquc01res_202510190001.xml"
        staged = door.root / "old.tmp"
        staged.write_bytes(fresh.read_bytes())
        yesterday = time.time() - 86_400
        os.utime(staged, (yesterday, yesterday))
        staged.rename(old)
        eventually(lambda: not old.exists())
        assert fresh.exists()
