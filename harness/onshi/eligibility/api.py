"""The WebAPI without sockets: login and search as request in, reply out.

Paths, hosts and the shape of the login reply as in a public client that is in use; the login
body's fields are not public, so any JSON object is taken (facts: oqs page, section 1.3).
"""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import msgspec

from onshi.clock import Clock
from onshi.eligibility import json as codec
from onshi.eligibility.codes import CharacterCode
from onshi.eligibility.mapping import Heading, answer_document, inquiry_of
from onshi.eligibility.service import parse_day
from onshi.eligibility.xml import MAX_BYTES, NotAMessageError
from onshi.scene import Site
from onshi.schedule import stream
from onshi.seams import HttpReply, HttpRequest, Inquiries, Inquiry

__all__ = [
    "LOGIN_PATH",
    "PRODUCTION_HOSTS",
    "PRODUCTION_LOGIN",
    "PRODUCTION_SEARCH",
    "SEARCH_PATH",
    "ApiReply",
    "ApiService",
    "inquiry_note",
]

LOGIN_PATH = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH_PATH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"
PRODUCTION_LOGIN = "https://hweb-api.oqs.onshikaku.org"
PRODUCTION_SEARCH = "https://hweb-mnc.oqs.onshikaku.org"
PRODUCTION_HOSTS = {
    PRODUCTION_LOGIN.removeprefix("https://"): "auth",
    PRODUCTION_SEARCH.removeprefix("https://"): "search",
}
"""The service behind each production host name, port 443."""

_SERVICES = {LOGIN_PATH: "auth", SEARCH_PATH: "search"}


class ApiReply(HttpReply, kw_only=True, frozen=True):
    """A reply with what a door may put into the journal about it: no tokens, no credentials."""

    note: dict[str, Any] = msgspec.field(default_factory=dict)


class ApiService:
    """The system's HTTP side: shared by the WebAPI door and the responses door.

    Tokens come from the seed: the nth login of a desk always gets the same ones.
    """

    def __init__(self, inquiries: Inquiries, clock: Clock, site: Site, seed: int) -> None:
        self._inquiries, self._clock, self._site = inquiries, clock, site
        self._tokens = stream(seed, "api/tokens")
        self._issued: dict[str, tuple[date, float]] = {}
        self._lock = threading.Lock()

    def service_of(self, host: str, path: str) -> str:
        """``auth``, ``search`` or ``""``."""
        return _SERVICES.get(path.partition("?")[0], "")

    def inquiry_in(self, request: HttpRequest) -> Inquiry | None:
        """What a search asks; None for another request, or one that is no message."""
        if self.service_of(request.host, request.path) != "search":
            return None
        try:
            return inquiry_of(codec.parse_request(request.body))
        except NotAMessageError:
            return None

    def handle(self, request: HttpRequest) -> ApiReply:
        """The reply to one request.

        404 unknown path · 405 not POST · 413 too large · login: 401 without a client
        certificate · search: 401 without an idToken of this desk, or with one too old · 400 not
        the JSON expected. Passes on what a fault on the inquiry raises (HangUpError).
        """
        service = self.service_of(request.host, request.path)
        if not service:
            return _refuse(404, "unknown path")
        if request.method.upper() != "POST":
            return _refuse(405, "use POST")
        if len(request.body) > MAX_BYTES:
            return _refuse(413, f"larger than {MAX_BYTES} bytes")
        return self._login(request) if service == "auth" else self._search(request)

    def _login(self, request: HttpRequest) -> ApiReply:
        if request.peer is None:
            return _refuse(401, "a client certificate is required")
        try:
            body = msgspec.json.decode(request.body)
        except (msgspec.DecodeError, RecursionError) as e:
            return _refuse(400, f"the body is not JSON: {e}")
        if not isinstance(body, dict):
            return _refuse(400, "the body is not a JSON object")
        names = ("accessToken", "refreshToken", "idToken")
        with self._lock:
            result = {name: f"{self._tokens.getrandbits(256):064x}" for name in names}
            self._issued[result["idToken"]] = self._clock.today, self._clock.elapsed
        result["linkSysCharCd"] = CharacterCode.UTF8
        keys = sorted(body)[:50]
        reply = {"status": "OK", "msg": "", "result": result}
        return ApiReply(status=200, body=msgspec.json.encode(reply), note={"keys": keys})

    def _expired(self, day: date, at: float) -> bool:
        """Whether a token issued then is too old, by simulated time and the business date."""
        life = self._site.token_seconds
        days = abs((self._clock.today - day).days)
        return life is not None and days * 86400.0 + self._clock.elapsed - at > life

    def _search(self, request: HttpRequest) -> ApiReply:
        issued = self._issued.get(request.headers.get("authorization", ""))
        if issued is None:
            return _refuse(401, "Authorization has to be the idToken of a login, without Bearer")
        if self._expired(*issued):
            return _refuse(401, "the idToken has expired: log in again")
        try:
            document = codec.parse_request(request.body)
        except NotAMessageError as e:
            return _refuse(400, f"the body is not a message: {e}")
        inquiry = inquiry_of(document)
        answer = self._inquiries.ask(inquiry)
        header = document.xml_msg.message_header
        heading = Heading(
            institution=header.medical_institution_code or self._site.institution_code,
            on=parse_day(inquiry.date) or self._clock.today,
            now=self._clock.now(),
            identifier=header.arbitrary_file_identifier,
            echo=inquiry,
            codes=self._site.codes,
        )
        return ApiReply(
            status=200,
            body=codec.to_json(answer_document(answer, heading)),
            delay=answer.delay,
            note={
                "inquiry": inquiry_note(inquiry),
                "segment": answer.segment,
                "status": answer.status,
                "validity": answer.validity,
                "records": len(answer.records),
            },
        )


def inquiry_note(inquiry: Inquiry) -> dict[str, Any]:
    """An inquiry as the journal has it: what is set, without the client's own identifiers."""
    told = {
        name: getattr(inquiry, name)
        for name in ("by", "by_card", "insurer_number", "symbol", "number", "branch", "birthdate")
    }
    return {name: value for name, value in told.items() if value} | {
        "limit_consent": inquiry.limit_consent
    }


def _refuse(status: int, why: str) -> ApiReply:
    body = {"status": "NG", "msg": why, "result": None}
    return ApiReply(status=status, body=msgspec.json.encode(body), note={"refused": status})
