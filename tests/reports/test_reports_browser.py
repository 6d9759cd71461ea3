"""The page in a browser, as a customer sees it and prints it. One start of Chromium for all."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium_page import Chromium
from PIL import Image
from report_runs import EVIL, small_rows, small_run
from test_reports_page import journals

from onshi.catalogue.load import load_profile
from onshi.reports.html import write_html

MATRIX = """
[...document.querySelectorAll('table.matrix[data-profile=hodanren2025] tbody')].map(b => [
  b.dataset.category,
  [...b.querySelectorAll('tr[data-trouble]')].map(
    r => [r.dataset.trouble, r.cells[1].innerText.trim()])])
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "報告 1.html"
    rows = small_rows()
    write_html(path, small_run(), rows, before=rows[1:], journals=journals(rows))
    return path


@pytest.fixture(scope="module")
def browser(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    chromium = Chromium(tmp_path_factory.mktemp("chromium"))
    chromium.open(written)
    yield chromium
    chromium.close()


def test_the_matrix_is_there_and_nothing_is_loaded(browser: Chromium, written: Path) -> None:
    found = dict(browser.run(MATRIX))
    survey = load_profile("hodanren2025")
    assert list(found) == [
        c.key for c in sorted(survey.category, key=lambda c: -(c.share or 0)) if c.injectable
    ]
    told = {tuple(cell) for cells in found.values() for cell in cells}
    for cell in (
        ("card.chip_failure", "× 違反"),
        ("card.pulled_mid_session", "○ 適合"),
        ("eligibility.not_found", "△ 猶予"),
        ("name.blackdot", "－ 観測なし"),
        ("card.unreadable", "－ 未実行"),
        ("network.vpn_lost", "／ 対象外"),
    ):
        assert cell in told
    assert browser.requests == [written.as_uri()]
    assert browser.complaints() == []
    assert EVIL in browser.run("document.getElementById('t-card.chip_failure').textContent")


@pytest.mark.parametrize("selector", ["h1", ".lead", "article p", "figcaption", ".picture .lane"])
def test_japanese_is_drawn_with_letters_that_the_font_has(browser: Chromium, selector: str) -> None:
    """A letter that no font has would be drawn by another font, or as a box."""
    fonts = browser.fonts(selector)
    assert set(fonts) == {"Noto Sans CJK JP"}
    assert sum(fonts.values()) > 2


def test_the_screenshot_is_a_page_with_ink_on_it(browser: Chromium, tmp_path: Path) -> None:
    browser.run("window.scrollTo(0, 0)")
    png = browser.screenshot()
    (tmp_path / "page.png").write_bytes(png)
    image = Image.open(io.BytesIO(png))
    assert image.size == (1200, 900)
    dark = sum(image.convert("L").histogram()[:96])
    assert 0.005 < dark / (1200 * 900) < 0.3


@pytest.mark.soak
def test_on_a_narrow_screen_nothing_runs_out_of_it(browser: Chromium, written: Path) -> None:
    browser.open(written, width=700)
    wide = browser.run("document.documentElement.scrollWidth")
    browser.open(written)
    assert wide <= 700


def test_the_tables_can_be_narrowed(browser: Chromium) -> None:
    shown = """
    [...document.querySelectorAll('table.matrix tr[data-trouble]')]
      .filter(r => r.offsetParent !== null).map(r => r.dataset.trouble)
    """
    every = browser.run(shown)
    browser.run(
        """(() => { const form = document.querySelector('.filter');
        form.querySelector('select').value = 'failed';
        form.dispatchEvent(new Event('input')); })()"""
    )
    assert browser.run(shown) == ["card.chip_failure"]
    browser.run(
        """(() => { const form = document.querySelector('.filter');
        form.querySelector('select').value = '';
        form.querySelector('input').value = 'H46';
        form.dispatchEvent(new Event('input')); })()"""
    )
    assert browser.run(shown) == ["card.pulled_mid_session"]
    browser.run("document.querySelector('.filter').reset()")
    browser.run("document.querySelector('.filter').dispatchEvent(new Event('input'))")
    assert browser.run(shown) == every
    assert len(every) > 100


@pytest.mark.soak
def test_it_prints_on_paper_with_every_word(browser: Chromium, tmp_path: Path) -> None:
    rows = small_rows()
    survey = str(Path(__file__).with_name("small_survey.toml"))
    write_html(tmp_path / "s.html", small_run(profiles=[survey]), rows, journals=journals(rows))
    browser.open(tmp_path / "s.html")
    path = tmp_path / "page.pdf"
    path.write_bytes(browser.pdf())
    words = _told("pdftotext", path, "-").replace("\n", "").replace(" ", "")
    for wanted in (
        "違反の詳細",
        "患者p1が受付に来る",
        "試験レセコン",
        "再現するには",
        "数字の読み方と限界",
        "図が失われている",
    ):
        assert wanted in words, wanted
    assert "表を絞り込む" not in words
    assert "(A4)" in _told("pdfinfo", path)


def _told(program: str, *args: str | Path) -> str:
    done = subprocess.run([program, *args], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout
