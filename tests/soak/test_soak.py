"""Long runs (`make soak`): nothing leaks, and nothing depends on the seed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import onshi

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[2]
SELECT = list(bytes.fromhex("00A4040C0AD392F000260100000001"))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_three_thousand_desks_leave_no_file_and_no_thread_behind() -> None:
    from smartcard.System import readers

    def cycle(seed: int) -> None:
        with onshi.Desk(date="2025-10-20", seed=seed) as desk:
            connection = readers()[0].createConnection()
            connection.connect()
            assert connection.transmit(SELECT)[1:] == (0x90, 0x00)
            connection.disconnect()
            connection.release()
            assert desk.patient.name

    for seed in range(50):
        cycle(seed)
    files, threads = open_files(), threading.active_count()
    for seed in range(3000):
        cycle(seed)
    assert open_files() <= files + 5
    assert threading.active_count() <= threads + 5


def test_webapi_takes_thousands_of_inquiries_at_constant_journal_cost() -> None:
    import requests

    login = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
    search = "/oqs-api-pro/MSA01030/ILI01030SV01/search"
    with onshi.Desk(date="2025-10-20", doors=("webapi",)) as desk:
        env = desk.env()
        inquiry = json.loads(Path(env["ONSHI_PATIENT"]).read_text(encoding="utf-8"))["inquiry"]
        body = {
            "XmlMsg": {
                "MessageHeader": {
                    "QualificationConfirmationDate": "20251020",
                    "MedicalInstitutionCode": "1312345670",
                },
                "MessageBody": {"QualificationConfirmSearchInfo": inquiry},
            }
        }
        with requests.Session() as session:
            session.verify = env["ONSHI_WEBAPI_CA"]
            session.trust_env = False
            cert = (env["ONSHI_WEBAPI_CERT"], env["ONSHI_WEBAPI_KEY"])
            token = session.post(env["ONSHI_WEBAPI_URL"] + login, json={}, cert=cert, timeout=10)
            headers = {"Authorization": token.json()["result"]["idToken"]}
            url = env["ONSHI_WEBAPI_SEARCH_URL"] + search
            for _ in range(5000):
                answer = session.post(url, json=body, headers=headers, timeout=10)
                found = answer.json()["XmlMsg"]["MessageBody"]["QualificationValidity"]
                assert found == "1"


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_reference_clinic_is_green_under_any_seed(seed: int) -> None:
    command = [
        sys.executable, "-m", "pytest", "--onshi-profile=hodanren2025", f"--onshi-seed={seed}",
        "-q", "-p", "no:cacheprovider",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT / "examples" / "reference", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-5000:]
