"""Every trouble of reader, card, patient, terminal PC, backend data and billing, at both clinics.

``clinic_results.txt`` is what came of it: a line for each, so that a change of a trouble, a rule
or a clinic is seen where it takes effect. It is read by people before it is written anew.
"""

from __future__ import annotations

import pytest
from clinic.card import CardReader
from clinic.config import Limits
from clinic_results import CLINICS, INSTALLATIONS, TABLE, table, troubles_on

from onshi import Desk, Handling, Visit
from onshi.catalogue.load import find_trouble
from onshi.course import Course
from onshi.judge.rules import h31

LINES = TABLE.read_text("utf-8").splitlines()
WITHOUT_A_CLAIM = {
    "billing.fusho_returned",
    "billing.furikae_not_possible_returned",
    "billing.returned_insurer_difference",
    "billing.settle_later",
    "billing.ten_wari_saturday_refund",
    "copay.ratio_differs_visit_vs_claim",
    "eligibility.retroactive_insurer_change",
    "eligibility.valid_then_invalid_return",
}
"""What goes wrong with the claim only, and the naive clinic writes none."""
NAIVE_BUT_LUCKY = {
    "billing.kasan_depends_on_consent face": "no rule judges the fee",
    "billing.kasan_depends_on_consent pcsc": "as before",
    "card.cert_expired_in_grace face": "the reader lets the patient through",
    "card.left_behind pcsc": "it looks at the reader when the next card lies there",
    "eligibility.drug_info_delay folder": "it asks for no 薬剤情報",
    "eligibility.empty_result face": "it says 無効, and H10 is not about an answer that came",
    "eligibility.empty_result folder": "as before",
    "eligibility.empty_result webapi": "as before",
    "eligibility.no_expiry_date face": "no rule sees the dates of its chart",
    "eligibility.no_expiry_date folder": "as before",
    "eligibility.no_expiry_date webapi": "as before",
    "eligibility.no_start_date face": "no rule sees the dates of its chart",
    "eligibility.no_start_date folder": "as before",
    "eligibility.no_start_date webapi": "as before",
    "eligibility.old_still_valid_new_pending face": "chart and answer are the same, and there is "
    "no paper yet that says otherwise",
    "eligibility.old_still_valid_new_pending folder": "as before",
    "eligibility.old_still_valid_new_pending webapi": "as before",
    "eligibility.other_person_medical_info folder": "it asks for no 薬剤情報",
    "human.expired_hokensho_or_oshirase_only face": "it takes no document for a confirmation",
    "human.expired_hokensho_or_oshirase_only pcsc": "as before",
    "human.low_use_low_exposure face": "nothing is wrong but how seldom a card comes",
    "human.low_use_low_exposure folder": "as before",
    "human.low_use_low_exposure pcsc": "as before",
    "human.low_use_low_exposure webapi": "as before",
    "human.oshirase_lacks_honnin_kazoku face": "it copies what comes, and so nothing where nothing",
    "human.oshirase_lacks_honnin_kazoku folder": "as before",
    "human.oshirase_lacks_honnin_kazoku webapi": "as before",
    "human.positive_report face": "nothing is wrong",
    "human.positive_report folder": "as before",
    "human.positive_report pcsc": "as before",
    "human.positive_report webapi": "as before",
    "human.queue_congestion face": "it waits for ever, and this is not for ever",
    "human.queue_congestion folder": "as before",
    "human.queue_congestion pcsc": "as before",
    "human.queue_congestion webapi": "as before",
    "human.security_privacy_concern face": "rules of level context only show what is left",
    "human.security_privacy_concern folder": "as before",
    "op.device_model_differs pcsc": "it ties itself to no model",
    "op.forgot_after_months face": "it takes the file of the visit before for this one's",
    "reader.auth_retry_6_then_ok pcsc": "it fails at once, which is no break of H51",
    "reader.auth_retry_6_then_ok webapi": "as before",
    "reader.slow_procedure_30_60s pcsc": "it waits for ever, and this is not for ever",
    "reader.trouble_every_2_3_days face": "it takes the file of the visit before for this one's",
}
"""Where the naive clinic gets away with it, at level warn, too, and why."""


def lines_of(surface: str, clinic: str) -> list[str]:
    return [line for line in LINES if line.split()[1:3] == [surface, clinic]]


@pytest.mark.parametrize("clinic", CLINICS)
@pytest.mark.parametrize("surface", INSTALLATIONS)
def test_what_comes_of_each_trouble(surface: str, clinic: str) -> None:
    assert table(clinic, surface) == lines_of(surface, clinic)


@pytest.mark.parametrize("clinic", CLINICS)
@pytest.mark.parametrize("surface", INSTALLATIONS)
def test_the_table_has_every_trouble_of_a_surface(surface: str, clinic: str) -> None:
    ids = [line.split()[0] for line in lines_of(surface, clinic)]
    assert sorted(ids) == sorted(t.id for t in troubles_on(surface))


def test_the_reference_handles_every_one() -> None:
    lines = [line for line in LINES if line.split()[2] == "reference"]
    assert [line for line in lines if line.split()[3] != "passed"] == []
    assert [line for line in lines if "!" in line or "~" in line or "PROBLEM" in line] == []


def test_the_naive_breaks_all_but_a_few() -> None:
    lines = [line.split() for line in LINES if line.split()[2] == "naive"]
    lucky = [w for w in lines if w[3] != "failed" and not any(r.startswith("~") for r in w)]
    assert {w[0] for w in lucky} >= WITHOUT_A_CLAIM
    others = {f"{w[0]} {w[1]}" for w in lucky if w[0] not in WITHOUT_A_CLAIM}
    assert others == set(NAIVE_BUT_LUCKY)
    assert [w[0] for w in lines if "PROBLEM" in w] == []


def use_card(visit: Visit) -> None:
    session = CardReader(Limits(tries=1)).open()
    assert session.verify(visit.enter_pin() or "").right
    session.close()


@pytest.mark.parametrize(("hasty", "verdict"), [(True, "broken"), (False, "met")])
def test_a_card_left_behind_is_not_the_next_patients(hasty: bool, verdict: str) -> None:
    """A product that takes whatever card lies there sends the next patient's PIN to it."""
    with Desk(date="2025-10-20", keep_contexts=True) as desk:
        course = Course(desk, find_trouble("card.left_behind"), {"pcsc"})
        first = course.visit
        assert first is not None
        first.present()
        use_card(first)
        first.take_away()
        following = course.handled(Handling(status="valid"))
        assert following is not None
        assert desk.reader.has_card(), "the card of before lies there"
        if not hasty:
            following.present()
        use_card(following)
        course.handled(Handling(status="valid"))
        found = [f for f in course.findings() if f.expected == h31.CARD.expected]
    assert [f.verdict.value for f in found] == [verdict]
