"""The Java example through `onshi serve`: javax.smartcardio, java.net.http, the folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serving import IN_SURVEY

GSON = "/usr/share/java/gson.jar"
PROGRAMS = Path(__file__).parent / "programs"
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
OPEN = ("--add-opens", "java.smartcardio/sun.security.smartcardio=ALL-UNNAMED")
TROUBLES = (
    "untroubled",
    "card.pin_already_locked",
    "card.pulled_mid_session",
    "name.blackdot",
    "eligibility.invalid",
    "eligibility.not_found",
    "network.vpn_lost",
    "network.periodic_disconnect",
    "result_file.never",
    "result_file.half_written",
)


def compiled(into: Path, *sources: Path) -> Path:
    """Compile, every warning an error."""
    for needed in ("javac", "java"):
        assert shutil.which(needed), f"{needed} is part of the test set-up (make setup)"
    assert Path(GSON).exists(), "libgoogle-gson-java is part of the test set-up (make setup)"
    done = subprocess.run(
        [
            "javac",
            "-Xlint:all,-serial",
            "-Werror",
            "-cp",
            GSON,
            "-d",
            str(into),
            *map(str, sources),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return into


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Callable[..., list[str]]:
    """The command that runs one of the classes."""
    sources = sorted((examples / "java").glob("*.java"))
    classes = compiled(tmp_path_factory.mktemp("java"), *sources, PROGRAMS / "Faulty.java")

    def command(name: str, *args: str) -> list[str]:
        return ["java", *QUICK, *OPEN, "-cp", f"{classes}:{GSON}", name, *args]

    return command


@pytest.mark.soak
def test_the_driver_compiles_alone(tmp_path: Path, examples: Path) -> None:
    compiled(tmp_path, examples / "java" / "OnshiDriver.java")
    assert not list((examples / "java").rglob("*.py"))


@pytest.mark.soak
def test_troubles_of_every_kind_are_met_well(served: Any, java: Any, tmp_path: Path) -> None:
    done = served.run(*java("Main", "--quiet", *TROUBLES), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"passed   {trouble}" for trouble in TROUBLES]
    results = served.results()
    assert {results[trouble] for trouble in TROUBLES} == {"passed"}
    journal = (served.journal / "card.pin_already_locked.jsonl").read_text().splitlines()
    sent = [event["c"] for event in map(json.loads, journal) if event["event"] == "apdu"]
    assert "00200080" in sent
    assert not [command for command in sent if re.match("00200080.", command)]


@pytest.mark.soak
def test_the_whole_profile_has_a_case_for_each_trouble(
    start_serve: Any, java: Any, tmp_path: Path
) -> None:
    served = start_serve()
    done = served.run(*java("Main", "--junit", "out/onshi.xml"), cwd=tmp_path, timeout=120)
    assert done.stderr == ""
    suite = ET.parse(tmp_path / "out" / "onshi.xml").getroot()[0]
    names = [
        re.fullmatch(r"test_trouble\[(.+)\]", c.get("name", "")) for c in suite.iter("testcase")
    ]
    troubles = [t["id"] for t in served.control("GET", "/troubles")]
    assert sorted(m[1] for m in names if m) == sorted(troubles)
    assert len(names) == len(troubles) == IN_SURVEY
    assert suite.get("errors") == "0"
    assert list(suite.iter("error")) == []
    results = served.results()
    failed = [trouble for trouble, result in results.items() if result == "failed"]
    assert len(list(suite.iter("failure"))) == len(failed)
    assert done.returncode == (1 if failed else 0), done.stdout
    assert list(results.values()).count("passed") >= 70
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("passed ")]
    assert {results[trouble] for _, trouble in lines} == {"passed"}
    assert "onshi: profile hodanren2025" in done.stdout
    assert "対象外  face が要る (この製品は folder, pcsc, webapi)" in done.stdout


@pytest.mark.soak
def test_naive_mistakes_are_found_and_said_in_japanese(
    served: Any, java: Any, tmp_path: Path
) -> None:
    command = java("Main", "--naive", "--quiet", "name.blackdot", "network.vpn_lost")
    done = served.run(*command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "failed   name.blackdot\n    name.blackdot  氏名の一部が●で表示" in done.stdout
    assert "H29 ●を含む氏名の扱い [fail]" in done.stdout
    assert "理由: 氏名が●を含むものに書き換わった" in done.stdout
    assert "failed   network.vpn_lost" in done.stdout
    assert "H10 機器の不良は資格の無効ではない [fail]" in done.stdout
    assert "結果: handling.status=invalid" in done.stdout
    failures = {
        case.get("name"): failure.get("message", "")
        for case in ET.parse(tmp_path / "onshi-junit.xml").getroot().iter("testcase")
        for failure in case.iter("failure")
    }
    assert "氏名が●を含むものに書き換わった" in failures["test_trouble[name.blackdot]"]


@pytest.mark.soak
def test_a_product_that_hangs_or_throws_fails_its_own_trouble(
    served: Any, java: Any, tmp_path: Path
) -> None:
    hangs, throws, after = "eligibility.invalid", "eligibility.not_found", "name.blackdot"
    done = served.run(
        *java("Faulty", hangs, throws, "--quiet", "--patience", "3", hangs, throws, after),
        cwd=tmp_path,
    )
    assert done.returncode == 1
    results = served.results()
    assert (results[hangs], results[throws], results[after]) == ("failed", "failed", "passed")
    rows = {row["trouble"]: row for row in served.control("GET", "/results")["rows"]}
    assert rows[hangs]["broken"] == ["H51"]
    assert "java.lang.IllegalStateException: 受付画面が落ちました" in rows[throws]["problem"]
    assert "理由: 受付の処理が、待つことのできる時間のうちに戻らなかった" in done.stdout
    assert "at Faulty.checkIn(Faulty.java:" in done.stderr


@pytest.mark.parametrize(
    ("env", "args", "said"),
    [
        ({"ONSHI_CONTROL_TOKEN": "wrong"}, (), "Authorization: Bearer"),
        ({"ONSHI_CONTROL_URL": "http://localhost:1"}, (), "nothing answers at http://localhost:1"),
        ({"ONSHI_CONTROL_URL": ""}, (), "ONSHI_CONTROL_URL and ONSHI_CONTROL_TOKEN are not set"),
        ({}, ("name.blackdots",), "unknown trouble: 'name.blackdots'"),
        ({}, ("reader.face_auth_failed",), "reader.face_auth_failed"),
        ({}, ("--patience", "long"), "--patience is a number of seconds"),
    ],
)
def test_a_run_that_cannot_be_made_is_one_sentence(
    served: Any, java: Any, tmp_path: Path, env: Any, args: Any, said: str
) -> None:
    done = served.run(*java("Main", *args), cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("onshi: ")
    assert said in line


@pytest.mark.soak
def test_the_readme_command_runs(tmp_path: Path, examples: Path) -> None:
    shutil.copytree(examples / "java", tmp_path / "java")
    text = (tmp_path / "java" / "README.md").read_text()
    script = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S))
    assert "onshi serve" in script
    done = subprocess.run(
        ["sh", "-ec", script],
        cwd=tmp_path / "java",
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed   card.pulled_mid_session" in done.stdout
    assert "対象外  face が要る" in done.stdout
