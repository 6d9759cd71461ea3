"""A desk with the WebAPI door, as a process: for as long as its input is open.

The line out says, as JSON, where a search is asked, with what, and what comes back: a real answer
of 2 kB, of somebody with 限度額適用認定証 and 高齢受給者証.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
from datetime import date
from urllib.parse import urlsplit

import msgspec

import onshi
from onshi.eligibility.api import LOGIN_PATH, SEARCH_PATH
from onshi.eligibility.json import to_json
from onshi.eligibility.mapping import request_document
from onshi.endpoints import Endpoints
from onshi.people.records import Limit
from onshi.seams import Inquiry

SIZE = 2000


def rich(desk: onshi.Desk) -> None:
    """What makes the answer of a person with everything: no more is known of an ordinary one."""
    q = msgspec.structs.replace(
        desk.coverage.qualification,
        limit=Limit(card="1", bracket="B03", start=date(2025, 8, 1), end=date(2026, 7, 31)),
        elderly_ratio=20,
        address_override="東京都" + "八王子市みなみ野" * 9 + "１－２－３",
    )
    desk.scene.truth = msgspec.structs.replace(desk.coverage, qualification=q)
    desk.scene.coverages = [desk.scene.truth]


def question(desk: onshi.Desk) -> bytes:
    """The body of a search by the patient's numbers."""
    q = desk.coverage.qualification
    asked = Inquiry(
        insurer_number=q.insurer_number,
        symbol=q.symbol,
        number=q.number,
        branch=q.branch,
        birthdate=f"{desk.patient.birthdate:%Y%m%d}",
        limit_consent=True,
    )
    return to_json(request_document(asked, institution="1312345670", identifier="bench"))


def search(desk: onshi.Desk) -> dict[str, str]:
    """One login and one search, as a client does them."""
    env = desk.env()
    tls = ssl.create_default_context(cafile=env["ONSHI_WEBAPI_CA"])
    tls.load_cert_chain(env["ONSHI_WEBAPI_CERT"], env["ONSHI_WEBAPI_KEY"])

    def post(url: str, path: str, body: bytes, token: str = "") -> bytes:
        port = urlsplit(url).port
        line = http.client.HTTPSConnection("localhost", port, context=tls, timeout=10)
        line.request("POST", path, body, {"Authorization": token} if token else {})
        reply = line.getresponse()
        text = reply.read()
        assert reply.status == 200, text
        return text

    token = json.loads(post(desk.webapi.url, LOGIN_PATH, b"{}"))["result"]["idToken"]
    url, body = desk.webapi.search_url, question(desk)
    answer = post(url, SEARCH_PATH, body, token)
    return {
        "url": url + SEARCH_PATH,
        "token": token,
        "body": body.decode(),
        "answer": answer.decode(),
    }


def main() -> None:
    desk = onshi.Desk(date="2025-10-20", doors=("webapi",), endpoints=Endpoints())
    rich(desk)
    told = search(desk)
    size = len(told["answer"].encode())
    assert size >= SIZE, f"{size} bytes is no answer of 2 kB"
    print(json.dumps(told), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
