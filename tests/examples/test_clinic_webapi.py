"""The WebAPI client: time-outs, retries, and answers that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses
from clinic.config import Config
from clinic.errors import SystemTrouble
from clinic.messages import Result
from clinic.webapi import LOGIN_PATH, SEARCH_PATH, WebApi
from clinic_bench import DAY, FAST, QUERY, answer, record

LOGIN, SEARCH = "https://login.test", "https://search.test"
CONFIG = Config(login_url=LOGIN, search_url=SEARCH, limits=FAST)
TOKEN = {"status": "OK", "result": {"idToken": "token-1"}}


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def ask(**changes: Any) -> Result:
    return WebApi(Config(**{**vars(CONFIG), **changes}), next_number=lambda: 1).ask(QUERY, DAY)


def _good(net: responses.RequestsMock) -> None:
    net.post(SEARCH + SEARCH_PATH, json=answer(record()))


def test_login_then_search_with_the_bare_token(net: responses.RequestsMock) -> None:
    net.post(LOGIN + LOGIN_PATH, json=TOKEN)
    _good(net)
    assert ask().records[0].number == "4567"
    sent = net.calls[1].request
    assert sent.headers["Authorization"] == "token-1"
    header = json.loads(sent.body)["XmlMsg"]["MessageHeader"]
    assert header == {
        "QualificationConfirmationDate": "20251020",
        "MedicalInstitutionCode": "1312345670",
        "ArbitraryFileIdentifier": "202510200001",
    }
    assert [c.request.req_kwargs["timeout"] for c in net.calls] == [(1, 1), (1, 1)]


def test_only_login_shows_the_client_certificate(net: responses.RequestsMock) -> None:
    net.post(LOGIN + LOGIN_PATH, json=TOKEN)
    _good(net)
    ask(cert="cert.pem", key="key.pem")
    assert [c.request.req_kwargs["cert"] for c in net.calls] == [("cert.pem", "key.pem"), None]


def test_a_run_out_token_is_renewed(net: responses.RequestsMock) -> None:
    net.post(LOGIN + LOGIN_PATH, json=TOKEN)
    net.post(SEARCH + SEARCH_PATH, status=401)
    _good(net)
    assert ask().validity == "1"
    assert [c.request.url for c in net.calls].count(LOGIN + LOGIN_PATH) == 2


@pytest.mark.parametrize(
    "failure",
    [
        {"body": requests.ConnectionError("reset")},
        {"body": requests.exceptions.SSLError("alert")},
        {"body": requests.exceptions.ChunkedEncodingError("half")},
        {"status": 503, "body": "<html>busy</html>"},
        {"status": 200, "body": "<html>maintenance</html>"},
        {"status": 200, "body": '{"XmlMsg": {"MessageHead'},
        {"status": 200, "json": []},
    ],
)
def test_failures_that_come_at_once_are_tried_again(
    net: responses.RequestsMock, failure: dict[str, Any]
) -> None:
    net.post(LOGIN + LOGIN_PATH, json=TOKEN)
    net.post(SEARCH + SEARCH_PATH, **failure)
    _good(net)
    assert ask().validity == "1"


@pytest.mark.parametrize(
    ("failure", "category", "tries"),
    [
        ({"body": requests.ConnectionError("refused")}, "unreachable", FAST.tries),
        ({"status": 503}, "unreachable", FAST.tries),
        ({"status": 200, "body": ""}, "bad_answer", FAST.tries),
        ({"body": requests.ReadTimeout("slow")}, "timeout", 1),
        ({"body": requests.ConnectTimeout("slow")}, "timeout", 1),
        ({"status": 400}, "refused", 1),
    ],
)
def test_tries_end(
    net: responses.RequestsMock, failure: dict[str, Any], category: str, tries: int
) -> None:
    net.post(LOGIN + LOGIN_PATH, json=TOKEN)
    net.post(SEARCH + SEARCH_PATH, **failure)
    with pytest.raises(SystemTrouble) as trouble:
        ask()
    assert trouble.value.category == category
    assert [c.request.url for c in net.calls].count(SEARCH + SEARCH_PATH) == tries


@pytest.mark.parametrize("reply", [{}, [], {"result": None}, {"result": {"idToken": ""}}])
def test_a_login_without_a_token_is_a_refusal(net: responses.RequestsMock, reply: Any) -> None:
    net.post(LOGIN + LOGIN_PATH, json=reply)
    with pytest.raises(SystemTrouble) as trouble:
        ask()
    assert trouble.value.category == "refused"


def test_an_answer_to_another_inquiry_is_refused(net: responses.RequestsMock) -> None:
    net.post(LOGIN + LOGIN_PATH, json=TOKEN)
    net.post(SEARCH + SEARCH_PATH, json=answer(record(), identifier="202510200009"))
    with pytest.raises(SystemTrouble) as trouble:
        ask()
    assert trouble.value.category == "bad_answer"
