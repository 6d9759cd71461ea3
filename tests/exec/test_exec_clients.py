"""`onshi exec` with the clients that decide: OpenSC, openssl, curl, the folder, Java."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ONSHI = [sys.executable, "-m", "onshi.cli"]
LOGIN = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"


def run(
    *args: str, ok: int | None = 0, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*ONSHI, "exec", *args], capture_output=True, text=True, timeout=60, cwd=cwd
    )
    if ok is not None:
        assert done.returncode == ok, done.stdout + done.stderr
    return done


def test_opensc_names_the_card() -> None:
    assert "jpki" in run("--", "opensc-tool", "-n").stdout.lower()


def test_certificate_reads_with_openssl(tmp_path: Path) -> None:
    pem = run("--", "pkcs15-tool", "--read-certificate", "1").stdout
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-text"],
        input=pem,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "1.2.392.200149.8.5.1.3.30" in text
    assert "Digital Signature" in text


def test_signature_verifies_with_openssl(tmp_path: Path) -> None:
    script = """
        set -e
        printf data > f
        pkcs15-tool --read-certificate 1 -o cert.pem
        openssl x509 -in cert.pem -pubkey -noout > pub.pem
        openssl dgst -sha256 -binary f > f.sha
        pkcs15-crypt -s -k 1 --pkcs1 --sha-256 -i f.sha -o f.sig --pin 1234
        openssl dgst -sha256 -verify pub.pem -signature f.sig f
    """
    assert "Verified OK" in run("--", "sh", "-c", script, cwd=tmp_path).stdout


def test_four_wrong_pins_leave_no_tries() -> None:
    wrong = "for i in 1 2 3 4; do pkcs15-tool --verify-pin -a 1 --pin 9999; done"
    loop = f"{wrong}; pkcs15-tool --list-pins"
    done = run("--trouble", "card.pin_locked_third_try", "--", "sh", "-c", loop)
    first = done.stdout.split("PIN [")[1]
    assert "Tries left" in first
    assert first.split("Tries left")[1].split(":")[1].split()[0] == "0"


def test_curl_logs_in_and_searches() -> None:
    script = f"""
        set -e
        token=$(curl -sS --cacert $ONSHI_WEBAPI_CA --cert $ONSHI_WEBAPI_CERT \
            --key $ONSHI_WEBAPI_KEY -H 'Content-Type: application/json;charset=UTF-8' \
            -d '{{"user":"x"}}' $ONSHI_WEBAPI_URL{LOGIN} \
            | python3 -c 'import json,sys; print(json.load(sys.stdin)["result"]["idToken"])')
        python3 -c '
import json, os
inquiry = json.load(open(os.environ["ONSHI_PATIENT"]))["inquiry"]
header = {{"QualificationConfirmationDate": "20251020", "MedicalInstitutionCode": "1312345670"}}
print(json.dumps({{"XmlMsg": {{"MessageHeader": header,
    "MessageBody": {{"QualificationConfirmSearchInfo": inquiry}}}}}}))' > body.json
        curl -sS --cacert $ONSHI_WEBAPI_CA -H "Authorization: $token" \
            -H 'Content-Type: application/json;charset=UTF-8' -d @body.json \
            $ONSHI_WEBAPI_SEARCH_URL{SEARCH}
    """
    done = run("--", "sh", "-c", "cd $(mktemp -d) && " + script)
    body = json.loads(done.stdout)["XmlMsg"]["MessageBody"]
    assert body["QualificationValidity"] == "1"


def test_login_without_a_certificate_is_refused_with_an_alert() -> None:
    script = f"curl -sS --cacert $ONSHI_WEBAPI_CA -d '{{}}' $ONSHI_WEBAPI_URL{LOGIN}"
    done = run("--", "sh", "-c", script, ok=None)
    assert done.returncode in (35, 56)
    assert "alert" in done.stderr.lower()


def test_a_request_file_gets_its_paired_answer() -> None:
    script = r"""
import json, os, pathlib, time
root = pathlib.Path(os.environ["ONSHI_FOLDER"])
inquiry = json.load(open(os.environ["ONSHI_PATIENT"]))["inquiry"]
body = "".join(f"<{k}>{v}</{k}>" for k, v in inquiry.items())
xml = ('<?xml version="1.0" encoding="UTF-8" standalone="no"?><XmlMsg><MessageHeader>'
       "<QualificationConfirmationDate>20251020</QualificationConfirmationDate>"
       "<MedicalInstitutionCode>1312345670</MedicalInstitutionCode>"
       "<ArbitraryFileIdentifier>abc</ArbitraryFileIdentifier></MessageHeader><MessageBody>"
       f"<QualificationConfirmSearchInfo>{body}</QualificationConfirmSearchInfo>"
       "</MessageBody></XmlMsg>")
