"""The two clinics under the harness, as a vendor runs them; and that they are what they claim."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from lean import LEAN

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
MISTAKES = {
    "name.blackdot": "H29",
    "eligibility.invalid": "H01",
    "eligibility.not_found": "H02",
    "eligibility.multiple_twins": "H32",
    "eligibility.other_person_linked": "H31",
    "card.pin_forgotten": "H44",
    "card.cert_expired": "H57",
    "card.pulled_mid_session": "H51",
    "reader.connection_lost": "H10",
    "network.vpn_lost": "H10",
    "result_file.half_written": "H10",
}
"""What the naive clinic gets wrong, by the trouble that brings it out."""


def run(clinic: str, journal: Path, *troubles: str) -> dict[str, dict[str, object]]:
    """results.json of one run, by trouble."""
    command = [sys.executable, "-m", "pytest", "-q", *LEAN]
    command += [f"--onshi-trouble={t}" for t in troubles]
    done = subprocess.run(
        [*command, "--onshi-date=2025-10-20", f"--onshi-journal={journal}"],
        cwd=EXAMPLES / clinic,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    rows = json.loads((journal / "results.json").read_text("utf-8"))
    return {row["trouble"]: row for row in rows}


def test_the_reference_passes_on_every_surface(tmp_path: Path) -> None:
    troubles = ("name.blackdot", "card.pin_forgotten", "result_file.half_written")
    results = run("reference", tmp_path, *troubles)
    assert {t: r["result"] for t, r in results.items()} == dict.fromkeys(troubles, "passed")
    assert [r["trouble"] for r in results.values() if r["warned"]] == []


def test_each_mistake_of_the_naive_is_found(tmp_path: Path) -> None:
    results = run("naive", tmp_path, *MISTAKES)
    assert set(results) == set(MISTAKES)
    missed = {t: r["broken"] for t, r in results.items() if MISTAKES[t] not in r["broken"]}
    assert missed == {}


@pytest.mark.parametrize("folder", ["reference/clinic", "naive/naive_clinic"])
def test_a_clinic_knows_nothing_of_the_harness(folder: str) -> None:
    for path in (EXAMPLES / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not [n for n in names if n.split(".")[0] == "onshi"], path


def test_the_examples_hold_no_test_file() -> None:
    assert list(EXAMPLES.glob("**/test_*.py")) == []
    assert list(EXAMPLES.glob("**/*_test.py")) == []
