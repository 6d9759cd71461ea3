"""What the back end says wrong is met at every door, or at those that ask for what is wrong."""

from __future__ import annotations

from scenario_table import SCENARIOS

from onshi.catalogue.load import load_troubles

NOT_EVERYWHERE = {
    "card.not_registered_as_hokensho": {"face"},
    "eligibility.drug_info_delay": {"folder"},
    "eligibility.hokensho_lookup_lost_no_latest": {"webapi", "folder"},
    "eligibility.other_person_medical_info": {"folder"},
}
"""Wrong only for who asks by card, or by numbers, or for 薬剤情報, which only the folder has."""


def test_what_the_back_end_says_wrong_is_met_at_every_door() -> None:
    troubles = load_troubles()
    data = [id for id, scenario in SCENARIOS.items() if scenario.layer == "backend data"]
    everywhere = {"webapi", "folder", "face"}
    assert {id: set(troubles[id].surfaces) for id in data} == {
        id: NOT_EVERYWHERE.get(id, everywhere) for id in data
    }
