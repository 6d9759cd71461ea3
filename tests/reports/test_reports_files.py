"""Markdown, CSV, JSON and JUnit of a small run that never changes, letter by letter."""

from __future__ import annotations

import csv
import io
import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import lxml.html
import msgspec
import pytest
from markdown_it import MarkdownIt
from report_runs import EVIL, FORMULA, finding, small_rows, small_run

from onshi.catalogue.load import load_troubles
from onshi.catalogue.records import RuleText, Trouble
from onshi.errors import OnshiError
from onshi.judge.case import Finding, Verdict
from onshi.outcomes import OUT_OF_TIME, Outcome, Row, row
from onshi.reports.baseline import change_lines, since
from onshi.reports.csv import COLUMNS
from onshi.reports.gather import gather
from onshi.reports.junit import junit
from onshi.reports.markdown import SHOWN, markdown
from onshi.reports.run import Run, merge, read_run, write_run
from onshi.reports.writers import KINDS, check_kind, write_report

HERE = Path(__file__).parent
RULES = {
    id: RuleText(id=id, level="fail", title=f"{id} の題", title_en="t", must="m")
    for id in ("H02", "H10", "H29", "H46", "H51")
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(HERE)
    for module in ("csv", "markdown"):
        monkeypatch.setattr(f"onshi.reports.{module}.load_rules", lambda: RULES)
    run = small_run(profiles=["./small_survey.toml"])
    known = {
        id: Trouble(id=id, title=f"{id} の題", layer="card", categories=(), source=("added",),
                    what="w", surfaces=("folder",))
        for id in run.troubles
    }  # fmt: skip
    monkeypatch.setattr("onshi.reports.matrix.load_troubles", lambda: known)
    return run


@pytest.mark.parametrize("suffix", [".md", ".csv", ".json", ".xml"])
def test_the_files_of_a_small_run_are_as_they_were(small: Run, tmp_path: Path, suffix: str) -> None:
    """ONSHI_WRITE_EXPECTED=1 writes them anew: then look at the difference."""
    before = [msgspec.structs.replace(r, broken=[], findings=[]) for r in small_rows()[:2]]
    path, expected = tmp_path / f"small{suffix}", HERE / "expected" / f"small{suffix}"
    write_report(path, small, small_rows(), before=before)
    if os.environ.get("ONSHI_WRITE_EXPECTED"):
        expected.write_bytes(path.read_bytes())
    assert path.read_bytes() == expected.read_bytes()


def test_a_spreadsheet_opens_the_table(small: Run, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_report(path, small, small_rows())
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert tuple(lines[0]) == COLUMNS
    assert lines[0]["実際"] == "'" + FORMULA
    assert lines[0]["理由"] == EVIL
    assert not [v for line in lines for v in line.values() if v.startswith(("=", "+", "-", "@"))]
    verdicts = [(r["トラブルID"], r["規則"], r["判定"]) for r in lines if r["規則"]]
    assert len(verdicts) == sum(len(r.findings) for r in small_rows())
    assert ("card.chip_failure", "H10", "違反") in verdicts
    rest = {r["トラブルID"]: r["結果"] for r in lines if not r["規則"]}
    assert rest == {"card.unreadable": "未実行", "network.vpn_lost": "対象外"}


def test_markdown_shows_a_products_text_and_nothing_more(small: Run) -> None:
    """Read as GitHub reads it: tables and strike-through beside CommonMark."""
    text = markdown(small, small_rows())
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    root = lxml.html.fromstring(f"<div>{page}</div>")
    tags = {e.tag for e in root.iter()}
    assert not tags & {"script", "a", "s", "del", "img"}
    (problem,) = [li for li in root.iter("li") if li.text_content().startswith("問題")]
    shown = problem.text_content().replace("\u200b", "")
    assert shown == f"問題: {EVIL}"
    assert "@\u200ball" in text
    assert "://" not in text
    rows = [[cell.text_content() for cell in tr] for tr in root.iter("tr")]
    assert rows[1] == ["カード | リーダー", "60.0 %", "1", "0", "1", "0", "未実行 1、対象外 1"]
    assert rows[2][:2] == ["資格", "不明"]


def test_markdown_of_a_product_that_breaks_everything_fits_into_a_comment() -> None:
    one = small_rows()[0]
    rows = [msgspec.structs.replace(one, trouble=f"card.number_{i:03}") for i in range(189)]
    text = markdown(small_run(), rows)
    assert len(text) < 65_536
    assert text.count("<details><summary><b>") == SHOWN
    assert f"ほか {189 - SHOWN} 件" in text
    assert "`card.number_188`" in text


def test_json_tells_the_same_rows_and_counts(small: Run, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    write_report(path, small, small_rows())
    told = json.loads(path.read_text("utf-8"))
    assert told["format"] == "onshi-report/1"
    assert told["run"]["about"]["product"] == "試験レセコン"
    assert msgspec.convert(told["rows"], list[Row]) == small_rows()
    cards, found, crowd = told["profiles"][0]["categories"]
    assert cards["counts"] == {"failed": 1, "not_run": 1, "out": 1, "passed": 1}
    assert (found["share"], found["status"]) == (None, "lost")
    assert (crowd["injectable"], crowd["troubles"]) == (False, [])
    assert told["comparison"] is None


def test_junit_has_the_head_of_the_report_and_the_categories(small: Run) -> None:
    suite = ET.fromstring(junit(small, small_rows())).find("testsuite")
    assert suite is not None
    facts = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert facts["onshi.product"] == "試験レセコン"
    assert facts["onshi.catalogue"] == "0123456789ab"
    assert facts["onshi.category.small.x_cards"] == (
        "カード | リーダー (施設の割合 60.0 %): 適合 1, 違反 1, 猶予 0, 観測なし 0, 対象外 1"
    )
    assert facts["onshi.category.small.x_found"].startswith("資格 (施設の割合 不明)")
    assert {e.tag for e in suite} == {"properties", "testcase"}


@pytest.mark.parametrize("name", ["r.pdf", "r", "r.html.gz", ".html"])
def test_a_suffix_that_says_nothing_is_answered_with_the_list(name: str) -> None:
    with pytest.raises(OnshiError) as e:
        check_kind(Path(name))
    assert all(suffix in str(e.value) for suffix in KINDS)


def test_a_suffix_in_capitals_counts() -> None:
    assert [check_kind(Path(f"R.{s}")) for s in ("HTML", "Htm", "markdown")] == [
        ".html", ".html", ".md"
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", [".md", ".csv", ".json", ".html", ".xml"])
def test_a_run_of_nothing_can_be_reported(tmp_path: Path, suffix: str) -> None:
    write_report(tmp_path / f"r{suffix}", Run(), [], before=[])
    assert (tmp_path / f"r{suffix}").stat().st_size > 0


@pytest.mark.parametrize("suffix", [".md", ".csv", ".json", ".html"])
def test_a_file_that_cannot_be_written_is_named(suffix: str) -> None:
    with pytest.raises(OnshiError, match=r"cannot be written to /proc/none"):
        write_report(Path(f"/proc/none/r{suffix}"), Run(), [])


# ------------------------------------------------------------------ gathered
def test_rows_of_encounters_are_counted_by_trouble_and_the_first_break_is_shown() -> None:
    one = small_rows()[0]
    again = msgspec.structs.replace
    rows = [
        again(one, name="0001-x", result="passed", broken=[], met=["H10"], findings=[]),
        again(one, name="0003-x", reproduce="third"),
        again(one, name="0007-x", count=5, also=["0009-x"]),
    ]
    (group,) = gather(iter(rows))
    assert group.counts == {"passed": 1, "failed": 6}
    assert group.row.reproduce == "third"
    assert group.named == ["0003-x", "0007-x", "0009-x"]
    assert (group.broken, group.met) == (["H10"], ["H10", "H51"])
    assert group.rules["H10"] == {"met": 1, "broken": 6}


def test_time_that_ran_out_is_no_verdict() -> None:
    (group,) = gather([Row(trouble="card.x", result="skipped", problem=OUT_OF_TIME)])
    assert group.out_of_time


# ---------------------------------------------------------------- comparison
def broken(rule: str, half: str, verdict: Verdict, **more: list[str]) -> Row:
    return Row(
        trouble="card.x",
        result="failed",
        findings=[finding(rule, verdict, expected=half)],
        **more,  # type: ignore[arg-type]
    )


def test_what_is_not_seen_any_more_is_not_fixed() -> None:
    """A half of the rule is met as before; of the one that was broken nothing is told now."""
    before = broken("H51", "次の患者", Verdict.BROKEN, broken=["H51"], met=["H51"])
    unseen = broken("H51", "次の患者", Verdict.NOT_OBSERVED, met=["H51"])
    met = broken("H51", "次の患者", Verdict.MET, met=["H51"])
    change = since([before], [unseen])
    assert (change.fixed, change.unseen) == ({}, {"card.x": ["H51"]})
    change = since([before], [met])
    assert (change.fixed, change.unseen) == ({"card.x": ["H51"]}, {})


def test_a_warning_that_is_left_does_not_keep_a_rule_broken() -> None:
    warning = finding("H02", Verdict.BROKEN, "warn", expected="10割にしない")
    before = broken("H02", "区別して示す", Verdict.BROKEN, broken=["H02"], warned=["H02"])
    now = broken("H02", "区別して示す", Verdict.MET, met=["H02"], warned=["H02"])
    for one in (before, now):
        one.findings.append(warning)
    assert since([before], [now]).fixed == {"card.x": ["H02"]}


def test_new_fixed_still_and_unseen_are_told_apart() -> None:
    def one(trouble: str, **more: list[str]) -> Row:
        return Row(trouble=trouble, result="failed", **more)  # type: ignore[arg-type]

    before = [one("a", broken=["H1", "H2", "H3"], met=["H4"]), one("gone", broken=["H9"])]
    now = [one("a", broken=["H2", "H5"], met=["H1"]), one("fresh", broken=["H1"])]
    change = since(before, now)
    assert change.new == {"a": ["H5"], "fresh": ["H1"]}
    assert change.fixed == {"a": ["H1"]}
    assert change.still == {"a": ["H2"]}
    assert change.unseen == {"a": ["H3", "H4"], "gone": ["H9"]}
    lines = [line.text for line in change_lines(change)]
    assert lines == [
        "新しい違反  a: H5",
        "新しい違反  fresh: H1",
        "直った違反  a: H1",
        "残っている違反  1 件",
        "観測されなくなった  a (H3, H4), gone (H9)",
    ]
    assert since(before, gather(now)) == change
    assert since(before, now, ["a"]).unseen == {"a": ["H3", "H4"]}
    assert since(before, now, ["a", "gone"]) == change


def test_half_a_surrogate_pair_can_be_written(tmp_path: Path) -> None:
    """Products that read bytes as text show such letters; no file can hold them."""
    outcome = Outcome(
        load_troubles()["card.chip_failure"],
        "failed",
        [Finding("H10", Verdict.BROKEN, seen="画面 \ud800")],
        "raised \udcff",
    )
    made = row(outcome)
    assert (made.problem, made.findings[0].seen) == ("raised \\udcff", "画面 \\ud800")
    for suffix in KINDS:
        write_report(tmp_path / f"r{suffix}", Run(), [made])


def test_results_that_somebody_has_changed_are_refused(tmp_path: Path) -> None:
    write_run(tmp_path, small_run(), [Row(trouble="card.x", result="perfect")])
    with pytest.raises(OnshiError, match=r"card\.x has the outcome 'perfect'"):
        read_run(tmp_path)


def test_runs_of_two_versions_are_not_put_into_one_table() -> None:
    one, two = small_run(), small_run()
    two.about = msgspec.structs.replace(two.about, version="4.3")
    with pytest.raises(OnshiError, match=r"differ in version \(4\.2, 4\.3\)"):
        merge([(one, []), (two, [])])
    two.about = type(two.about)()
    assert merge([(one, []), (two, [])])[0].about == one.about
