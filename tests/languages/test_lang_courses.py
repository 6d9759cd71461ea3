"""Troubles over dates in other languages: steps that a product does not know, and an office."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claim_by_hand import claim_of
from onshi.claims.returns import read_returns

PROGRAMS = Path(__file__).parent / "programs"
GSON = "/usr/share/java/gson.jar"
RETURNED = "billing.returned_insurer_difference"
OUTAGE = "T18"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> list[str]:
    """An office in JavaScript."""
    folder = tmp_path_factory.mktemp("node")
    text = (PROGRAMS / "claims.mjs").read_text("utf-8")
    (folder / "claims.mjs").write_text(text.replace('"onshi-driver"', '"./onshi-driver.mjs"'))
    shutil.copy(examples / "node" / "onshi-driver.mjs", folder)
    return ["node", str(folder / "claims.mjs")]


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> list[str]:
    """An office in C."""
    made = tmp_path_factory.mktemp("c") / "claims"
    flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "jansson", "libcurl"])
    sources = [str(PROGRAMS / "claims.c"), str(examples / "c" / "onshi_driver.c")]
    command = ["gcc", "-Wall", "-Wextra", "-Werror", f"-I{examples / 'c'}", *sources]
    command += ["-o", str(made), *flags.decode().split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [str(made)]


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> list[str]:
    """An office in Java, behind the example's reception."""
    into = tmp_path_factory.mktemp("java")
    sources = [*sorted((examples / "java").glob("*.java")), PROGRAMS / "Claims.java"]
    command = ["javac", "-cp", GSON, "-d", str(into), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{into}:{GSON}", "Claims"]


@pytest.fixture(
    params=["c", *(pytest.param(name, marks=pytest.mark.soak) for name in ("node", "java"))]
)
def office(request: pytest.FixtureRequest) -> list[str]:
    """A program that writes claims, in each language."""
    command: list[str] = request.getfixturevalue(request.param)
    return command


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(served: Any, office: list[str], tmp_path: Path) -> Run:
    """Run the office with these bytes as the claim of the patient."""

    def go(claim: bytes, *args: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "RECEIPTC.UKE").write_bytes(claim)
        env = {"CLAIM": str(tmp_path / "RECEIPTC.UKE"), "BACK": str(tmp_path / "RECEIPTC.HEN")}
        done: subprocess.CompletedProcess[str] = served.run(
            *office, "--quiet", *args, cwd=tmp_path, env=env
        )
        return done

    return go


def the_claim(served: Any) -> bytes:
    """What a product would write: the same seed brings the same patient again."""
    return claim_of(served.control("POST", "/desks/0/visits", {"trouble": RETURNED}))


def row_of(served: Any, trouble: str) -> dict[str, Any]:
    rows = {row["trouble"]: row for row in served.control("GET", "/results")["rows"]}
    found: dict[str, Any] = rows[trouble]
    return found


def test_a_claim_goes_out_and_comes_back(served: Any, run: Run, tmp_path: Path) -> None:
    done = run(the_claim(served), RETURNED)
    assert (done.returncode, done.stderr) == (0, "")
    (case,) = read_returns((tmp_path / "RECEIPTC.HEN").read_bytes()).returned
    assert case.reasons
    journal = (served.journal / f"{RETURNED}.jsonl").read_text("utf-8").splitlines()
    steps = [e["do"] for e in map(json.loads, journal) if e["event"] == "step"]
    assert steps == ["claim", "returns"]
    assert row_of(served, RETURNED)["problem"] == ""


def test_a_claim_that_cannot_be_read_fails_and_the_run_goes_on(served: Any, run: Run) -> None:
    broken = the_claim(served).replace(b",202510,", b",202599,", 1)
    done = run(broken, RETURNED, "untroubled")
    assert (done.returncode, done.stderr) == (1, "")
    row = row_of(served, RETURNED)
    assert row["result"] == "failed"
    assert "2行目 RE 項番4（診療年月）" in row["problem"]
    assert "2行目 RE 項番4（診療年月）" in done.stdout
    assert "untroubled" in done.stdout.splitlines()[-1], "the patient after was received"


@pytest.mark.soak
@pytest.mark.parametrize("trouble", [RETURNED, OUTAGE])
def test_a_product_without_an_office_goes_on(
    served: Any, examples: Path, tmp_path: Path, trouble: str
) -> None:
    script = str(examples / "shell" / "reception.sh")
    done = served.run("bash", script, trouble, "untroubled", cwd=tmp_path)
    assert done.stderr == ""
    verdicts = [line.split() for line in done.stdout.splitlines() if line[0] != " "]
    assert [id for _, id in verdicts] == [trouble, "untroubled"]
    assert verdicts[1][0] == "passed"
    row = row_of(served, trouble)
    assert row["problem"] == ""
    assert row["result"] == ("skipped" if trouble == RETURNED else "passed"), done.stdout
