"""curl at the control API and at the eligibility system, as a program without Python has it."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from serving import Served


def curl(served: Served, *args: str) -> Any:
    """The same by the program that everybody has."""
    token = f"Authorization: Bearer {served.env['ONSHI_CONTROL_TOKEN']}"
    done = subprocess.run(
        ["curl", "-sS", "-H", token, *args], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ask_online(served: Served, visit: dict[str, Any]) -> dict[str, Any]:
    """What the eligibility system answers, asked by curl with the client certificate."""
    env = served.env
    tls = ["--cacert", env["ONSHI_WEBAPI_CA"]]
    mine = ["--cert", env["ONSHI_WEBAPI_CERT"], "--key", env["ONSHI_WEBAPI_KEY"]]
    login = env["ONSHI_WEBAPI_URL"] + "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
    token = curl(served, *tls, *mine, "-d", "{}", login)["result"]["idToken"]
    header = {
        "QualificationConfirmationDate": visit["date"].replace("-", ""),
        "MedicalInstitutionCode": env["ONSHI_INSTITUTION_CODE"],
    }
    body = {"QualificationConfirmSearchInfo": visit["inquiry"]}
    tree = json.dumps({"XmlMsg": {"MessageHeader": header, "MessageBody": body}})
    done = subprocess.run(
        [
            "curl", "-sS", *tls, "-H", f"Authorization: {token}", "-d", tree,
            env["ONSHI_WEBAPI_SEARCH_URL"] + "/oqs-api-pro/MSA01030/ILI01030SV01/search",
        ],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)["XmlMsg"]["MessageBody"]
    return found
