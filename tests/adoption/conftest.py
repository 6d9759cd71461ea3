"""One whole run of the naive clinic, shared; a project of one's own for what changes settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from naive_project import PROFILE, Project, WholeRun, naive_project


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    folder = tmp_path_factory.mktemp("whole")
    project, kept, junit = naive_project(folder), folder / "kept", folder / "pytest.xml"
    done = project.pytest(PROFILE, f"--onshi-journal={kept}", f"--junitxml={junit}")
    assert done.code == 1, done.out + done.err
    return WholeRun(project, done, kept, junit)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return naive_project(tmp_path)
