"""``ONSHI_PATIENT``: kept up to date, and never seen half written by whoever reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import onshi
from onshi.errors import OnshiError

READER = """
import json, os, sys
names, path = set(), os.environ["ONSHI_PATIENT"]
print("reading", flush=True)
while not os.path.exists(sys.argv[1]):
    with open(path, encoding="utf-8") as f:
        names.add(json.load(f)["patient"]["name"])
print(len(names))
"""


def told(env: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(env["ONSHI_PATIENT"]).read_text(encoding="utf-8"))
    return found


def test_it_follows_the_desk() -> None:
    with onshi.Desk(date="2025-10-20", doors=("webapi",)) as desk:
        desk.handouts.refresh()
        desk.next_patient()
        assert list(desk.endpoints.private.iterdir()) == []
        env = desk.env()
        assert told(env)["patient"]["name"] == desk.patient.name
        desk.next_patient("late_elderly")
        assert told(env)["patient"]["name"] == desk.patient.name
        assert told(env)["inquiry"]["InsurerNumber"].strip() == (
            desk.coverage.qualification.insurer_number
        )
        desk.travel("2025-12-02")
        assert told(env)["date"] == "2025-12-02"
        before = told(env)["patient"]["name"]
        desk.inject("scene.difficult_name", family="德髙")
        assert told(env)["patient"]["name"] == desk.patient.name != before
        assert [p.name for p in desk.endpoints.private.iterdir()] == ["patient.json"]


def test_a_trouble_with_a_person_of_its_own() -> None:
    from onshi.catalogue.load import load_troubles

    found = next(t for t in load_troubles().values() if t.situation.person and not t.why_not)
    with onshi.Desk(date="2025-10-20", doors=("webapi",)) as desk:
        env = desk.env()
        before = told(env)["patient"]["name"]
        desk.apply(found.id)
        assert told(env)["patient"]["name"] == desk.patient.name != before


def test_whoever_reads_it_has_a_whole_one(tmp_path: Path) -> None:
    enough = tmp_path / "enough"
    with onshi.Desk(date="2025-10-20", doors=("webapi",)) as desk:
        env = desk.env()
        with subprocess.Popen(
            [sys.executable, "-c", READER, str(enough)],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as reader:  # fmt: skip
            assert reader.stdout is not None
            assert reader.stderr is not None
            assert reader.stdout.readline() == "reading\n"
            for _ in range(150):
                desk.next_patient()
            enough.write_text("")
            seen, trouble = reader.communicate(timeout=20)
    assert trouble == ""
    assert int(seen) > 1


def test_where_it_cannot_be_written_it_is_said(tmp_path: Path) -> None:
    with onshi.Desk(date="2025-10-20", doors=("webapi",)) as desk:
        path = Path(desk.env()["ONSHI_PATIENT"])
        path.unlink()
        path.mkdir()
        (path / "file").write_text("")
        with pytest.raises(OnshiError, match=r"patient\.json cannot be written") as e:
            desk.next_patient()
        assert "\n" not in str(e.value)
        (path / "file").unlink()
        path.rmdir()
        desk.next_patient()
        assert path.is_file()
