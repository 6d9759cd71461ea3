"""onshi schema: what each file has to look like, held against the files that there are."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import onshi
from onshi.cli import main
from onshi.cli.schema import SCHEMAS, schema_of
from onshi.data import data_root
from onshi.outcomes import conclude, row
from onshi.reports.run import Run, write_run

ROOT = data_root()
SHIPPED = {
    "profile": [p for p in ROOT.glob("profiles/*.toml") if p.stem not in ("rules", "timelines")],
    "troubles": list(ROOT.glob("profiles/troubles/*.toml")),
    "timelines": [ROOT / "profiles" / "timelines.toml"],
    "rules": [ROOT / "profiles" / "rules.toml"],
    "card": list(ROOT.glob("devices/cards/*.toml")),
    "reader": list(ROOT.glob("devices/readers/*.toml")),
    "settings": list(ROOT.glob("examples/init/*/onshi.toml")),
    "waivers": list(ROOT.glob("examples/**/onshi-waivers.toml")),
}


def validator(name: str) -> Any:
    made = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made, format_checker=jsonschema.FormatChecker())


def plain(path: Path) -> Any:
    """The tables of a file, as JSON has them."""
    return json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=str))


def said(*argv: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize("name", list(SHIPPED))
def test_what_is_shipped_is_as_described(name: str) -> None:
    check = validator(name)
    assert SHIPPED[name]
    for path in SHIPPED[name]:
        problems = [
            f"{path.name}: {e.json_path}: {e.message}" for e in check.iter_errors(plain(path))
        ]
        assert problems == []


@pytest.mark.parametrize("name", list(SHIPPED))
def test_a_key_that_does_not_exist_is_refused(name: str) -> None:
    table = {**plain(SHIPPED[name][0]), "titel": "x"}
    assert any("titel" in e.message for e in validator(name).iter_errors(table))


def test_a_run_its_rows_and_its_journal_are_as_described(tmp_path: Path) -> None:
    with onshi.Desk(seed=3, doors=("pcsc", "webapi")) as desk:
        visit = desk.visit("card.pin_already_locked")
        visit.present()
        desk.journal.write(tmp_path, "locked")
        kept = row(conclude_of(desk))
    write_run(tmp_path, Run(profiles=["hodanren2025"]), [kept])
    for name, file in (("run", "run.json"), ("results", "results.json")):
        validator(name).validate(json.loads((tmp_path / file).read_text("utf-8")))
    check = validator("journal")
    for file in ("locked.jsonl", "locked.order.jsonl"):
        lines = (tmp_path / file).read_text("utf-8").splitlines()
        assert len(lines) > 3
        for line in lines:
            check.validate(json.loads(line))
    assert not check.is_valid({"lane": "desk/0"})
    assert not check.is_valid({"lane": "Desk", "event": "x"})


def conclude_of(desk: onshi.Desk) -> Any:
    """An outcome with findings: a product that calls a locked PIN 無効."""
    from onshi.catalogue.load import find_trouble
    from onshi.course import Course

    about = find_trouble("card.pin_already_locked")
    course = Course(desk, about, {"pcsc", "webapi"})
    while course.visit is not None:
        course.handled(onshi.Handling(status="invalid", chart_after=course.visit.chart))
    return conclude(course, about)


def test_it_is_printed_listed_and_written(tmp_path: Path, capsys: Any) -> None:
    assert said("schema", "profile") == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(schema_of("profile")))
    assert said("schema") == 0
    listed = capsys.readouterr().out
    assert all(f"{name} " in listed and what in listed for name, what in SCHEMAS.items())
    assert said("schema", "--dir", str(tmp_path / "all")) == 0
    written = {p.name.removesuffix(".schema.json") for p in (tmp_path / "all").iterdir()}
    assert written == set(SCHEMAS)


def test_mistakes_are_one_sentence(tmp_path: Path, capsys: Any) -> None:
    assert said("schema", "profil") == 2
    assert "did you mean profile" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert said("schema", "--dir", str(tmp_path / "file" / "x")) == 2
    err = capsys.readouterr().err
    assert "cannot be written" in err
    assert len(err.splitlines()) == 1
