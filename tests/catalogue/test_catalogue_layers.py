"""The layers of the catalogue: what each lists, how it is asked for, which profile runs it."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from scenario_table import SCENARIOS
from typer.testing import CliRunner

from onshi.catalogue.load import (
    find_trouble,
    load_profile,
    load_troubles,
    profiles,
    troubles_of,
)
from onshi.catalogue.weights import draw
from onshi.cli import app, main

ADDED = {
    "card": {"card.cert_expired_in_grace"},
    "backend availability": {"result_file.half_written", "result_file.late", "result_file.never"},
}
"""What no survey tells."""
each_layer = pytest.mark.parametrize("layer", sorted({s.layer for s in SCENARIOS.values()}))


def listed(*args: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["troubles", "--json", *args], catch_exceptions=False)
    assert result.exit_code == 0
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


@each_layer
def test_a_layer_lists_what_the_surveys_tell_of_it_and_what_was_added(layer: str) -> None:
    rows = listed("--layer", layer)
    told = {s.id for s in SCENARIOS.values() if s.layer == layer}
    assert {r["id"] for r in rows} == told | ADDED.get(layer, set())
    assert all(bool(r["why_not"]) != r["runs"] for r in rows)


@pytest.mark.parametrize("layer", ["patient-operation", "terminal PC"])
def test_a_layer_is_asked_for_as_people_write_it(layer: str) -> None:
    names = {layer.lower(), layer.upper(), layer.replace(" ", "_"), layer.replace("-", " ")}
    names |= {layer.replace(" ", "-"), layer.replace("-", "_")}
    assert [listed("--layer", name) == listed("--layer", layer) for name in names] == [True] * len(
        names
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("raeder", "reader"),
        ("cards", "card"),
        ("patient_operations", "patient_operation"),
        ("terminalpc", "terminal_pc"),
        ("terminal", "terminal_pc"),
        ("operation", "patient_operation"),
    ],
)
def test_a_layer_mistyped_is_suggested(typed: str, meant: str, capsys) -> None:
    with pytest.raises(SystemExit) as left:
        main(["troubles", "--layer", typed])
    assert left.value.code == 2
    assert f"did you mean {meant}" in capsys.readouterr().err


def test_whatever_runs_belongs_to_a_profile() -> None:
    in_profiles = {t.id for name in profiles() for t in troubles_of(load_profile(name))}
    running = {t.id for t in load_troubles().values() if not t.why_not}
    assert running - in_profiles == set()


def test_one_cause_is_one_scene_on_every_surface() -> None:
    """The chip and the face reader tell of the same card, so nobody has to keep two in step."""
    for id in ("card.chip_failure", "card.cert_expired", "card.cert_renewed_pending_2days"):
        assert [u.name.partition(".")[0] for u in find_trouble(id).fault] == ["scene"]


def test_another_surveys_categories_make_a_profile(tmp_path: Path) -> None:
    """The catalogue names the categories of a survey that is not shipped; a profile may be it."""
    path = tmp_path / "chiba2023.toml"
    head = {"name": "chiba2023", "title": "t", "publisher": "p", "period": "x", "fieldwork": "x"}
    counts = {"chiba_reader_pc": 56, "chiba_chip": 36}
    lines = [f'{key} = "{value}"' for key, value in head.items()]
    lines += ["date = 2023-05-24", "sent = 3843", "answered = 256", "n_troubled = 128"]
    lines += ['source = "own"']
    for key, count in counts.items():
        lines += ["[[category]]", f'key = "{key}"', f'label = "{key}"', f"count = {count}"]
        lines += [f"share = {100 * count / 128:.1f}", 'source = "own"']
    path.write_text("\n".join(lines), encoding="utf-8")
    profile = load_profile(path)
    found = troubles_of(profile)
    assert {"reader.face_auth_mask", "card.surface_soiled", "terminal.pc_failure"} <= {
        t.id for t in found
    }
    assert all(set(t.categories) & set(counts) for t in found)
    assert draw(profile, Random("7")) in found
