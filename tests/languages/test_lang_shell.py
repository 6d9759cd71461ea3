"""The shell example through `onshi serve`: bash, curl, jq and opensc-tool."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from serving import IN_SURVEY

SCRIPT = Path(__file__).parents[2] / "examples" / "shell" / "reception.sh"
TROUBLES = (
    "untroubled", "name.blackdot", "eligibility.invalid", "eligibility.not_found",
    "card.pin_already_locked", "card.pulled_mid_session", "network.vpn_lost",
)  # fmt: skip


@pytest.mark.soak
def test_one_patient_and_six_troubles(served: Any, tmp_path: Path) -> None:
    done = served.run("bash", str(SCRIPT), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.split() == [word for one in TROUBLES for word in ("passed", one)]
    results = served.results()
    assert {results[one] for one in TROUBLES} == {"passed"}
    cases = list(ET.parse(tmp_path / "onshi-junit.xml").getroot().iter("testcase"))
    assert len(cases) == IN_SURVEY + 1
    assert len([case for case in cases if len(case) == 0]) == len(
        [result for result in results.values() if result == "passed"]
    )


def test_the_locked_card_was_sent_no_pin(served: Any, tmp_path: Path) -> None:
    done = served.run("bash", str(SCRIPT), "card.pin_already_locked", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    journal = (served.journal / "card.pin_already_locked.jsonl").read_text()
    assert '"c":"00200080"' in journal, "the tries were asked for"
    assert '"c":"0020008004' not in journal


def test_what_is_broken_is_said_in_japanese(served: Any, tmp_path: Path) -> None:
    """The same reception with one line made wrong: a dead line is called 無効."""
    wrong = SCRIPT.read_text().replace(
        "status=system_unreachable message", "status=invalid message"
    )
    assert wrong != SCRIPT.read_text()
    (tmp_path / "wrong.sh").write_text(wrong)
    done = served.run("bash", "wrong.sh", "network.vpn_lost", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "H10" in done.stdout
    assert "無効の回答は来ていないのに「資格（無効）」と示した" in done.stdout


@pytest.mark.parametrize(
    ("args", "env", "words"),
    [
        ((), {"ONSHI_CONTROL_TOKEN": "wrong"}, "ONSHI_CONTROL_TOKEN"),
        ((), {"ONSHI_CONTROL_URL": "http://127.0.0.1:1"}, "does not answer"),
        ((), {"ONSHI_CONTROL_URL": ""}, "onshi serve -- bash"),
        (("name.blackdott",), {}, "did you mean name.blackdot"),
    ],
)
def test_mistakes_are_one_sentence(
    served: Any, tmp_path: Path, args: tuple[str, ...], env: dict[str, str], words: str
) -> None:
    done = served.run("bash", str(SCRIPT), *args, cwd=tmp_path, env=env)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_bash_finds_nothing_wrong_with_it() -> None:
    subprocess.run(["bash", "-n", str(SCRIPT)], check=True)
