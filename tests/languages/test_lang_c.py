"""The C example through `onshi serve`: libpcsclite, libcurl, jansson."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = Path(__file__).parent / "programs"
DEFAULTS = (
    "untroubled",
    "name.blackdot",
    "card.pin_already_locked",
    "eligibility.invalid",
    "eligibility.not_found",
    "network.vpn_lost",
)
MORE = ("card.pulled_mid_session", "network.periodic_disconnect", "network.error_flap_week")


def _done(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Path:
    """The folder with the programs; warnings are errors."""
    for needed in ("make", "gcc", "pkg-config"):
        assert shutil.which(needed), f"{needed} is part of the test set-up (make setup)"
    into = tmp_path_factory.mktemp("c")
    _done("make", "-s", f"BUILD={into}", cwd=examples / "c")
    flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "jansson", "libcurl"])
    sources = [str(PROGRAMS / "faulty.c"), str(examples / "c" / "onshi_driver.c")]
    command = ["gcc", "-Wall", "-Wextra", "-Werror", f"-I{examples / 'c'}", *sources]
    _done(*command, "-o", str(into / "faulty"), *flags.decode().split(), cwd=into)
    return into


def test_the_default_troubles_are_met_well(served: Any, built: Path, tmp_path: Path) -> None:
    done = served.run(str(built / "clinic"), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:6] == [f"passed   {trouble}" for trouble in DEFAULTS]
    assert "onshi: profile hodanren2025" in done.stdout
    results = served.results()
    assert {results[trouble] for trouble in DEFAULTS} == {"passed"}
    cases = ET.parse(tmp_path / "onshi-junit.xml").getroot()[0].findall("testcase")
    sound = {c.get("name") for c in cases if len(c) == 0}
    assert {f"test_trouble[{trouble}]" for trouble in DEFAULTS} <= sound


def test_a_locked_pin_is_not_verified(served: Any, built: Path, tmp_path: Path) -> None:
    command = [str(built / "clinic"), "--quiet", "card.pin_already_locked"]
    assert served.run(*command, cwd=tmp_path).returncode == 0
    journal = (served.journal / "card.pin_already_locked.jsonl").read_text().splitlines()
    sent = [event["c"] for event in map(json.loads, journal) if event["event"] == "apdu"]
    assert "00200080" in sent
    assert not [command for command in sent if re.match("00200080.", command)]


def test_named_troubles_of_card_and_line(served: Any, built: Path, tmp_path: Path) -> None:
    done = served.run(str(built / "clinic"), "--quiet", *MORE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"passed   {trouble}" for trouble in MORE]


def test_naive_mistakes_are_found_and_said_in_japanese(
    served: Any, built: Path, tmp_path: Path
) -> None:
    troubles = ("name.blackdot", "network.vpn_lost")
    done = served.run(str(built / "clinic"), "--naive", "--quiet", *troubles, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "H29 ●を含む氏名の扱い [fail]" in done.stdout
    assert "理由: 氏名が●を含むものに書き換わった" in done.stdout
    assert "理由: 無効の回答は来ていないのに「資格（無効）」と示した" in done.stdout


def test_a_product_that_hangs_or_crashes_fails_its_own_trouble(
    served: Any, built: Path, tmp_path: Path
) -> None:
    done = served.run(str(built / "faulty"), "--quiet", "--patience", "1", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    rows = {row["trouble"]: row for row in served.control("GET", "/results")["rows"]}
    assert rows["eligibility.invalid"]["broken"] == ["H51"]
    assert rows["eligibility.not_found"]["problem"].endswith("the product ended with signal 11")
    assert done.stdout.splitlines()[-1] == "passed   untroubled"


@pytest.mark.parametrize(
    ("env", "args", "said"),
    [
        ({"ONSHI_CONTROL_TOKEN": "wrong"}, (), "Authorization: Bearer"),
        ({"ONSHI_CONTROL_URL": "http://localhost:1"}, (), "nothing answers at http://localhost:1"),
        ({"ONSHI_CONTROL_URL": ""}, (), "ONSHI_CONTROL_URL is not set"),
        ({}, ("name.blackdots",), "unknown trouble: 'name.blackdots'"),
        ({}, ("result_file.never",), "cannot meet a product that uses pcsc, webapi"),
        ({}, ("--patience", "long"), "--patience is a number of seconds"),
        ({}, ("--paciencia",), "--paciencia? usage"),
    ],
)
def test_a_run_that_cannot_be_made_is_one_sentence(
    served: Any, built: Path, tmp_path: Path, env: Any, args: Any, said: str
) -> None:
    done = served.run(str(built / "clinic"), *args, cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("onshi: ")
    assert said in line


@pytest.mark.soak
def test_the_readme_command_runs(tmp_path: Path, examples: Path) -> None:
    shutil.copytree(examples / "c", tmp_path / "c")
    text = (tmp_path / "c" / "README.md").read_text()
    script = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S))
    assert "onshi serve" in script
    done = subprocess.run(
        ["sh", "-ec", script],
        cwd=tmp_path / "c",
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed   network.vpn_lost" in done.stdout
    assert "対象外  folder / face が要る" in done.stdout
