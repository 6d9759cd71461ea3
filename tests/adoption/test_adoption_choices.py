"""What a vendor can change of a run: levels, limits, how much is run; and how it is grouped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from naive_project import PROFILE, Project, WholeRun, results, rows

from onshi.catalogue.load import find_trouble, load_profile, load_troubles, troubles_of

NOT_FOUND, CHIP, STALE = "eligibility.not_found", "card.chip_failure", "address.stale"
WIRE = ("network.error_needs_reboot", "network.vpn_lost", "network.lightning_hours")


def only(*troubles: str) -> list[str]:
    return [f"--onshi-trouble={t}" for t in troubles]


# ------------------------------------------------------------ levels, limits
@pytest.mark.soak
def test_levels_and_limits_change_outcomes_and_the_report_says_so(project: Project) -> None:
    assert project.pytest(*only(NOT_FOUND, STALE, CHIP), "--onshi-journal=before").code == 1
    before = results(project.home / "before")
    assert before == {NOT_FOUND: "failed", STALE: "passed", CHIP: "failed"}
    project.settings(
        '[tool.onshi.rules]\nH50 = "fail"\nH02 = "off"\nH10 = "warn"\n'
        "[tool.onshi.limits]\nanswer = 30"
    )
    (project.home / "slow.py").write_text(
        "from adapter import Naive\nclass Slow(Naive):\n    def check_in(self, visit):\n"
        "        handling = super().check_in(visit)\n        handling.elapsed = 45.0\n"
        "        return handling\n",
        encoding="utf-8",
    )
    report = project.home / "r.html"
    done = project.pytest(
        *only(NOT_FOUND, STALE, CHIP),
        "--onshi-integration=slow:Slow",
        "--onshi-journal=after",
        f"--onshi-report={report}",
    )
    assert done.code == 1
    after = rows(project.home / "after")
    assert {t: r["result"] for t, r in after.items()} == {
        NOT_FOUND: "skipped", STALE: "failed", CHIP: "passed"
    }  # fmt: skip
    assert after[STALE]["broken"] == ["H50"]
    assert "H02" not in {f["rule"] for f in after[NOT_FOUND]["findings"]}
    assert after[CHIP]["warned"] == ["H10", "H51"]
    over = [f for f in after[CHIP]["findings"] if f["reason"] == "決めた 30 秒を超えた"]
    assert {f["level"] for f in over} == {"warn"}
    said = "判定を変えた規則: H02 = off, H10 = warn, H50 = fail; 自社の制限: answer = 30 秒"
    assert done.lines("判定を変えた") == [said]
    assert project.report("after").lines("判定を変えた") == [said]
    assert said in report.read_text(encoding="utf-8")


def test_an_unknown_rule_or_level_names_file_and_line(project: Project) -> None:
    original = (project.home / "pyproject.toml").read_text(encoding="utf-8")
    project.settings('[tool.onshi.rules]\nH500 = "fail"')
    done = project.pytest(*only(CHIP))
    line = original.count("\n", 0, original.index("[tool.pytest")) + 2
    assert done.code == 4
    assert f"pyproject.toml:{line}: tool.onshi.rules: there is no rule 'H500'" in done.err
    assert "did you mean H50" in done.err
    (project.home / "pyproject.toml").write_text(original, encoding="utf-8")
    project.settings('[tool.onshi.rules]\nH50 = "red"')
    done = project.pytest(*only(CHIP))
    assert done.code == 4
    assert "the level of H50 is fail, warn, context or off, not 'red'" in done.err


# ----------------------------------------------------------------- how much
def test_smoke_is_one_trouble_for_each_category(project: Project) -> None:
    done = project.pytest(PROFILE, "--onshi-only=smoke", "--collect-only", "--no-header")
    ids = [x.split("[")[1].rstrip("]") for x in done.out.splitlines() if "test_trouble[" in x]
    survey = load_profile("hodanren2025")
    can = {key for trouble in troubles_of(survey) for key in trouble.categories}
    meant = [c.key for c in survey.category if c.key in can]
    assert 5 < len(ids) <= len(meant) < len(troubles_of(survey)) / 5
    for category in meant:
        assert [t for t in ids if category in find_trouble(t).categories], category


LATER = """
import pytest

