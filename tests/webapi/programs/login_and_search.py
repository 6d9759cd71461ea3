"""A vendor's client in a few lines: log in with the certificate, search without it."""

import sys

import requests

login, search, ca, cert, key = sys.argv[1:]
answer = requests.post(login, json={"userId": "R0"}, verify=ca, cert=(cert, key), timeout=10)
answer.raise_for_status()
token = answer.json()["result"]["idToken"]
sys.stdin.reconfigure(encoding="utf-8")
body = sys.stdin.read().encode()
answer = requests.post(search, data=body, headers={"Authorization": token}, verify=ca, timeout=10)
answer.raise_for_status()
print(answer.text.strip())
