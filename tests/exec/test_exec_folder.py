"""`onshi exec` and the exchange folder, with sh, cp and a loop; iconv and xmllint judge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXEC = [sys.executable, "-m", "onshi.cli", "exec", "--date", "2025-10-20"]
SCRIPT = Path(__file__).with_name("folder.sh")


def run(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*EXEC, *args], capture_output=True, timeout=60, cwd=cwd, env={**os.environ, **env}
    )


def piped(data: bytes, *command: str) -> bytes:
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def found(xml: bytes, element: str) -> str:
    """The text that xmllint finds under a name."""
    return piped(xml, "xmllint", "--xpath", f"//{element}/text()", "-").decode().strip()


@pytest.mark.parametrize(
    ("option", "declared", "iconv"),
    [("utf-8", "UTF-8", "UTF-8"), ("cp932", "Shift_JIS", "CP932")],
)
def test_a_dropped_request_is_answered_in_the_encoding_asked_for(
    tmp_path: Path, option: str, declared: str, iconv: str
) -> None:
    done = run(
        *("--encoding", option, "--seed", "3", "--", "sh", str(SCRIPT), declared, iconv),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.decode().split() == [option]
    head, _, rest = done.stdout.partition(b"\n")
    assert head == f'<?xml version="1.0" encoding="{declared}" standalone="no"?>'.encode()
    body = piped(rest, "iconv", "-f", iconv, "-t", "UTF-8")
    other = "UTF-8" if iconv == "CP932" else "CP932"
    wrong = subprocess.run(["iconv", "-f", other], input=rest, capture_output=True)
    assert wrong.returncode != 0 or wrong.stdout != body
    assert found(body, "QualificationValidity") == "1"
    assert found(body, "ArbitraryFileIdentifier") == "clinic_11906"
    assert "　" in found(body, "Name")
    assert found(body, "CharacterCodeIdentifier") == ("1" if iconv == "CP932" else "0")


def test_an_encoding_that_there_is_not_is_said(tmp_path: Path) -> None:
    done = run("--encoding", "euc-jp", "--", "true", cwd=tmp_path)
    assert done.returncode == 2
    assert "encoding is 'utf-8' or 'cp932', not 'euc-jp'" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_an_encrypted_exchange_without_a_password_is_said(tmp_path: Path) -> None:
    (tmp_path / "onshi.toml").write_text('[clinic]\nfolder_zip = "all"\n')
    done = run("--", "true", cwd=tmp_path)
    assert done.returncode == 2
    assert b"set ONSHI_FOLDER_PASSWORD" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_encrypted_exchange_with_7zip(tmp_path: Path) -> None:
    (tmp_path / "onshi.toml").write_text('[clinic]\nfolder_encrypt = ["siquc"]\n')
    script = """
        set -e
        each='.inquiry | to_entries[] | "<\\(.key)>\\(.value)</\\(.key)>"'
        fields=$(jq -r "$each" "$ONSHI_PATIENT")
        b=QualificationConfirmSearchInfo
        echo "<XmlMsg><MessageHeader/><MessageBody><$b>$fields</$b></MessageBody></XmlMsg>" > q.xml
        7zz a -tzip -mem=AES256 -p"$ONSHI_FOLDER_PASSWORD" q.zip q.xml > /dev/null
        cp q.zip "$ONSHI_FOLDER/req/OQSsiquc01req_1.zip"
        for i in $(seq 200); do
            [ -e "$ONSHI_FOLDER/res/OQSsiquc01res_1.zip" ] && break; sleep 0.05
        done
        7zz x -so -p"$ONSHI_FOLDER_PASSWORD" "$ONSHI_FOLDER/res/OQSsiquc01res_1.zip"
    """
    done = run(
        *("--journal", str(tmp_path / "journal"), "--", "sh", "-c", script),
        cwd=tmp_path,
        ONSHI_FOLDER_PASSWORD="s3cret-word",
    )
    assert done.returncode == 0, done.stderr
    assert found(done.stdout, "QualificationValidity") == "1"
    journal = (tmp_path / "journal" / "exec.jsonl").read_text(encoding="utf-8")
    assert any(json.loads(line)["event"] == "answer" for line in journal.splitlines())
    assert "s3cret-word" not in journal
