"""A product in Python: requests and urllib, host names built in. Says what it got."""

import json
import os
import ssl
import sys
import urllib.request
from pathlib import Path

import requests

LOGIN = "https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search"

certificate = os.environ["ONSHI_WEBAPI_CERT"], os.environ["ONSHI_WEBAPI_KEY"]
inquiry = Path(sys.argv[1]).read_bytes()


def by_requests(url, body, headers):
    answer = requests.post(url, data=body, headers=headers, cert=certificate, timeout=20)
    answer.raise_for_status()
    return answer.json()


def by_urllib(url, body, headers):
    context = ssl.create_default_context()
    context.load_cert_chain(*certificate)
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        return json.load(answer)


failed = False
for name, post in (("requests", by_requests), ("urllib", by_urllib)):
    try:
        token = post(LOGIN, b'{"user":"x"}', {})["result"]["idToken"]
        found = post(SEARCH, inquiry, {"Authorization": token})
        print(name, found["XmlMsg"]["MessageBody"]["QualificationValidity"])
    except OSError as e:
        print(name, f"{type(e).__name__}: {e}", file=sys.stderr)
        failed = True
sys.exit(failed)
