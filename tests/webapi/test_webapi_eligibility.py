"""The door with the real eligibility service behind it, as a desk puts them together."""

from __future__ import annotations

import json
import re

import pytest
import requests

from onshi.eligibility.api import ApiService
from onshi.scene import Site
from onshi.seams import Answer


class Asked:
    """An eligibility system that knows nobody and takes three seconds to say so."""

    def __init__(self):
        self.inquiries = []

    def ask(self, inquiry):
        self.inquiries.append(inquiry)
        return Answer(validity="4", has_list=False, delay=3.0)


@pytest.fixture
def asked(bench):
    asked = Asked()
    bench.attach(http=ApiService(asked, bench.clock, Site(), 7))
    return asked


def login(bench):
    answer = requests.post(
        bench.login, json={"userId": "R0123"}, verify=bench.ca, cert=bench.client, timeout=10
    )
    assert answer.status_code == 200
    return answer.json()["result"]["idToken"]


def test_login_and_search(bench, asked, inquiry):
    token = login(bench)
    answer = requests.post(
        bench.search,
        data=inquiry.encode(),
        headers={"Authorization": token},
        verify=bench.ca,
        timeout=10,
    )
    assert answer.status_code == 200
    header = answer.json()["XmlMsg"]["MessageHeader"]
    assert header["ArbitraryFileIdentifier"] == "clinic_11906"
    (seen,) = asked.inquiries
    assert (seen.insurer_number, seen.symbol, seen.number) == ("06132013", "１２３", "4567")
    first, second = bench.events("request")
    assert first["note"] == {"keys": ["userId"]}
    assert (second["service"], second["status"]) == ("search", 200)
    assert second["note"]["validity"] == "4"
    assert bench.events("answer")[1] == {"event": "answer", "status": 200, "t": 3.0}
    canonical = bench.journal.canonical().decode()
    assert token not in canonical
    assert "R0123" not in canonical
    ports = [re.search(r":(\d+)", url)[1] for url in (bench.door.url, bench.door.search_url)]
    assert not any(port in canonical for port in ports)


def test_a_token_that_was_never_given(bench, asked, inquiry):
    answer = requests.post(
        bench.search,
        data=inquiry.encode(),
        headers={"Authorization": "Bearer x"},
        verify=bench.ca,
        timeout=10,
    )
    assert answer.status_code == 401
    assert asked.inquiries == []


def test_login_at_the_search_address_has_no_certificate(bench, asked):
    wrong = bench.login.replace(bench.door.url, bench.door.search_url)
    answer = requests.post(wrong, json={}, verify=bench.ca, cert=bench.client, timeout=10)
    assert answer.status_code == 401
    assert json.loads(answer.text)["status"] == "NG"
