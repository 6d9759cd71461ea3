"""Reader, card, patient-operation, terminal PC: the catalogue has every trouble, and no other."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from onshi.catalogue.load import (
    find_trouble,
    load_profile,
    load_troubles,
    troubles_of,
)
from onshi.catalogue.weights import draw
from onshi.cli import app, main

INJECTABLE = {
    "reader": """
        op.device_model_differs reader.auth_retry_6_then_ok reader.connection_lost
        reader.connection_lost_3days reader.connection_lost_restart_ineffective
        reader.device_failure_half_month reader.face_auth_blurry_card_photo
        reader.face_auth_child_growth reader.face_auth_failed
        reader.face_auth_false_accept_sibling reader.face_auth_mask
        reader.face_auth_old_photo_elderly reader.face_auth_unavailable_intermittent
        reader.freeze reader.hw_failure_1day reader.nearby_construction
        reader.one_of_n_down_long reader.part_failure_after_weather
        reader.slow_procedure_30_60s reader.smartphone_child_not_supported
        reader.smartphone_unsupported reader.trouble_every_2_3_days
        """,
    "card": """
        card.absent_during_renewal card.absent_no_proof card.cert_expired
        card.cert_expired_before_5y card.cert_expired_but_office_says_ok
        card.cert_expired_in_grace card.cert_renewed_pending_2days card.chip_failure
        card.inserted_wrong_orientation card.old_lost_card_presented card.pin_already_locked
        card.pin_forgotten card.pin_locked_third_try card.pin_wrong_second_try_stop
        card.pulled_mid_session card.surface_soiled card.unreadable
        """,
    "patient-operation": """
        op.cannot_operate_needs_staff op.child_alone op.consent_limit_not_given
        op.consent_prompts_many op.disability_one_hand op.forgot_after_months
        op.screen_unreadable op.timeout_repeated
        """,
    "terminal PC": """
        terminal.board_failure_after_blackout terminal.cold_start_each_use
        terminal.login_credentials_slow terminal.login_lost_1h terminal.os_corrupted
        terminal.pc_failure terminal.pc_failure_half_month terminal.pc_fails_3_times_a_year
        terminal.usb_port_failed
        """,
}
"""What the surveys tell and can be injected, whole or in part; one is not from a survey."""
NOT_INJECTABLE = {
    "patient-operation": {"op.foreign_language"},
    "terminal PC": {"terminal.extra_pc_needed"},
}
OUTSIDE_THE_SURVEY = {
    "card.absent_no_proof",
    "card.left_behind",
    "card.surface_soiled",
    "op.cannot_operate_needs_staff",
    "op.consent_prompts_many",
    "op.device_model_differs",
    "op.disability_one_hand",
    "op.forgot_after_months",
    "op.screen_unreadable",
    "reader.face_auth_blurry_card_photo",
    "reader.face_auth_mask",
    "reader.slow_procedure_30_60s",
    "reader.smartphone_child_not_supported",
    "reader.smartphone_unsupported",
    "reader.trouble_every_2_3_days",
    "terminal.cold_start_each_use",
    "terminal.login_credentials_slow",
}
"""In none of the survey's categories that can be injected: they are run by their ids."""
each_layer = pytest.mark.parametrize("layer", INJECTABLE)


def listed(*args: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["troubles", "--json", *args], catch_exceptions=False)
    assert result.exit_code == 0
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


@each_layer
def test_a_layer_lists_what_can_be_injected_and_nothing_else(layer: str) -> None:
    rows = listed("--layer", layer)
    assert {r["id"] for r in rows if r["runs"]} == set(INJECTABLE[layer].split())
    assert {r["id"] for r in rows if not r["runs"]} == NOT_INJECTABLE.get(layer, set())
    assert all(r["why_not"] for r in rows if not r["runs"])


@each_layer
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


def test_what_is_outside_the_survey_is_run_by_its_id_only() -> None:
    in_survey = {t.id for t in troubles_of(load_profile("hodanren2025"))}
    layers = (*INJECTABLE, "human-process")
    runnable = {t.id for t in load_troubles().values() if t.layer in layers and not t.why_not}
    assert runnable - in_survey == OUTSIDE_THE_SURVEY


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
