"""Troubles of the back end, met by curl under `onshi exec` and by requests in this process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

import onshi
from onshi.catalogue.load import find_trouble
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH

SEARCH = Path(__file__).with_name("search.sh")


def searched(*options: str) -> tuple[dict, float]:
    """The body of the answer that curl got, and the seconds that all of it took."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "onshi.cli", "exec", *options, "--", "sh", str(SEARCH)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["XmlMsg"]["MessageBody"], time.monotonic() - began


def test_twins_are_several() -> None:
    body, _ = searched("--trouble", "eligibility.multiple_twins")
    assert body["QualificationValidity"] == "5"


def test_three_of_four_characters_are_blackdots() -> None:
    body, _ = searched("--trouble", "name.blackdot_3_of_4")
    (item,) = body["ResultList"]
    name = item["ResultOfQualificationConfirmation"]["Name"].replace("　", "")
    assert len(name) == 4
    assert name.count("●") == 3


def test_a_late_answer_takes_its_time_on_the_wire_and_none_in_process() -> None:
    trouble = "backend.slow_response_late_result"
    (fault,) = find_trouble(trouble).fault
    seconds, scale = fault.settings["seconds"], 0.02
    body, took = searched("--trouble", trouble, "--time-scale", str(scale))
    assert body["QualificationValidity"] == "1"
    assert took >= seconds * scale
    began = time.monotonic()
    with onshi.Desk(doors=("responses",), time="virtual") as desk:
        desk.apply(trouble)
        assert asked_in_process(desk, timeout=90)["QualificationValidity"] == "1"
        with pytest.raises(requests.exceptions.ReadTimeout):
            asked_in_process(desk, timeout=10)
    assert time.monotonic() - began < seconds, "nobody waited"


def asked_in_process(desk: onshi.Desk, timeout: float) -> dict:
    login = requests.post(PRODUCTION_LOGIN + LOGIN_PATH, json={}, cert="any", timeout=timeout)
    search = {"QualificationConfirmSearchInfo": dict(desk.visit().inquiry)}
    answer = requests.post(
        PRODUCTION_SEARCH + SEARCH_PATH,
        json={"XmlMsg": {"MessageHeader": {}, "MessageBody": search}},
        headers={"Authorization": login.json()["result"]["idToken"]},
        timeout=timeout,
    )
    body: dict = answer.json()["XmlMsg"]["MessageBody"]
    return body