(root / "req" / "OQSsiquc01req_202510200001.xml").write_text(xml, encoding="utf-8")
answer = root / "res" / "OQSsiquc01res_202510200001.xml"
deadline = time.monotonic() + 20
while not answer.exists() and time.monotonic() < deadline:
    time.sleep(0.01)
print(answer.read_text(encoding="utf-8"))
"""
    text = run("--", sys.executable, "-c", script).stdout
    assert "<ArbitraryFileIdentifier>abc</ArbitraryFileIdentifier>" in text
    assert "<QualificationValidity>1</QualificationValidity>" in text


def test_java_reads_the_card(tmp_path: Path) -> None:
    if shutil.which("java") is None:
        pytest.fail("a JDK is part of the test set-up")
    source = tmp_path / "Read.java"
    source.write_text(
        """
        import javax.smartcardio.*;
        public class Read {
            public static void main(String[] a) throws Exception {
                var t = TerminalFactory.getDefault().terminals().list().get(0);
                Card card = t.connect("*");
                var aid = new byte[] {(byte)0xD3,(byte)0x92,(byte)0xF0,0,0x26,1,0,0,0,1};
                var r = card.getBasicChannel().transmit(new CommandAPDU(0, 0xA4, 4, 0x0C, aid));
                System.out.printf("%04X%n", r.getSW());
                card.disconnect(false);
            }
        }
        """,
        encoding="utf-8",
    )
    done = run("--", "java", "--add-modules", "java.smartcardio", str(source))
    assert done.stdout.strip() == "9000"


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--", "sh", "-c", "exit 7"], 7, ""),
        (["--", "sh", "-c", "kill -TERM $$"], 143, ""),
        (["--", "no-such-program-here"], 127, "no-such-program-here"),
        (["--trouble", "card.pin_lokked", "--", "true"], 2, "did you mean"),
        (["--fault", "card.pul", "--", "true"], 2, "card.pull"),
        (["--fault", "card.pull:flavor=raw", "--", "true"], 2, "flavour"),
        (["--date", "tomorrow", "--", "true"], 2, "2025-10-20"),
        (["--profile", "hodanren2052", "--", "true"], 2, "hodanren2025"),
    ],
)
def test_exit_codes_and_advice(args: list[str], code: int, words: str) -> None:
    done = run(*args, ok=code)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_faults_by_name_with_schedule() -> None:
    read = "opensc-tool -s 00A4040C0AD392F000260100000001 -s 00A4020C02000A"
    done = run("--fault", "card.status_word:sw=6A82,match=00A4020C02000A", "--", "sh", "-c", read)
    assert "SW1=0x6A, SW2=0x82" in done.stdout


def test_interrupt_ends_the_program_and_cleans_up() -> None:
    child = subprocess.Popen(
        [*ONSHI, "exec", "--", sys.executable, "-c",
         "import os; print(os.environ['PCSCLITE_CSOCK_NAME'], flush=True); "
         "import threading; threading.Event().wait()"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        # A shell's background jobs ignore SIGINT, and so would these.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert child.stdout is not None
    socket = Path(child.stdout.readline().strip())
    assert socket.exists()
    import os

    os.killpg(child.pid, signal.SIGINT)
    assert child.wait(20) != 0
    child.stdout.close()
    deadline = time.monotonic() + 5
    while socket.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not socket.exists()


def test_a_port_in_use_is_reported_with_its_number() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--webapi-port", str(port), "--", "true", ok=2)
    assert str(port) in done.stderr


def test_a_program_can_change_its_world_while_it_runs(tmp_path: Path) -> None:
    """The control API is there from its first call on: the card goes, and another comes."""
    script = """
    at() { curl -sS -H "Authorization: Bearer $ONSHI_CONTROL_TOKEN" "$@"; }
    opensc-tool -l | grep -c Yes
    at -X POST $ONSHI_CONTROL_URL/desks/0/card/remove >/dev/null
    opensc-tool -l | grep -c Yes
    at -d '{"trouble": "eligibility.invalid"}' $ONSHI_CONTROL_URL/desks/0/visits | jq -r .trouble
    """
    done = subprocess.run(
        [*ONSHI, "exec", "--", "sh", "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["1", "0", "eligibility.invalid"], done.stderr
    assert done.returncode == 0


def test_the_clinic_of_the_project_is_taken(tmp_path: Path) -> None:
    text = '[tool.onshi.clinic]\ninstitution_code = "1399999999"\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [*ONSHI, "exec", "--", "printenv", "ONSHI_INSTITUTION_CODE"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.stdout.strip() == "1399999999"
