"""The naive clinic as a vendor's project: copied, run by pytest, read by ``onshi report``."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import junitparser

from lean import LEAN

EXAMPLES = Path(__file__).parents[2] / "examples"
PROFILE = "--profile=hodanren2025"


@dataclass
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    def lines(self, *starts: str) -> list[str]:
        """The lines of output that begin with one of these."""
        return [line for line in self.out.splitlines() if line.startswith(starts)]


def naive_project(folder: Path) -> Project:
    """A copy of the naive clinic below ``folder``, with what it takes from the reference."""
    for name in ("naive", "reference"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(EXAMPLES / name, folder / name, ignore=leave)
    return Project(folder / "naive")


@dataclass
class Project:
    """One vendor's project in ``home``."""

    home: Path

    def pytest(self, *args: str, **env: str) -> Done:
        """A run as a vendor makes it."""
        return self._run([sys.executable, "-m", "pytest", "-q", "-rA", *LEAN, *args], env)

    def report(self, *args: str | Path) -> Done:
        """``onshi report``, from the project's folder, in this process."""
        from onshi.cli import main

        out, err, code = io.StringIO(), io.StringIO(), 0
        with (
            contextlib.chdir(self.home),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main(["report", *map(str, args)])
            except SystemExit as e:
                code = int(e.code or 0)
        return Done(code, out.getvalue(), err.getvalue())

    def _run(self, command: list[str], env: dict[str, str]) -> Done:
        told = {**os.environ, "COLUMNS": "500", **env}
        told.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            command, cwd=self.home, env=told, capture_output=True, text=True, timeout=120
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def settings(self, more: str) -> None:
        """Write more settings of [tool.onshi] behind those that are there."""
        path = self.home / "pyproject.toml"
        text = path.read_text(encoding="utf-8")
        before, pytest_part, after = text.partition("[tool.pytest.ini_options]")
        path.write_text(f"{before}{more}\n{pytest_part}{after}", encoding="utf-8")


@dataclass
class WholeRun:
    """The naive clinic under the whole survey, before anything was waived."""

    project: Project
    done: Done
    kept: Path
    junit: Path


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    """results.json by trouble."""
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return {row["trouble"]: row for row in found}


def results(folder: Path) -> dict[str, str]:
    """What each trouble came to."""
    return {trouble: row["result"] for trouble, row in rows(folder).items()}


def cases(path: Path) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """A JUnit file read by junitparser: (kind, type, message) of each result, by case.

    A name that is there twice fails. Newer pytest shortens a long message of a failure and says
    so in its last line: such a message is taken from the element's text, whose beginning it has
    to be.
    """
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for suite in junitparser.JUnitXml.fromfile(str(path)):
        for case in suite:
            key = (case.classname, case.name)
            assert key not in found, key
            found[key] = [
                (type(r).__name__, r.type or "", _message(r.message or "", r.text or ""))
                for r in case.result
            ]
    return found


def _message(message: str, text: str) -> str:
    if not message.endswith("; full report in element text]"):
        return message
    whole = f"Failed: {text}"
    start = message.rpartition("\n[")[0]
    assert start
    assert whole.startswith(start)
    return whole


def texts(path: Path) -> dict[str, str]:
    """The text of each failure, by the name of its case."""
    return {
        case.name: "".join(r.text or "" for r in case.result)
        for suite in junitparser.JUnitXml.fromfile(str(path))
        for case in suite
        if any(isinstance(r, junitparser.Failure) for r in case.result)
    }
