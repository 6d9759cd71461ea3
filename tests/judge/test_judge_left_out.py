"""An adapter that leaves a field out is never blamed for it, and never praised either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from case_table import Line, load

from onshi.catalogue.load import load_rules
from onshi.judge.case import Case, Verdict
from onshi.judge.story import Story
from onshi.visit import Chart, Handling

LINES = list(load())


def without(handling: Handling | None) -> Iterator[tuple[str, Handling]]:
    """The same report with one field of it, or of a chart in it, left out."""
    if handling is None:
        return
    for field in handling.__struct_fields__:
        value = getattr(handling, field)
        if value is None:
            continue
        yield field, msgspec.structs.replace(handling, **{field: None})
        if isinstance(value, Chart):
            for item in value.__struct_fields__:
                if getattr(value, item) is not None:
                    less = msgspec.structs.replace(value, **{item: None})
                    name = f"{field}.{item}"
                    yield name, msgspec.structs.replace(handling, **{field: less})


def variants(subject: Case | Story) -> Iterator[tuple[str, Case | Story]]:
    if isinstance(subject, Case):
        for name, less in without(subject.handling):
            yield name, replace(subject, handling=less)
        return
    for i, chapter in enumerate(subject.chapters):
        for name, less in without(chapter.case.handling):
            chapters = list(subject.chapters)
            chapters[i] = replace(chapter, case=replace(chapter.case, handling=less))
            yield f"{i}.{name}", replace(subject, chapters=chapters)


@pytest.mark.parametrize("rule", sorted({line.rule for line in LINES}))
def test_less_reported_is_neither_worse_nor_better(rule: str):
    for line in LINES:
        if line.rule != rule:
            continue
        was = broken(line)
        for name, less in variants(line.build()):
            found = Line(rule, line.kind, line.what, lambda less=less: less).findings()
            now = {f.expected for f in found if f.verdict is Verdict.BROKEN}
            assert now <= was, f"{line} without {name}"
            unseen = {f.expected for f in found if f.verdict is Verdict.NOT_OBSERVED}
            praised = {f.expected for f in found if f.verdict is Verdict.MET} - now - unseen
            assert not praised & was, f"{line} without {name}"


def broken(line: Line) -> set[str]:
    return {f.expected for f in line.findings() if f.verdict is Verdict.BROKEN}


@pytest.mark.parametrize("rule", sorted({line.rule for line in LINES}))
def test_what_changes_a_verdict_is_named_in_what_the_rule_observes(rule: str):
    named = load_rules()[rule].observes
    for line in LINES:
        if line.rule != rule:
            continue
        was = verdicts(line)
        for name, less in variants(line.build()):
            now = verdicts(Line(rule, line.kind, line.what, lambda less=less: less))
            field = next(part for part in name.split(".") if not part.isdecimal())
            assert now == was or f"handling.{field}" in named, f"{line} needs handling.{field}"


def verdicts(line: Line) -> set[tuple[str, Verdict]]:
    return {(f.expected, f.verdict) for f in line.findings()}
