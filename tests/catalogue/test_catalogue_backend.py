"""Backend data, backend availability, network, integration: every trouble, and no other."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from onshi.catalogue.load import load_profile, load_troubles, troubles_of
from onshi.cli import app

INJECTABLE = {
    "backend data": """
        address.completely_different address.format_variation address.stale
        card.not_registered_as_hokensho card.only_mynumber_unverifiable_first_visit
        copay.child_with_limit_geneki3 copay.ratio_mismatch
        eligibility.age75_kouki_not_reflected eligibility.ask_insurer_message
        eligibility.drug_info_delay eligibility.dual_valid eligibility.employment_not_reflected
        eligibility.empty_result eligibility.family_insurance_returned
        eligibility.hokensho_lookup_lost_no_latest eligibility.inaccurate_data_generic
        eligibility.insurer_not_linked_saturday eligibility.insurer_procedure_error
        eligibility.invalid eligibility.invalid_but_actually_valid
        eligibility.invalid_every_visit eligibility.invalid_here_ok_elsewhere
        eligibility.jietai_07_unregistered eligibility.kouhi_not_available
        eligibility.kourei_jukyu_not_reflected eligibility.lost_over_1year_still_valid
        eligibility.mismatch_with_hokensho eligibility.missing_ninkei_taishoku_kodomo
        eligibility.moved_prefecture_not_registered eligibility.multiple_twins
        eligibility.newborn_not_reflected eligibility.no_expiry_date eligibility.no_start_date
        eligibility.not_found eligibility.old_still_valid_new_pending
        eligibility.other_person_linked eligibility.other_person_medical_info
        eligibility.previous_employer_not_updated eligibility.record_deleted_by_city
        eligibility.regressed_to_old_insurer eligibility.revoked_while_switch_applied
        eligibility.seiho_to_kouki_2months eligibility.status_ambiguous_patient
        eligibility.switching_in_progress eligibility.twins_one_missing_one_duplicate
        eligibility.under_verification eligibility.unpaid_or_error_indistinguishable
        kana.reading_differs kana.small_to_large limit.wrong name.blackdot
        name.blackdot_1_common_kanji name.blackdot_2_of_3 name.blackdot_2_of_4
        name.blackdot_3_of_4 name.blackdot_address name.blackdot_first_visit
        name.changed_marriage_not_reflected name.differs_from_card name.not_in_kanji
        """,
    "backend availability": """
        backend.auth_error_after_version_up backend.congested_cannot_connect
        backend.emergency_mode_after_call backend.errors_month_start
        backend.municipal_renewal_errors backend.server_error_morning_rush
        backend.slow_month_start backend.slow_response_late_result
        """,
    "network": """
        network.blackout_recovery_2h network.disaster_line_down network.error_flap_week
        network.error_needs_reboot network.facility_or_wide_area_failure
        network.lightning_hours network.periodic_disconnect network.router_flaky
        network.vpn_lost network.wifi_changed
        """,
    "integration": """
        integration.blackdot_on_documents integration.emr_freeze_1h integration.emr_link_slow
        integration.emr_linked_same_name integration.ratio_manual_entry
        op.card_read_but_not_checked_in
        """,
}
"""What the surveys tell and can be injected, whole or in part."""
ADDED = {
    "backend availability": {"result_file.half_written", "result_file.late", "result_file.never"}
}
"""What no survey tells, and users of the exchange folder do."""
NOT_INJECTABLE = {
    "integration": {
        "integration.emr_no_smartphone_support",
        "integration.paper_chart_transcription",
    }
}
OUTSIDE_THE_SURVEY = {
    "backend.congested_cannot_connect",
    "backend.emergency_mode_after_call",
    "eligibility.drug_info_delay",
    "eligibility.inaccurate_data_generic",
    "eligibility.kouhi_not_available",
    "eligibility.no_expiry_date",
    "eligibility.no_start_date",
    "eligibility.other_person_medical_info",
    "integration.emr_freeze_1h",
    "integration.emr_link_slow",
    "network.disaster_line_down",
    "network.router_flaky",
    "op.card_read_but_not_checked_in",
}
"""In none of the survey's categories that can be injected."""
NOT_EVERYWHERE = {
    "card.not_registered_as_hokensho": {"face"},
    "eligibility.drug_info_delay": {"folder"},
    "eligibility.hokensho_lookup_lost_no_latest": {"webapi", "folder"},
    "eligibility.other_person_medical_info": {"folder"},
}
"""Wrong only for who asks by card, or by numbers, or for 薬剤情報, which only the folder has."""


@pytest.mark.parametrize("layer", INJECTABLE)
def test_a_layer_lists_what_can_be_injected_and_nothing_else(layer: str) -> None:
    result = CliRunner().invoke(app, ["troubles", "--json", "--layer", layer])
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    expected = set(INJECTABLE[layer].split()) | ADDED.get(layer, set())
    assert {r["id"] for r in rows if r["runs"]} == expected
    assert {r["id"] for r in rows if not r["runs"]} == NOT_INJECTABLE.get(layer, set())
    assert all(r["why_not"] for r in rows if not r["runs"])


def test_what_the_back_end_says_wrong_is_met_at_every_door() -> None:
    troubles = load_troubles()
    for id in INJECTABLE["backend data"].split():
        expected = NOT_EVERYWHERE.get(id, {"webapi", "folder", "face"})
        assert set(troubles[id].surfaces) == expected, id


def test_what_is_outside_the_survey_is_run_by_its_id_only() -> None:
    in_survey = {t.id for t in troubles_of(load_profile("hodanren2025"))}
    told = {id for ids in INJECTABLE.values() for id in ids.split()}
    assert told - in_survey == OUTSIDE_THE_SURVEY