def pytest_runtest_logreport(report):
    "An hour passes after the first trouble."
    from onshi.pytest_plugin import SESSION
    if report.when == "call":
        CONFIG[0].stash[SESSION]._started -= 3600

CONFIG = []

def pytest_configure(config):
    CONFIG.append(config)
"""


@pytest.mark.soak
def test_max_time_skips_the_rest_and_says_so(project: Project) -> None:
    (project.home / "conftest.py").write_text(LATER, encoding="utf-8")
    args = (*only(CHIP, NOT_FOUND, STALE), "--onshi-max-time=600", "--onshi-journal=kept")
    done = project.pytest(*args, "--junitxml=p.xml")
    assert done.code == 1
    kept = rows(project.home / "kept")
    assert kept[CHIP]["result"] == "failed"
    for trouble in (NOT_FOUND, STALE):
        assert (kept[trouble]["result"], kept[trouble]["problem"]) == (
            "skipped", "時間切れ (--onshi-max-time)"
        )  # fmt: skip
    assert "2 skipped" in done.out
    assert f"時間切れ  2 件: {STALE}, {NOT_FOUND}" in done.lines("時間切れ")
    told = project.report("kept", "--junit", "o.xml")
    assert told.lines("時間切れ") == done.lines("時間切れ")
    assert (project.home / "o.xml").read_text(encoding="utf-8").count("時間切れ") == 2


@pytest.mark.parametrize(
    ("surfaces", "needed"), [("webapi", {"pcsc", "folder", "face"}), ("pcsc", {"webapi", "face"})]
)
def test_what_a_product_cannot_meet_is_listed_by_surface(
    project: Project, surfaces: str, needed: set[str]
) -> None:
    (project.home / "narrow.py").write_text(
        "import onshi\nclass Narrow(onshi.Integration):\n"
        f"    surfaces = {{'{surfaces}'}}\n"
        "    def check_in(self, visit):\n        return onshi.Handling()\n",
        encoding="utf-8",
    )
    args = (PROFILE, "--onshi-integration=narrow:Narrow", "--onshi-journal=kept")
    done = project.pytest(*args)
    scope = json.loads((project.home / "kept" / "run.json").read_text(encoding="utf-8"))["scope"]
    out = [t for t in scope if surfaces in find_trouble(t).surfaces]
    assert scope
    assert not out
    lines = done.lines("対象外")
    assert {t for line in lines for t in line.partition(": ")[2].split(", ")} == set(scope)
    for line in lines:
        head, _, ids = line.partition(": ")
        named = set(head.removeprefix("対象外  ").split(" が要る")[0].split(" / "))
        assert f"(この製品は {surfaces})" in head
        for trouble in ids.split(", "):
            assert set(find_trouble(trouble).surfaces) == named
    seen = {s for t in scope for s in find_trouble(t).surfaces}
    assert seen & needed


# ----------------------------------------------------------------- grouping
def test_troubles_with_one_stimulus_are_run_once_and_judged_each(whole: WholeRun) -> None:
    """One journal for a group, a row for each member by its own rules."""
    kept = rows(whole.kept)
    surfaces = frozenset({"pcsc", "webapi", "folder", "face"})
    groups: dict[bytes, list[str]] = {}
    for trouble in kept:
        groups.setdefault(find_trouble(trouble).stimulus(surfaces), []).append(trouble)
    journals = {
        p.name.removesuffix(".jsonl")
        for p in whole.kept.glob("*.jsonl")
        if not p.name.endswith(".order.jsonl")
    }
    differing = 0
    for members in groups.values():
        played = [t for t in members if not kept[t]["same_as"]]
        assert len(played) == 1
        assert {kept[t]["same_as"] for t in members if t not in played} <= set(played)
        assert journals & set(members) == set(played)
        for trouble in members:
            judged = {f["rule"] for f in kept[trouble]["findings"]}
            own = set(load_troubles()[trouble].rules)
            assert own <= judged <= own | {"H51"}, trouble
        differing += len({load_troubles()[t].rules for t in members}) > 1
    assert len(journals) == len(groups) < len(kept)
    assert differing, "at least one group has members with different rules"


def without_way(row: dict[str, object]) -> dict[str, object]:
    """A row without how it came about."""
    return {k: v for k, v in row.items() if k not in ("same_as", "reproduce")}


@pytest.mark.soak
def test_a_group_is_judged_alike_by_workers_and_alone(whole: WholeRun) -> None:
    project = whole.project
    grouped = rows(whole.kept)
    assert {grouped[t]["same_as"] for t in WIRE} == {"", WIRE[0]}
    done = project.pytest(*only(*WIRE, CHIP), "-n", "2", "--onshi-journal=spread")
    assert done.code == 1
    spread = rows(project.home / "spread")
    assert set(spread) == {*WIRE, CHIP}
    assert {r["same_as"] for r in spread.values()} <= {"", *WIRE}

    assert project.pytest(*only(WIRE[1]), "--onshi-journal=alone").code == 1
    alone = rows(project.home / "alone")[WIRE[1]]
    assert alone["same_as"] == ""
    assert (project.home / "alone" / f"{WIRE[1]}.jsonl").exists()
    for trouble in (*WIRE, CHIP):
        assert without_way(spread[trouble]) == without_way(grouped[trouble])
    assert without_way(alone) == without_way(grouped[WIRE[1]])


# --------------------------------------------------------------- onshi.toml
OWN = 'integration = "adapter:Naive"\ntime_scale = 0.01\ntrouble = ["card.chip_failure"]\n'


@pytest.mark.soak
def test_settings_may_stand_in_onshi_toml(project: Project) -> None:
    """A project without Python has no pyproject.toml; nothing else changes for it."""
    (project.home / "pyproject.toml").unlink()
    (project.home / "onshi.toml").write_text(OWN, encoding="utf-8")
    (project.home / "pytest.ini").write_text(
        "[pytest]\npythonpath = . ../reference\n", encoding="utf-8"
    )
    done = project.pytest("--onshi-journal=kept")
    assert (done.code, results(project.home / "kept")) == (1, {CHIP: "failed"})
    (project.home / "onshi.toml").write_text("integation = 1\n" + OWN, encoding="utf-8")
    done = project.pytest()
    assert done.code == 4
    assert "onshi.toml:1: integation: unknown key; did you mean 'integration'?" in done.err


@pytest.mark.soak
def test_settings_in_both_files_are_refused_naming_both(project: Project) -> None:
    (project.home / "onshi.toml").write_text(OWN, encoding="utf-8")
    done = project.pytest()
    assert done.code == 4
    for name in ("onshi.toml", "pyproject.toml"):
        assert str(project.home / name) in done.err
    text = (project.home / "pyproject.toml").read_text(encoding="utf-8")
    rest = text[text.index("[tool.pytest") :]
    (project.home / "pyproject.toml").write_text(rest, encoding="utf-8")
    assert project.pytest("--collect-only").code == 0


def test_a_project_that_is_not_ours_stays_light(tmp_path: Path) -> None:
    """Looking for onshi.toml imports nothing."""
    (tmp_path / "test_light.py").write_text(
        "import sys\ndef test_light():\n    assert 'onshi.config' not in sys.modules\n"
        "    assert 'msgspec' not in sys.modules\n",
        encoding="utf-8",
    )
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nx = 1\n", encoding="utf-8")
    assert Project(tmp_path).pytest().code == 0
