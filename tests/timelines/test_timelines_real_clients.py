"""The same timelines over real sockets and files: curl, and a program at the exchange folder."""

from __future__ import annotations

import json
import re
import subprocess
import time
from itertools import count
from pathlib import Path

import pytest
from timeline_clients import Seen, Walked, walk

import onshi
from onshi.catalogue.timelines import find_timeline
from onshi.eligibility.api import LOGIN_PATH, SEARCH_PATH
from onshi.visit import Visit

PATIENCE = "0.6"
"""Seconds that curl waits, connection and answer together."""
DEADLINE = 10.0
_numbers = count(1)


def curl(desk: onshi.Desk, visit: Visit) -> Seen:
    env = desk.env()
    header = {
        "QualificationConfirmationDate": visit.date.strftime("%Y%m%d"),
        "MedicalInstitutionCode": desk.site.institution_code,
    }
    body = {"QualificationConfirmSearchInfo": dict(visit.inquiry)}
    message = json.dumps({"XmlMsg": {"MessageHeader": header, "MessageBody": body}})
    cert = ["--cert", env["ONSHI_WEBAPI_CERT"], "--key", env["ONSHI_WEBAPI_KEY"]]
    token = _post(env, env["ONSHI_WEBAPI_URL"] + LOGIN_PATH, "{}", *cert)
    found = re.search(r'"idToken"\s*:\s*"([^"]+)"', token or "")
    if found is None:
        return Seen("silent")
    url = env["ONSHI_WEBAPI_SEARCH_URL"] + SEARCH_PATH
    answer = _post(env, url, message, "-H", f"Authorization: {found[1]}")
    code = re.search(r'"QualificationValidity"\s*:\s*"(\d)"', answer or "")
    return Seen(code[1] if code else "silent")


def _post(env: dict[str, str], url: str, data: str, *more: str) -> str | None:
    command = ["curl", "-sS", "-f", "--max-time", PATIENCE, "--cacert", env["ONSHI_WEBAPI_CA"]]
    command += ["-H", "Content-Type: application/json;charset=UTF-8", "-d", data, *more, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
    return done.stdout if done.returncode == 0 else None


def by_folder(desk: onshi.Desk, visit: Visit) -> Seen:
    """A request file into req, and the result of the same name out of res."""
    number = f"{visit.date:%Y%m%d}{next(_numbers):04d}"
    asked = "".join(f"<{k}>{v}</{k}>" for k, v in visit.inquiry.items())
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?><XmlMsg><MessageHeader>'
        f"<QualificationConfirmationDate>{visit.date:%Y%m%d}</QualificationConfirmationDate>"
        f"<MedicalInstitutionCode>{desk.site.institution_code}</MedicalInstitutionCode>"
        f"<ArbitraryFileIdentifier>{number}</ArbitraryFileIdentifier></MessageHeader>"
        f"<MessageBody><QualificationConfirmSearchInfo>{asked}</QualificationConfirmSearchInfo>"
        "</MessageBody></XmlMsg>"
    )
    fresh = desk.folder / "req" / "fresh.tmp"
    fresh.write_text(text, encoding="utf-8")
    fresh.rename(fresh.with_name(f"OQSsiquc01req_{number}.xml"))
    answer = _when_there(desk.folder / "res" / f"OQSsiquc01res_{number}.xml")
    code = re.search(r"<QualificationValidity>(\d)<", answer)
    return Seen(code[1] if code else "silent")


def _when_there(path: Path) -> str:
    end = time.monotonic() + DEADLINE
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} did not come"
        time.sleep(0.002)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("id", ["T18", pytest.param("T36", marks=pytest.mark.soak)])
def test_curl_meets_the_outage_and_its_end(id: str) -> None:
    found: list[Walked] = []
    walk(find_timeline(id), "webapi", found.append, client=curl, doors=("webapi",))
    assert [w.seen.code for w in found] == [w.step.shows for w in found]


@pytest.mark.parametrize("id", ["T13", "T15"])
def test_a_program_at_the_folder_sees_the_day(id: str) -> None:
    found: list[Walked] = []
    walk(find_timeline(id), "folder", found.append, client=by_folder)
    assert [w.seen.code for w in found] == [w.step.shows for w in found]
