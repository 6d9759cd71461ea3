from __future__ import annotations

import json
from typing import Any

import pytest
from scenery import TODAY, Stage, by_numbers

from onshi.eligibility.api import LOGIN_PATH, SEARCH_PATH, ApiReply, ApiService
from onshi.eligibility.json import to_json
from onshi.eligibility.mapping import request_document
from onshi.scene import Site
from onshi.seams import HttpRequest


class Client:
    def __init__(self, seed: int = 1) -> None:
        self.stage = Stage()
        self.api = ApiService(self.stage.inquiries, self.stage.clock, Site(), seed)

    def call(self, path: str, body: bytes = b"{}", **how: Any) -> ApiReply:
        headers = how.pop("headers", {})
        return self.api.handle(
            HttpRequest(
                method=how.pop("method", "POST"),
                host="localhost",
                path=path,
                headers=headers,
                body=body,
                peer=how.pop("peer", None),
            )
        )

    def login(self) -> dict[str, Any]:
        reply = self.call(LOGIN_PATH, b'{"userId":"u","password":"s3cret"}', peer="clinic")
        assert reply.status == 200
        return dict(json.loads(reply.body))

    def query(self) -> bytes:
        asked = by_numbers(self.stage.scene.truth)
        return to_json(request_document(asked, institution="1312345670", identifier="afi-1"))


@pytest.fixture
def client() -> Client:
    return Client()


def test_login_answers_tokens_from_the_seed(client: Client) -> None:
    found = client.login()
    assert set(found) == {"status", "msg", "result"}
    assert set(found["result"]) == {"accessToken", "refreshToken", "idToken", "linkSysCharCd"}
    assert Client().login() == found
    assert Client(seed=2).login() != found
    assert client.login() != found


def test_login_tells_key_names_and_no_values(client: Client) -> None:
    reply = client.call(LOGIN_PATH, b'{"userId":"u","password":"s3cret"}', peer="clinic")
    assert reply.note == {"keys": ["password", "userId"]}


def test_login_wants_a_certificate_and_an_object(client: Client) -> None:
    assert client.call(LOGIN_PATH).status == 401
    for body in (b"", b"{", b"[]", b'"x"', b"[" * 100_000):
        assert client.call(LOGIN_PATH, body, peer="clinic").status == 400


def test_search_answers_the_message(client: Client) -> None:
    token = client.login()["result"]["idToken"]
    reply = client.call(SEARCH_PATH, client.query(), headers={"authorization": token})
    assert reply.status == 200
    message = json.loads(reply.body)["XmlMsg"]
    assert message["MessageHeader"]["ArbitraryFileIdentifier"] == "afi-1"
    assert message["MessageHeader"]["MedicalInstitutionCode"] == "1312345670"
    assert message["MessageHeader"]["QualificationConfirmationDate"] == f"{TODAY:%Y%m%d}"
    assert message["MessageHeader"]["ReferenceClassification"] == "2"
    body = message["MessageBody"]
    assert body["QualificationValidity"] == "1"
    number = client.stage.scene.truth.qualification.number
    assert body["QualificationConfirmSearchInfo"]["InsuredIdentificationNumber"] == number
    assert len(body["ResultList"]) == 1
    assert reply.note["validity"] == "1"
    assert token not in json.dumps(reply.note)


def test_search_wants_the_id_token_as_it_is(client: Client) -> None:
    result = client.login()["result"]
    for value in ("", f"Bearer {result['idToken']}", result["accessToken"], "x"):
        reply = client.call(SEARCH_PATH, client.query(), headers={"authorization": value})
        assert reply.status == 401
        assert json.loads(reply.body)["msg"]
    assert (
        Client()
        .call(SEARCH_PATH, client.query(), headers={"authorization": result["idToken"]})
        .status
        == 401
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{}", b'{"XmlMsg":{}}', b'{"XmlMsg":{"MessageHeader":1}}', "髙".encode("cp932")],
)
def test_what_is_no_message_is_400_with_a_reason(client: Client, body: bytes) -> None:
    token = client.login()["result"]["idToken"]
    reply = client.call(SEARCH_PATH, body, headers={"authorization": token})
    assert reply.status == 400
    assert reply.content_type.startswith("application/json")
    assert "not a message" in json.loads(reply.body)["msg"]


def test_other_paths_and_methods(client: Client) -> None:
    assert client.call("/nowhere").status == 404
    assert client.call(SEARCH_PATH + "/x").status == 404
    assert client.call(SEARCH_PATH, method="GET").status == 405
    assert client.call(LOGIN_PATH, b" " * (2 << 20), peer="c").status == 413
    assert client.api.service_of("h", LOGIN_PATH) == "auth"
    assert client.api.service_of("h", SEARCH_PATH + "?a=b") == "search"
    assert client.api.service_of("h", "/") == ""


def test_a_slow_answer_is_a_delayed_reply(client: Client) -> None:
    client.stage.inject("inquiry.slow", seconds=45)
    token = client.login()["result"]["idToken"]
    reply = client.call(SEARCH_PATH, client.query(), headers={"authorization": token})
    assert reply.delay == 45
