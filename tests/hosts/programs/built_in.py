"""A product in Python: requests, host names built in. Says what it got."""

import os
import pathlib
import sys

import requests

LOGIN = "https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search"

certificate = os.environ["ONSHI_WEBAPI_CERT"], os.environ["ONSHI_WEBAPI_KEY"]
try:
    login = requests.post(LOGIN, json={"user": "x"}, cert=certificate, timeout=20)
    login.raise_for_status()
    found = requests.post(
        SEARCH,
        data=pathlib.Path(sys.argv[1]).read_bytes(),
        headers={"Authorization": login.json()["result"]["idToken"]},
        timeout=20,
    )
    found.raise_for_status()
    print("requests", found.json()["XmlMsg"]["MessageBody"]["QualificationValidity"])
except requests.exceptions.RequestException as e:
    sys.exit(f"requests {type(e).__name__}: {e}")
