"""Every example in README and docs/ runs.

Python blocks with tests run under pytest, `sh` blocks line by line, `toml` blocks parse as what
they are. `text` blocks are commands that change the machine and run in CI elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.ja.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(kind: str) -> list[object]:
    found = []
    for page in PAGES:
        for i, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            if block[0] == kind:
                found.append(pytest.param(block[1], id=f"{page.name}-{i}"))
    return found


def lines() -> list[object]:
    """Each line once: the two READMEs have most of theirs in common."""
    found = [
        line
        for param in blocks("sh")
        for line in param.values[0].splitlines()  # type: ignore[attr-defined]
        if line and not line.startswith("#")
    ]
    return [pytest.param(line, id=line[:40]) for line in dict.fromkeys(found)]


@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks(code: str, tmp_path: Path) -> None:
    assert "def test_" in code, "an example is a test"
    path = tmp_path / "test_example.py"
    path.write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("line", lines())
def test_command_lines(line: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("text", blocks("toml"))
def test_toml_blocks(text: str, tmp_path: Path) -> None:
    from onshi.catalogue.load import load_profile, troubles_by_category
    from onshi.config import find_config, load_waivers

    table = tomllib.loads(text)
    if "waiver" in table:
        (tmp_path / "w.toml").write_text(text, encoding="utf-8")
        assert load_waivers(tmp_path / "w.toml")
    elif "category" in table:
        (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
        assert all(troubles_by_category(load_profile(tmp_path / "ours.toml")).values())
    else:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        assert find_config(tmp_path)[1] is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_architecture_names_files_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.split("## Which file")[1].split("## Seams")[0]
    for name in re.findall(r"`([\w/]+\.(?:py|toml))`", table):
        places = (ROOT / "harness" / "onshi" / name, ROOT / name)
        assert any(p.exists() for p in places), name
