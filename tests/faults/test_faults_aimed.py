"""A fault that is about somebody: a schedule names a patient, an insurer or a municipality."""

from __future__ import annotations

import msgspec
import pytest
import requests

import onshi
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH
from onshi.eligibility.json import to_json
from onshi.eligibility.mapping import request_document
from onshi.seams import Inquiry


def inquiry(coverage):
    q, p = coverage.qualification, coverage.patient
    return Inquiry(
        insurer_number=q.insurer_number,
        symbol=q.symbol,
        number=q.number,
        birthdate=f"{p.birthdate:%Y%m%d}",
    )


@pytest.fixture
def two():
    """A desk at which two people of different insurers can be asked about."""
    with onshi.Desk(doors=("responses",), seed=4, date="2025-10-20", time="virtual") as desk:
        mine = desk.coverage
        _, coverage = desk.scene.make_person(kind="kokuho")
        assert coverage.qualification.insurer_number != mine.qualification.insurer_number
        desk.scene.coverages.append(coverage)
        yield desk, mine, coverage


def names(coverage):
    return [
        f"patient:{coverage.patient.key}",
        f"insurer:{coverage.qualification.insurer_number}",
        f"municipality:{coverage.patient.municipality}",
        f"plan:{coverage.qualification.plan}",
    ]


@pytest.mark.parametrize("which", range(4))
def test_an_inquiry_fault_meets_only_whom_it_is_about(two, which):
    desk, mine, other = two
    if names(mine)[which] == names(other)[which]:
        pytest.fail("the two people do not differ in this")
    desk.inject("inquiry.validity", {"match": names(other)[which]}, code="4")
    ask = desk._recorder.ask
    assert ask(inquiry(mine)).validity == "1"
    assert ask(inquiry(other)).validity == "4"
    assert ask(Inquiry(by="1", by_card=other.patient.key)).validity == "4"
    assert ask(Inquiry(by="1", by_card=mine.patient.key)).validity == "1"


def test_a_wire_fault_meets_only_whom_it_is_about(two):
    desk, mine, other = two
    desk.inject("wire.status", {"match": f"insurer:{other.qualification.insurer_number}"})
    login = requests.post(PRODUCTION_LOGIN + LOGIN_PATH, json={}, cert="c.pem", timeout=5)
    token = login.json()["result"]["idToken"]

    def search(coverage):
        document = request_document(inquiry(coverage), institution="1312345670")
        return requests.post(
            PRODUCTION_SEARCH + SEARCH_PATH,
            data=to_json(document),
            headers={"Authorization": token},
            timeout=5,
        ).status_code

    assert [search(mine), search(other), search(mine)] == [200, 503, 200]
    bad = requests.post(
        PRODUCTION_SEARCH + SEARCH_PATH, data=b"{", headers={"Authorization": token}, timeout=5
    )
    assert bad.status_code == 400, "a body that is no message is about nobody"


def test_a_pattern_counts_only_what_it_is_about(two):
    desk, mine, other = two
    aimed = {"match": "insurer:" + other.qualification.insurer_number[:3] + "*", "nth": 2}
    run = desk.inject("inquiry.validity", aimed, code="4")
    ask = desk._recorder.ask
    seen = [ask(inquiry(c)).validity for c in (other, mine, mine, other, other)]
    assert seen == ["1", "1", "1", "4", "1"]
    assert run.runtime.count == 3
    assert msgspec.json.encode(run.runtime.schedule)
