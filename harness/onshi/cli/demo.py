"""``onshi demo``: the reference clinic meets every trouble, the naive one shows its breaks."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onshi.data import data_root, read_toml
from onshi.errors import MissingPieceError, OnshiError

if TYPE_CHECKING:
    from onshi.outcomes import Row

__all__ = ["demo"]


def demo(
    profile: Annotated[str, typer.Option(help="the survey to replay")] = "hodanren2025",
) -> None:
    """Run both example clinics under a survey profile.

    Exit 0 only when the reference clinic is all green and the naive one breaks exactly the rules
    it is made to break (examples/naive/expected.toml).
    """
    from onshi.catalogue.load import load_profile, load_rules

    if importlib.util.find_spec("smartcard") is None:
        raise MissingPieceError(
            'the example clinics read cards with pyscard: pip install "pytest-onshi[pcsc]"'
        )
    survey = load_profile(profile)
    reference, code = _run("reference", profile)
    _print_categories(survey, reference)
    good = code == 0 and bool(reference) and all(r.result == "passed" for r in reference)
    print(f"\n模範クリニック (examples/reference): {_tally(reference)}")
    for row in reference:
        if row.result != "passed":
            print(f"  {row.trouble}: {row.result} {row.broken} {row.problem}")
    naive, naive_code = _run("naive", profile)
    broken = sorted({rule for row in naive for rule in row.broken})
    print(f"\n素朴なクリニック (examples/naive): {_tally(naive)}")
    for rule in broken:
        where = [row.trouble for row in naive if rule in row.broken]
        more = f" ほか {len(where) - 3} 件" if len(where) > 3 else ""
        print(f"  {rule} {load_rules()[rule].title}: {', '.join(where[:3])}{more}")
    expected = read_toml(_examples() / "naive" / "expected.toml")["broken"]
    as_made = naive_code == 1 and broken == sorted(expected)
    if not as_made:
        print(f"素朴なクリニックは {', '.join(sorted(expected))} に違反するはずです。")
    raise typer.Exit(0 if good and as_made else 1)


def _examples() -> Path:
    folder = data_root() / "examples"
    if not folder.is_dir():
        raise MissingPieceError(f"the example clinics are not installed (looked in {folder})")
    return folder


def _run(clinic: str, profile: str) -> tuple[list[Row], int]:
    """One clinic under pytest in a process of its own: its results, and pytest's exit code."""
    from onshi.reports.run import read_rows

    with tempfile.TemporaryDirectory(prefix="onshi-demo-") as folder:
        done = subprocess.run(
            [
                sys.executable, "-m", "pytest", f"--onshi-profile={profile}", "-q", "--no-header",
                "-p", "no:cacheprovider", "--tb=no", "--no-summary", f"--onshi-journal={folder}",
            ],
            cwd=_examples() / clinic,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )  # fmt: skip
        try:
            return read_rows(Path(folder)), done.returncode
        except OnshiError:
            print(done.stdout + done.stderr)
            return [], done.returncode


def _print_categories(survey: Any, rows: list[Row]) -> None:
    from onshi.reports.summary import category_rows, share_text

    counted = f" (n = {survey.n_troubled:,})" if survey.n_troubled is not None else ""
    print(f"{survey.title}{counted}")
    for category, counts in category_rows(survey, rows, []):
        mine = [r for r in rows if category.has(r.trouble, r.categories)]
        met = sorted({m for r in mine for m in r.met})
        print(
            f"{share_text(survey, category):>7}  {category.label}: "
            f"適合 {counts['passed']}、違反 {counts['failed']}、観測なし {counts['skipped']}"
            f"  ({' '.join(met)})"
        )


def _tally(rows: list[Row]) -> str:
    words = {"passed": "適合", "failed": "違反", "skipped": "観測なし", "waived": "猶予"}
    counts = {w: sum(1 for x in rows if x.result == r) for r, w in words.items()}
    return f"{len(rows)} 件中 " + "、".join(f"{w} {n}" for w, n in counts.items() if n)
