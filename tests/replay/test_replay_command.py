"""``onshi replay`` as a vendor runs it: a day, its report, its mistakes, Ctrl-C in the middle."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PRODUCT = """
from pathlib import Path

import onshi

class Product(onshi.Integration):
    '''Says that everybody is valid, and charges whoever is not 10割.'''
    surfaces = {"webapi"}

    def check_in(self, visit):
        Path("begun").touch()
        status = "invalid" if visit.trouble.startswith("card") else "valid"
        return onshi.Handling(status=status, chart_after=visit.chart)

class Raises(Product):
    def check_in(self, visit):
        raise RuntimeError("no licence")
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "product.py").write_text(PRODUCT, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "mouhan"\nversion = "2.1"\n'
        '[tool.onshi]\nintegration = "product:Product"\n',
        encoding="utf-8",
    )
    return tmp_path


def onshi(shop: Path, *args: str, code: int | None = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "onshi.cli", "replay", *args],
        cwd=shop, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    text = done.stdout + done.stderr
    assert code is None or done.returncode == code, text
    assert "Traceback" not in text
    return text


def digest(text: str) -> str:
    found = re.search(r"journals ([0-9a-f]{16})", text)
    assert found, text
    return found[1]


DAY = ("--profile=hodanren2025", "--encounters=40", "--rate=0.3", "--seed=1")


@pytest.mark.soak
def test_a_day_is_the_same_in_one_process_and_in_two_and_is_reported(shop: Path) -> None:
    out = shop / "out"
    reports = [f"--report={out / name}" for name in ("day.html", "day.json", "day.csv")]
    one = onshi(shop, *DAY, "--jobs=1", *reports, f"--journal={out / 'kept'}", code=None)
    two = onshi(shop, *DAY, "--encounters=210", "--jobs=2", code=None)
    alone = onshi(shop, *DAY, "--encounters=210", "--jobs=1", code=None)
    assert digest(two) == digest(alone) != digest(one)
    assert "40 encounters" in one
    rows = json.loads((out / "kept" / "results.json").read_text("utf-8"))
    run = json.loads((out / "kept" / "run.json").read_text("utf-8"))
    assert run["encounters"] == 40
    assert (run["rate"], run["weight"], run["about"]["product"]) == (0.3, "a", "mouhan")
    plain = [r for r in rows if r["trouble"] == "untroubled"]
    assert sum(r["count"] for r in plain) >= 15
    assert sum(r["count"] for r in rows) <= 40
    for name in ("day.html", "day.json", "day.csv"):
        assert (out / name).stat().st_size > 1000


def test_one_encounter_of_a_day_is_played_alone(shop: Path) -> None:
    journals = shop / "kept"
    onshi(shop, *DAY, "--only=0", f"--journal={journals}", code=None)
    rows = json.loads((journals / "results.json").read_text("utf-8"))
    assert len(rows) == 1
    assert rows[0]["name"].startswith("0000-")


def test_an_adapter_is_found_where_pytest_finds_it(shop: Path) -> None:
    (shop / "src").mkdir()
    (shop / "product.py").rename(shop / "src" / "product.py")
    with (shop / "pyproject.toml").open("a", encoding="utf-8") as f:
        f.write('[tool.pytest.ini_options]\npythonpath = ["src"]\n')
    assert "1 encounters" in onshi(shop, *DAY, "--only=0", code=None)


def test_an_adapter_that_raises_fails_each_encounter_and_ends(shop: Path) -> None:
    text = onshi(shop, *DAY, "--rate=0", "--integration=product:Raises", code=1)
    assert "no licence" in text


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--profile=hodanren2052", *DAY[1:]), "did you mean hodanren2025"),
        ((*DAY[:2], "--seed=1"), "--rate"),
        ((*DAY[:2], "--rate=2"), "rate"),
        ((*DAY, "--weight=c"), "a or b"),
        ((*DAY, "--only=40"), "numbered from 0 to 39"),
        ((*DAY, "--report=day.pdf"), ".html"),
        ((*DAY, "--date=2025-02-30"), "--date"),
        ((*DAY, "--integration=product:Prodact"), "Product"),
        ((*DAY, "--integration=nowhere:X"), "nowhere"),
    ],
)
def test_mistakes_are_told_in_a_sentence(shop: Path, args: tuple[str, ...], says: str) -> None:
    assert says in onshi(shop, *args, code=2)


def test_the_help_says_where_the_rate_comes_from(shop: Path) -> None:
    text = re.sub(r"[\s│]+", " ", onshi(shop, "--help"))
    assert "No survey gives it" in text
    assert "0.10 is the word of one clinic" in text


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_reports_what_was_done(shop: Path, jobs: str) -> None:
    out = shop / "day.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "onshi.cli", "replay", "--profile=hodanren2025",
         "--encounters=100000", "--rate=0", f"--jobs={jobs}", f"--report={out}",
         f"--journal={shop / 'kept'}"],
        cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 30
        while not (shop / "begun").exists():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 130, text
    assert "Traceback" not in text
    assert "interrupted" in text
    assert json.loads((shop / "kept" / "run.json").read_text("utf-8"))["encounters"] < 100_000
    assert out.exists()
