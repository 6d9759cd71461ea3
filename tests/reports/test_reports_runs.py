"""Reports of real runs: under pytest and xdist, from a kept folder, from a process that serves."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from lean import LEAN
from onshi import __version__
from onshi.cli import main
from onshi.config import Config, find_config
from onshi.errors import OnshiError
from onshi.reports.about import about, catalogue_hash

EXAMPLES = Path(__file__).parents[2] / "examples"
BROKEN = ("card.chip_failure", "card.pulled_mid_session", "eligibility.not_found")


@pytest.fixture(scope="module")
def naive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The naive clinic as a vendor's project, with a name and a version."""
    folder = tmp_path_factory.mktemp("vendor")
    for name in ("naive", "reference"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(EXAMPLES / name, folder / name, ignore=leave)
    path = folder / "naive" / "pyproject.toml"
    head = '[project]\nname = "naive-clinic"\nversion = "1.2.3"\n\n'
    path.write_text(head + path.read_text("utf-8"), encoding="utf-8")
    return folder / "naive"


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *LEAN, *args],
        cwd=home, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def report(home: Path, *args: str) -> tuple[int, str]:
    """``onshi report`` in this process: exit code, and what it complains of."""
    said = io.StringIO()
    with (
        contextlib.chdir(home),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(said),
        pytest.raises(SystemExit) as end,
    ):
        main(["report", *args])
    return int(end.value.code or 0), said.getvalue()


def pictures(path: Path) -> dict[str, list[str]]:
    """The words of the picture of each trouble that has one."""
    root: Any = lxml.html.fromstring(path.read_text("utf-8"))
    return {
        article.get("id"): [g.text_content().strip() for g in article.xpath(".//figure//g")]
        for article in root.xpath("//article[.//figure]")
    }


@pytest.mark.parametrize("workers", [[], pytest.param(["-n", "2"], marks=pytest.mark.soak)])
def test_a_report_is_complete_under_xdist_and_from_the_kept_folder(
    naive: Path, workers: list[str]
) -> None:
    """The journals of what was broken reach the page: over the workers' wire, or by the folder."""
    asked = [f"--onshi-trouble={t}" for t in BROKEN]
    files = [f"--onshi-report=out/r{suffix}" for suffix in (".html", ".md", ".csv", ".json")]
    done = run(
        naive, *workers, *asked, *files, "--onshi-journal=out/kept", "--onshi-tester=品質管理部"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    shown = pictures(naive / "out" / "r.html")
    assert set(shown) == {f"t-{t}" for t in BROKEN}
    assert "障害 card.pull" in shown["t-card.pulled_mid_session"]
    told = json.loads((naive / "out" / "r.json").read_text("utf-8"))
    assert {r["trouble"] for r in told["rows"]} == set(BROKEN)
    assert told["run"]["about"] == {
        "product": "naive-clinic",
        "version": "1.2.3",
        "tester": "品質管理部",
        "on": told["run"]["about"]["on"],
        "plugin": __version__,
        "catalogue": catalogue_hash(()),
    }
    assert all((naive / "out" / f"r{s}").stat().st_size for s in (".md", ".csv"))
    assert report(naive, "out/kept", "--output", "again.html") == (1, "")
    assert pictures(naive / "again.html") == shown
    assert (naive / "again.html").read_bytes() == (naive / "out" / "r.html").read_bytes()


def test_a_suffix_that_is_none_of_ours_ends_pytest_before_anything_runs(naive: Path) -> None:
    done = run(naive, "--profile=hodanren2025", "--onshi-report=r.docx")
    assert done.returncode == 4
    assert "report 'r.docx'" in done.stderr
    assert ".md (Markdown for a pull request)" in done.stderr
    code, said = report(naive, "kept", "--output", "r.docx")
    assert (code, "report 'r.docx'" in said) == (2, True)


def test_a_report_that_cannot_be_written_is_said_and_the_others_are_written(naive: Path) -> None:
    done = run(
        naive, "--onshi-trouble=name.blackdot_address", "--onshi-report=/proc/none/r.html",
        "--onshi-report=still.md",
    )  # fmt: skip
    assert done.returncode == 1
    assert "onshi: the report cannot be written to /proc/none/r.html" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert (naive / "still.md").stat().st_size


# --------------------------------------------------------------------- about
def test_product_and_version_are_the_vendors_own(tmp_path: Path) -> None:
    assert about(Config(), tmp_path).product == ""
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "reseputo"\nversion = "9"\n', encoding="utf-8")
    found = about(Config(), tmp_path)
    assert (found.product, found.version) == ("reseputo", "9")
    project.write_text('[project]\nname = "reseputo"\ndynamic = ["version"]\n', encoding="utf-8")
    assert about(Config(), tmp_path).version == ""
    assert about(Config(version="5"), tmp_path).version == "5"
    named = about(Config(product="別の製品"), tmp_path)
    assert (named.product, named.version) == ("別の製品", "")
    project.write_text('project = "no table"\n', encoding="utf-8")
    assert about(Config(), tmp_path).product == ""


def test_a_survey_of_ones_own_counts_in_the_hash(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("a = 1\n", encoding="utf-8")
    first = catalogue_hash((str(own),))
    assert first != catalogue_hash(("hodanren2025",))
    assert catalogue_hash(("hodanren2025",)) == catalogue_hash(())
    catalogue_hash.cache_clear()
    own.write_text("a = 2\n", encoding="utf-8")
    assert catalogue_hash((str(own),)) != first


def test_settings_name_one_report_or_several(tmp_path: Path) -> None:
    path = tmp_path / "onshi.toml"
    for text, files in (('"r.html"', ["r.html"]), ('["r.html", "r.md"]', ["r.html", "r.md"])):
        path.write_text(f"report = {text}\nproduct = '製品'\n", encoding="utf-8")
        config, _ = find_config(tmp_path)
        assert [str(p) for p in config.reports] == files
        assert config.product == "製品"
    path.write_text("report = 3\n", encoding="utf-8")
    with pytest.raises(OnshiError, match="report"):
        find_config(tmp_path)
