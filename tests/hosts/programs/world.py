"""One desk and the programs that meet it, for a network namespace of the test's own.

Reads {"endpoints": {...}, "names": [...], "reach": "proxy"|"hosts"|"", "programs": {name: argv}}
from standard input; writes {name: [code, stdout, stderr]}. ``names``: certificates of its own.
``$NAME`` in an argument is the desk's variable; ``inquiry.json`` in the working directory is the
search request.
"""

import json
import os
import string
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import onshi
from onshi import pki
from onshi.endpoints import Endpoints
from onshi.runtimes import runtime_env

asked = json.load(sys.stdin)
own = pki.for_names(asked["names"]) if asked["names"] else None
endpoints = Endpoints(**asked["endpoints"], pki=own)
with onshi.Desk(date="2025-10-20", doors=("webapi",), endpoints=endpoints) as desk:
    env = desk.env()
    info = json.loads(Path(env["ONSHI_PATIENT"]).read_text(encoding="utf-8"))["inquiry"]
    header = {"MedicalInstitutionCode": "1312345670", "QualificationConfirmationDate": "20251020"}
    body = {"QualificationConfirmSearchInfo": info}
    message = {"XmlMsg": {"MessageHeader": header, "MessageBody": body}}
    Path("inquiry.json").write_text(json.dumps(message, ensure_ascii=False), encoding="utf-8")
    told = runtime_env(env, {}, reach=asked["reach"]) if asked["reach"] else {}
    clean = {k: os.environ[k] for k in ("PATH", "HOME") if k in os.environ}

    def run(argv):
        command = [string.Template(part).safe_substitute(env) for part in argv]
        done = subprocess.run(
            command, env={**clean, **told, **env}, capture_output=True, text=True, timeout=60
        )
        return [done.returncode, done.stdout, done.stderr]

    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(asked["programs"], pool.map(run, asked["programs"].values()), strict=True))
    found["journal"] = list(desk.journal.events("webapi"))
endpoints.close()
json.dump(found, sys.stdout)
