"""The JUnit file: one case per trouble of a run, filed and worded as pytest's own --junitxml."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from onshi.outcomes import Row
from onshi.reports.files import write_file
from onshi.reports.gather import RESULT_WORDS
from onshi.reports.run import Run, worst
from onshi.reports.summary import category_rows, share_text
from onshi.reports.text import failure_text, missing_text, waived_text

__all__ = ["junit", "write_junit"]

_COUNTED = {**RESULT_WORDS, "out": "対象外"}

_ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold; pytest leaves out DEL as well, and writes such characters as ``#x07``."""


def write_junit(path: Path, run: Run, rows: list[Row]) -> None:
    """Write the file. Raises :class:`OnshiError` when it cannot be written."""
    write_file(path, junit(run, rows), "the JUnit file")


def junit(run: Run, rows: list[Row]) -> str:
    """The file as text: every trouble that was to be run is in it exactly once.

    Failed as it was shown; waived, 観測なし, 対象外 and what was not run are skipped, each with its
    reason. A day of encounters has a case for each encounter instead.
    """
    cases = list(_cases(run, rows))
    suite = ET.Element(
        "testsuite",
        name="onshi",
        errors="0",
        failures=str(sum(1 for c in cases if c.find("failure") is not None)),
        skipped=str(sum(1 for c in cases if c.find("skipped") is not None)),
        tests=str(len(cases)),
    )
    facts = ET.SubElement(suite, "properties")
    for name, value in _properties(run, rows):
        ET.SubElement(facts, "property", name=f"onshi.{name}", value=_legal(value))
    suite.extend(cases)
    top = ET.Element("testsuites", name="onshi tests")
    top.append(suite)
    return '<?xml version="1.0" encoding="utf-8"?>' + ET.tostring(top, encoding="unicode") + "\n"


def _properties(run: Run, rows: list[Row]) -> Iterator[tuple[str, str]]:
    """The head of the report, and what came of each category of a survey."""
    about = run.about
    yield from (
        ("profile", run.suite),
        ("seed", str(run.seed)),
        ("date", run.date),
        ("surfaces", " ".join(run.surfaces)),
        ("product", about.product),
        ("version", about.version),
        ("tester", about.tester),
        ("made_on", about.on),
        ("plugin", about.plugin),
        ("catalogue", about.catalogue),
        ("changes", run.changes),
    )
    for profile in run.surveys:
        for category, counts in category_rows(profile, rows, run.out_of_scope):
            share = f"{category.label} (施設の割合 {share_text(profile, category)}): "
            told = ", ".join(f"{word} {counts[key]}" for key, word in _COUNTED.items())
            yield f"category.{profile.name}.{category.key}", share + told


def _cases(run: Run, rows: list[Row]) -> Iterator[ET.Element]:
    of = f"onshi.{run.suite}"
    for row in (r for r in rows if r.name):
        yield _ended(_case(of, f"test_encounter[{row.name}]"), row)
    plain = worst([r for r in rows if not r.name])
    planned = [] if run.encounters else run.troubles
    for trouble in dict.fromkeys([*planned, *plain]):
        case = _case(of, f"test_trouble[{trouble}]")
        if trouble in plain:
            yield _ended(case, plain[trouble])
        elif trouble in run.scope:
            own = ", ".join(run.surfaces)
            yield _skipped(case, "pytest.skip", f"対象外: この製品 ({own}) では起こり得ません")
        else:
            yield _skipped(case, "pytest.skip", "実行されていない")


def _case(classname: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=_legal(classname), name=_legal(name))


def _ended(case: ET.Element, row: Row) -> ET.Element:
    """What a trouble came to, put into its case."""
    if row.result == "failed":
        text = _legal(failure_text(row))
        ET.SubElement(case, "failure", message=f"Failed: {text}").text = text
    elif row.result == "waived":
        _skipped(case, "pytest.xfail", waived_text(row))
    elif row.result == "skipped":
        _skipped(case, "pytest.skip", missing_text(row))
    return case


def _skipped(case: ET.Element, kind: str, why: str) -> ET.Element:
    ET.SubElement(case, "skipped", type=kind, message=_legal(why))
    return case


def _legal(text: str) -> str:
    """The text without what XML cannot hold."""
    return _ILLEGAL.sub(lambda m: f"#x{ord(m[0]):0{2 if ord(m[0]) < 256 else 4}X}", text)
