"""The Node example through `onshi serve`: its driver, its product, @pokusew/pcsclite."""

from __future__ import annotations

import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import node_addon
from serving import IN_SURVEY

EXAMPLE = Path(__file__).parents[2] / "examples" / "node"
TROUBLES = {
    "card.pin_already_locked",
    "card.pulled_mid_session",
    "name.blackdot",
    "eligibility.invalid",
    "eligibility.not_found",
    "network.error_flap_week",
    "result_file.never",
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder with @pokusew/pcsclite."""
    return node_addon.node_modules()


@pytest.fixture
def clinic(served: Any, node_modules: Path, tmp_path: Path) -> Run:
    """Run main.mjs with arguments; its JUnit file lands in the test's folder."""

    def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        more = {"NODE_PATH": str(node_modules), **env}
        program = str(EXAMPLE / "main.mjs")
        done = served.run("node", program, *args, cwd=tmp_path, timeout=90, env=more)
        assert "    at " not in done.stderr, done.stderr  # no stack traces
        return done

    return run


def cases(path: Path) -> dict[str, ET.Element]:
    """The cases of a JUnit file by trouble."""
    found = ET.parse(path).getroot().iter("testcase")
    return {(case.get("name") or "").removeprefix("test_trouble[")[:-1]: case for case in found}


def test_the_clinic_does_well(served: Any, clinic: Run, tmp_path: Path) -> None:
    done = clinic("untroubled", *sorted(TROUBLES))
    assert done.returncode == 0, done.stdout + done.stderr
    results = served.results()
    assert {results[one] for one in (*TROUBLES, "untroubled")} == {"passed"}
    listed = cases(tmp_path / "onshi-junit.xml")
    assert set(listed) >= TROUBLES
    assert all(len(listed[one]) == 0 for one in TROUBLES), "neither failed nor skipped"
    assert len(listed) == IN_SURVEY + 1, (
        "the survey's troubles and the patient whom nothing troubled"
    )


def test_the_card_was_really_read(served: Any, clinic: Run) -> None:
    """Seen in the desk's journal: one VERIFY with the PIN, through libpcsclite."""
    assert clinic("untroubled").returncode == 0
    status, journal = served.ask("GET", "/desks/0/journal")
    assert status == 200
    events = [json.loads(line) for line in journal.splitlines()]
    verified = [e for e in events if e["event"] == "verify"]
    assert [(e["pin"], e["ok"]) for e in verified] == [("auth", True)]
    assert "0020008004********" in [e.get("c") for e in events], "the PIN's bytes are hidden"


def test_the_naive_clinic_breaks_rules(clinic: Run, tmp_path: Path) -> None:
    done = clinic(
        "--naive", "name.blackdot", "network.vpn_lost", "card.pin_locked_third_try",
        "--junit", "naive.xml",
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    listed = cases(tmp_path / "naive.xml")
    for trouble, rule, words in (
        ("name.blackdot", "H29", "氏名が●を含むものに書き換わった"),
        ("network.vpn_lost", "H10", "資格（無効）"),
        ("card.pin_locked_third_try", "H44", "入力された回数より多く"),
    ):
        failure = listed[trouble].find("failure")
        assert failure is not None
        text = f"{failure.get('message')}{failure.text}"
        assert rule in text
        assert words in text
        assert words in done.stdout


def test_a_hanging_product_does_not_end_the_run(served: Any, clinic: Run) -> None:
    done = clinic("--hang", "--patience", "0.5", "name.blackdot", "eligibility.invalid")
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("did not return within 0.5 seconds") == 2
    rows = {row["trouble"]: row for row in served.control("GET", "/results")["rows"]}
    for trouble in ("name.blackdot", "eligibility.invalid"):
        assert rows[trouble]["broken"] == ["H51"]


def test_a_product_that_throws_fails_with_its_words(served: Any, clinic: Run) -> None:
    done = clinic("--throw", "name.blackdot", "untroubled")
    assert done.returncode == 1
    assert done.stdout.count("問題: the adapter failed: TypeError: 受付画面が見つかりません") == 2
    rows = {row["trouble"]: row for row in served.control("GET", "/results")["rows"]}
    assert rows["name.blackdot"]["findings"] == [], "nothing can be judged"


def test_without_npm_install_it_says_so(served: Any, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("node_modules")
    folder = shutil.copytree(EXAMPLE, tmp_path / "clinic", ignore=ignored)
    done = served.run("node", "main.mjs", cwd=folder, env={"NODE_PATH": ""})
    assert done.returncode == 2
    assert "the product did not start: run npm install" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_quiet_leaves_the_summary_to_serve(clinic: Run) -> None:
    assert "割合は" in clinic("untroubled").stdout
    assert clinic("--quiet", "untroubled").stdout == "適合  untroubled  トラブルのない患者\n"


@pytest.mark.parametrize(
    ("args", "env", "words"),
    [
        ((), {"ONSHI_CONTROL_TOKEN": "wrong"}, "ONSHI_CONTROL_TOKEN"),
        ((), {"ONSHI_CONTROL_URL": "http://127.0.0.1:1"}, "does not answer: ECONNREFUSED"),
        ((), {"ONSHI_CONTROL_URL": ""}, "`onshi serve -- node …`"),
        (("name.blackdott",), {}, "did you mean name.blackdot"),
        (("--patience", "soon"), {}, "--patience is a number of seconds"),
        (("--junit", "nowhere/x.xml"), {}, "there is no folder"),
    ],
)
def test_mistakes_are_one_sentence(
    clinic: Run, args: tuple[str, ...], env: dict[str, str], words: str
) -> None:
    done = clinic(*args, **env)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""
