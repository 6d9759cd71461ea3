"""The file of timelines: what is in it, what is refused, and how it is found."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onshi.catalogue.load import find_trouble, load_profile, load_troubles, profiles
from onshi.catalogue.timelines import (
    as_trouble,
    days,
    find_timeline,
    load_timelines,
    read_timelines,
)
from onshi.cli import app
from onshi.config import load_waivers
from onshi.errors import BadFileError, UnknownNameError

TOLD = [f"T{n}" for n in range(1, 43) if n not in (2, 12)]
"""The ids of the catalogue; 2 and 12 were never given."""

GOOD = """\
[[timeline]]
id = "T900"
title = "題"
what = "何"
source = ["003:L588"]
trouble = "copay.ratio_differs_visit_vs_claim"
rules = ["H10"]
[[timeline.step]]
on = "2025-10-20"
[[timeline.step]]
on = "+1d"
[[timeline.step.fault]]
name = "wire.reset"
[[timeline.step]]
on = "+1m:10"
do = "claim"
lift = ["wire.reset", "scene.share_changed"]
[[timeline.step]]
on = "+2m"
do = "returns"
"""


def test_all_forty_are_there() -> None:
    assert sorted(load_timelines(), key=lambda id: int(id[1:])) == TOLD


def test_none_is_among_the_troubles() -> None:
    assert not set(load_timelines()) & set(load_troubles())


def test_each_trouble_that_is_told_over_time_is_in_one() -> None:
    told = {t for one in load_timelines().values() for t in (one.trouble, *one.about) if t}
    site = {id for id, t in load_troubles().items() if t.process == "site" and not t.why_not}
    assert len(told) > 55
    assert {"reader.one_of_n_down_long", "network.error_flap_week", "terminal.pc_failure"} <= told
    assert told <= set(load_troubles())
    assert len(site & told) > 20


@pytest.mark.parametrize("id", TOLD)
def test_each_begins_on_a_date_and_says_what_is_not_in_its_source(id: str) -> None:
    timeline = find_timeline(id)
    on = days(timeline)
    assert date(2023, 4, 1) <= on[0] <= date(2025, 12, 1)
    assert on == sorted(on)
    assert len(on) > 1
    visits = [d for d, step in zip(on, timeline.step, strict=True) if step.do == "visit"]
    assert all(d.isoweekday() != 7 for d in visits), "nobody is received on a Sunday"
    assert timeline.source
    assert timeline.assumed.endswith("。")
    assert all(step.what.endswith("。") for step in timeline.step)
    whole = as_trouble(timeline)
    assert whole.rules
    assert whole.surfaces


def test_every_fault_that_begins_is_over_at_the_end() -> None:
    for timeline in load_timelines().values():
        whole = as_trouble(timeline)
        at_work = {use.name for use in whole.fault if not use.name.startswith("scene.")}
        for step in whole.situation.step:
            at_work -= set(step.lift)
            at_work |= {use.name for use in step.fault if not use.name.startswith("scene.")}
        assert not at_work, timeline.id


def test_a_timeline_as_a_trouble() -> None:
    base, whole = find_trouble("copay.ratio_2_to_3_not_reflected"), find_trouble("t8")
    assert whole.id == "T8"
    assert whole.date == date(2025, 10, 30)
    assert whole.fault == base.fault
    assert whole.situation.person == base.situation.person
    assert [s.do for s in whole.situation.step] == ["claim", "returns", "visit", "claim"]
    assert set(base.rules) <= set(whole.rules)


def test_a_fault_of_its_own_takes_the_place_of_one_by_the_same_name() -> None:
    base, whole = find_trouble("eligibility.employment_not_reflected"), find_trouble("T13")
    assert [f.name for f in whole.fault] == [f.name for f in base.fault] == ["scene.unregistered"]
    assert whole.fault[0].settings == {"days": 90}


def test_a_wrong_id_is_told_what_is_near() -> None:
    with pytest.raises(UnknownNameError, match=r"T42 is a timeline"):
        find_trouble("T2")
    with pytest.raises(UnknownNameError, match="onshi timelines"):
        find_timeline("T2")


def test_the_profiles_are_still_profiles() -> None:
    assert "timelines" not in profiles()
    for name in profiles():
        load_profile(name)


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("T900", "X1", "id", "T and a number"),
        ('source = ["003:L588"]', "source = []", "source", "at least one line"),
        ("003:L588", "003:L5880", "source", "777 lines"),
        ("copay.ratio_differs_visit", "copay.ratio_difers_visit", "trouble", "did you mean copay"),
        ('rules = ["H10"]', 'rules = ["H99"]', "rules", "no rule 'H99'"),
        ("wire.reset", "wire.rest", "fault", "did you mean wire.reset"),
        (
            'name = "wire.reset"',
            'name = "wire.reset"\nsettings = { after = 1 }',
            "fault",
            "after_by",
        ),
        ('on = "2025-10-20"', 'on = "+0d"', "step[0].on", "on a date"),
        ('on = "2025-10-20"', 'on = "2025-10-20"\nat = 10:00:00', "step[0].at", "opening time"),
        ('on = "2025-10-20"', 'on = "2025-10-20"\npins = []', "step[0].pins", "situation"),
        ('on = "2025-10-20"', 'on = "2025-10-20"\ndo = "claim"', "step[0].do", "is a visit"),
        ('on = "+1m:10"', 'on = "2025-10-01"', "step[2].on", "before the step ahead"),
        ('on = "+1m:10"', 'on = "+1d"\nat = 08:00:00', "step[2].at", "08:00 is before"),
        (
            'lift = ["wire.reset"',
            'lift = ["wire.refuse"',
            "step[2].lift",
            "did you mean wire.reset",
        ),
        ('do = "claim"', 'do = "visit"', "step[3].do", "no claim was handed in"),
        ("id = ", "surfases = []\nid = ", "surfases", "did you mean 'surfaces'"),
        ('on = "+1d"', 'on = "tomorrow"', "", "is no day"),
        ('on = "+1d"', 'on = "+1d"\nshows = "9"', "", "1 to 6"),
        ('on = "+1d"', 'on = "+1d"\nperson = "child"', "", "next = true"),
        (
            'trouble = "copay.ratio_differs_visit_vs_claim"',
            "",
            "surfaces",
            "starts from no trouble",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, key: str, says: str
) -> None:
    path = tmp_path / "timelines.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadFileError) as error:
        read_timelines(path)
    text = str(error.value)
    assert re.search(says, text), text
    assert key in text
    if key:
        assert error.value.line is not None
        line = path.read_text(encoding="utf-8").splitlines()[error.value.line - 1]
        name = key.rpartition(".")[2]
        assert name in line or line.startswith("[["), line


def test_an_id_twice_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "timelines.toml"
    path.write_text(GOOD + GOOD, encoding="utf-8")
    with pytest.raises(BadFileError, match="'T900' is there twice") as error:
        read_timelines(path)
    assert error.value.line == GOOD.count("\n") + 2


def test_a_good_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "timelines.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert days(read_timelines(path)["T900"])[2] == date(2025, 11, 10)


def test_the_list_for_programs() -> None:
    result = CliRunner().invoke(app, ["timelines", "--json"], catch_exceptions=False)
    rows = {row["id"]: row for row in json.loads(result.stdout)}
    assert list(rows) == TOLD
    flapping = rows["T16"]
    assert (flapping["begins"], flapping["ends"]) == ("2025-10-02", "2025-10-14")
    assert flapping["about"] == ["network.error_flap_week"]
    assert flapping["steps"][1] == {
        "date": "2025-10-03",
        "at": "",
        "do": "visit",
        "next": True,
        "what": "照会が途切れる。",
        "shows": "silent",
        "plan": "",
        "share": None,
        "reads": None,
        "faults": ["wire.reset", "file.never"],
        "lift": [],
        "reason": "",
    }
    assert flapping["steps"][2]["at"] == "09:30"


def test_the_list_for_people() -> None:
    result = CliRunner().invoke(app, ["timelines"], catch_exceptions=False)
    assert "2023-05-22 – 2026-10-20" in result.stdout
    assert len(result.stdout.splitlines()) > len(TOLD)


def test_a_timeline_is_explained() -> None:
    result = CliRunner().invoke(app, ["explain", "T8"], catch_exceptions=False)
    assert "003:L573" in result.stdout
    assert "pytest --onshi-trouble T8" in result.stdout


def test_a_break_in_a_timeline_can_be_waived(tmp_path: Path) -> None:
    path = tmp_path / "onshi-waivers.toml"
    path.write_text(
        '[[waiver]]\ntrouble = "T16"\nrule = "H51"\nreason = "既知"\nuntil = 2030-01-01\n',
        encoding="utf-8",
    )
    assert [w.trouble for w in load_waivers(path)] == ["T16"]


def test_a_timeline_is_found_by_what_happens_in_it() -> None:
    result = CliRunner().invoke(app, ["find", "頻発", "ネットワーク"], catch_exceptions=False)
    assert "onshi exec --trouble T16" in result.stdout
