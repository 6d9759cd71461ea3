"""The package as a user gets it: installed without a compiler, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[2]

ADAPTER = """
import pathlib, time, xml.etree.ElementTree as ET
import onshi

STATUS = {"1": "valid", "2": "invalid", "3": "invalid_new", "4": "not_found", "5": "multiple"}

class Folder(onshi.Integration):
    surfaces = {"webapi", "folder"}
    number = 0

    def start(self, env):
        self.root = pathlib.Path(env["ONSHI_FOLDER"])

    def check_in(self, visit):
        visit.present()
        self.number += 1
        suffix = f"{visit.date:%Y%m%d}{self.number:04}"
        fields = "".join(f"<{k}>{v}</{k}>" for k, v in visit.inquiry.items())
        text = ('<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader>'
                f"<QualificationConfirmationDate>{visit.date:%Y%m%d}</QualificationConfirmationDate>"
                "<MedicalInstitutionCode>1312345670</MedicalInstitutionCode></MessageHeader>"
                f"<MessageBody><QualificationConfirmSearchInfo>{fields}"
                "</QualificationConfirmSearchInfo></MessageBody></XmlMsg>")
        (self.root / "req" / f"OQSsiquc01req_{suffix}.xml").write_text(text, encoding="utf-8")
        answer = self.root / "res" / f"OQSsiquc01res_{suffix}.xml"
        deadline = time.monotonic() + 20
        while not answer.exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        status = STATUS[ET.parse(answer).findtext(".//QualificationValidity")]
        return onshi.Handling(status=status, chart_before=visit.chart, chart_after=visit.chart,
                              offered=("kakuninsho", "moushitatesho"), asked=(), warned=())
"""


def test_wheel_without_compiler_runs_webapi_and_folder(tmp_path: Path) -> None:
    """pyscard is not there: the other surfaces work, from the data inside the wheel."""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PCSCLITE_CSOCK_NAME")
    }
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", str(ROOT)],
        env={**environment, "CC": "/nonexistent"},
        check=True,
    )
    project = tmp_path / "vendor"
    project.mkdir()
    (project / "product.py").write_text(ADAPTER, encoding="utf-8")
    (project / "pyproject.toml").write_text(
        '[tool.onshi]\nintegration = "product:Folder"\n', encoding="utf-8"
    )
    troubles = ["--onshi-trouble=eligibility.not_found", "--onshi-trouble=eligibility.invalid"]
    done = subprocess.run(
        [python, "-m", "pytest", "-v", "--profile=hodanren2025", *troubles],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    listed = subprocess.run(
        [tmp_path / "env" / "bin" / "onshi", "troubles"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "name.blackdot_2_of_3" in listed.stdout
    assert sys.prefix not in listed.stdout
