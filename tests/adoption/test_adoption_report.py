"""``onshi report``: the same summary as pytest's, JUnit as pytest writes it, exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree
from naive_project import PROFILE, Project, WholeRun, cases, rows, texts

from onshi.outcomes import Row
from onshi.reports.junit import junit
from onshi.reports.run import Run, write_run

PROFILES = Path(__file__).parents[2] / "profiles"
SUMMARY = ("違反", "注意", "同じ刺激", "対象外", " ", "割合は")


@pytest.mark.soak
def test_the_summary_is_that_of_pytest(whole: WholeRun) -> None:
    done = whole.project.report(whole.kept)
    assert done.code == 1
    assert done.err == ""
    ours = [line for line in done.lines(*SUMMARY) if not line.startswith("  ")]
    assert len(ours) > 90
    assert set(ours) <= set(whole.done.out.splitlines())
    assert "\x1b[" not in done.out
    assert done.out.startswith("onshi: profile hodanren2025, seed 0, date 2025-10-20\n")


def test_on_a_terminal_there_is_colour(whole: WholeRun) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "onshi.cli", "report", str(whole.kept)]
    child = subprocess.Popen(command, stdout=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    assert child.wait(timeout=60) == 1
    assert "\x1b[31m違反".encode() in shown


def test_junit_says_what_pytest_says(whole: WholeRun, tmp_path: Path) -> None:
    mine = tmp_path / "deep" / "report.xml"
    assert whole.project.report(whole.kept, "--junit", mine).code == 1
    ours, theirs = cases(mine), cases(whole.junit)
    assert ours == theirs
    assert len(ours) == len(rows(whole.kept))
    kinds = {kind for found in ours.values() for kind, _, _ in found}
    assert kinds == {"Failure", "Skipped"}
    assert texts(mine) == texts(whole.junit)


def test_junit_keeps_its_shape_for_other_readers(whole: WholeRun, tmp_path: Path) -> None:
    mine = tmp_path / "report.xml"
    whole.project.report(whole.kept, "--junit", mine)
    suite = etree.parse(mine).find("testsuite")
    assert suite is not None
    for attribute, element in (("tests", "testcase"), ("failures", "failure"), ("skipped",) * 2):
        assert int(suite.get(attribute, "-1")) == len(list(suite.iter(element))), attribute
    outside = {e.tag for e in suite.iter()} - {
        "testsuite", "properties", "property", "testcase", "failure", "skipped",
    }  # fmt: skip
    assert not outside


def shortened(whole: WholeRun, folder: Path, **changes: Any) -> Path:
    """The whole run with some of run.json changed."""
    shutil.copytree(whole.kept, folder)
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**run, **changes}), encoding="utf-8")
    return folder


def test_what_was_not_run_and_what_cannot_happen_are_cases_too(
    whole: WholeRun, tmp_path: Path
) -> None:
    away, never = "card.chip_failure", "card.unreadable"
    folder = shortened(whole, tmp_path / "kept", scope=[never], surfaces=["webapi"])
    left = [r for t, r in rows(folder).items() if t not in (away, never)]
    (folder / "results.json").write_text(json.dumps(left), encoding="utf-8")
    done = whole.project.report(folder, "--junit", tmp_path / "j.xml")
    found = {name: result for (_, name), result in cases(tmp_path / "j.xml").items()}
    assert len(found) == len(left) + 2
    assert found[f"test_trouble[{away}]"] == [("Skipped", "pytest.skip", "実行されていない")]
    kind, type_, message = found[f"test_trouble[{never}]"][0]
    assert (kind, type_) == ("Skipped", "pytest.skip")
    assert message.startswith("対象外: この製品 (webapi)")
    assert f"未実行  1 件: {away}" in done.out
    assert any(never in line for line in done.lines("対象外  pcsc"))


def test_letters_that_xml_cannot_hold(tmp_path: Path) -> None:
    bad = "画面: \x00\x07\x1b[31m赤\x7f\ud800\ufffe 𠮷 <&\"'> ]]>"
    row = Row(trouble="card.chip_failure", result="failed", problem=bad, title="T")
    path = tmp_path / "j.xml"
    path.write_text(junit(Run(troubles=[row.trouble]), [row]), encoding="utf-8")
    text = texts(path)["test_trouble[card.chip_failure]"]
    assert "画面: #x00#x07#x1B[31m赤#x7F#xD800#xFFFE 𠮷 <&\"'> ]]>" in text
    assert cases(path)["onshi.troubles", "test_trouble[card.chip_failure]"][0][2] == (
        f"Failed: {text}"
    )


def test_green_waived_and_blind_runs_end_with_the_right_code(
    whole: WholeRun, tmp_path: Path
) -> None:
    kept = {r["trouble"]: msgspec.convert(r, Row) for r in rows(whole.kept).values()}
    good = [r for r in kept.values() if r.result in ("passed", "skipped")]
    seen = sum(1 for r in good if r.result == "passed")
    for name, least, code in (("good", seen, 0), ("blind", seen + 1, 1)):
        write_run(tmp_path / name, Run(profiles=["hodanren2025"], min_observed=least), good)
        done = whole.project.report(tmp_path / name)
        assert done.code == code, done.out
        assert ("--onshi-min-observed" in done.out) == bool(code)


def test_html_and_several_folders_as_one(whole: WholeRun, tmp_path: Path) -> None:
    """Two shards are one report; a trouble that both ran counts with its worst outcome."""
    every = sorted(rows(whole.kept).values(), key=lambda r: r["result"])
    one, two = tmp_path / "1", tmp_path / "2"
    better = dict(every[0], result="passed", broken=[])
    assert every[0]["result"] == "failed"
    for folder, share in ((one, [better, *every[1:50]]), (two, [every[0], *every[50:]])):
        shortened(whole, folder)
        (folder / "results.json").write_text(json.dumps(share), encoding="utf-8")
    page, xml = tmp_path / "r.html", tmp_path / "r.xml"
    done = whole.project.report(one, two, "--html", page, "--junit", xml)
    assert done.code == 1
    assert cases(xml) == cases(whole.junit)
    assert set(done.lines("違反")) == {
        x for x in whole.done.out.splitlines() if x.startswith("違反")
    }
    html = page.read_text(encoding="utf-8")
    assert "77.2 %" in html
    assert "●●　直子" in html
    other = shortened(whole, tmp_path / "3", seed=7)
    done = whole.project.report(one, other)
    assert (done.code, "differ in seed (0, 7)" in done.err) == (2, True)


@pytest.mark.soak
def test_a_day_of_encounters_has_a_case_for_each(whole: WholeRun, tmp_path: Path) -> None:
    day = ("--onshi-encounters=12", "--onshi-rate=0.6", "--onshi-seed=3")
    kept, theirs, mine = tmp_path / "kept", tmp_path / "p.xml", tmp_path / "o.xml"
    done = whole.project.pytest(PROFILE, *day, f"--onshi-journal={kept}", f"--junitxml={theirs}")
    assert done.code == 1
    assert whole.project.report(kept, "--junit", mine).code == 1
    assert len(cases(mine)) == 12
    assert cases(mine) == cases(theirs)


@pytest.mark.soak
def test_a_survey_of_ones_own_is_found_from_another_folder(whole: WholeRun, tmp_path: Path) -> None:
    survey = (PROFILES / "hodanren2025.toml").read_text(encoding="utf-8")
    home = whole.project.home
    (home / "own.toml").write_text(survey.replace('"hodanren2025"', '"own2025"', 1), "utf-8")
    kept, theirs, mine = tmp_path / "kept", tmp_path / "p.xml", tmp_path / "o.xml"
    args = ("--onshi-only=smoke", f"--onshi-journal={kept}", f"--junitxml={theirs}")
    assert whole.project.pytest("--profile=./own.toml", *args).code == 1
    done = Project(tmp_path).report(kept, "--junit", mine)
    assert done.code == 1
    assert "onshi: own2025 (" in done.out
    assert cases(mine) == cases(theirs)
    assert {classname for classname, _ in cases(mine)} == {"onshi.own2025"}


@pytest.mark.parametrize(
    ("make", "args", "words"),
    [
        ("nothing", [], "holds no results (there is no run.json)"),
        ("nonsense", [], "run.json is not a file of results"),
        ("good", ["--baseline", "nowhere"], "holds no results (there is no results.json)"),
        ("good", ["--waivers", "w.toml"], "--until YYYY-MM-DD and --reason"),
        ("good", ["--waivers", "w.toml", "--until", "soon", "--reason", "x"], "is not a date"),
        ("good", ["--waivers", "w.toml", "--until", "2020-01-01", "--reason", "x"], "over already"),
        ("good", ["--until", "2999-01-01"], "belong to --waivers"),
        ("good", ["--html", "/proc/none/x.html"], "cannot be written"),
        ("good", ["--junit", "/proc/none/x.xml"], "cannot be written"),
        (
            "good",
            ["--waivers", "/proc/none/w.toml", "--until", "2999-01-01", "--reason", "x"],
            "cannot be written",
        ),
    ],
)
def test_bad_input_is_exit_2_in_one_sentence(
    whole: WholeRun, tmp_path: Path, make: str, args: list[str], words: str
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    if make == "nonsense":
        (folder / "run.json").write_text("{", encoding="utf-8")
    if make == "good":
        write_run(folder, Run(), [])
    done = whole.project.report(folder, *args)
    assert done.code == 2, done.out + done.err
    assert words in done.err
    assert len(done.err.splitlines()) == 1


def test_a_run_of_serve_is_read_alike(whole: WholeRun, tmp_path: Path) -> None:
    from serving import serving

    kept = tmp_path / "kept"
    with serving("--profile", "hodanren2025", "--journal", str(kept), cwd=tmp_path) as served:
        visit = served.control("POST", "/desks/0/visits", {"trouble": "name.blackdot_2_of_3"})
        served.control("POST", f"/visits/{visit['id']}/present")
        wrong = {**visit["chart"], "name": "●●　直子"}
        handling = {"status": "valid", "chart_before": visit["chart"], "chart_after": wrong}
        served.control("POST", f"/visits/{visit['id']}/handling", handling)
    done = whole.project.report(kept, "--junit", tmp_path / "j.xml")
    assert done.code == 1, done.err
    assert "違反  name.blackdot_2_of_3: H29" in done.out
    found = {name: result for (_, name), result in cases(tmp_path / "j.xml").items()}
    assert found["test_trouble[name.blackdot_2_of_3]"][0][0] == "Failure"
    assert found["test_trouble[name.blackdot]"] == [("Skipped", "pytest.skip", "実行されていない")]
