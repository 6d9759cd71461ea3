"""The control API against a program that reads its OpenAPI document and tries everything."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from serving import serving

pytestmark = pytest.mark.soak
SCHEMATHESIS = Path(sys.prefix) / "schemathesis" / "bin" / "st"


@pytest.mark.timeout(600)
def test_every_answer_is_one_that_the_document_promises(tmp_path: Path) -> None:
    """No server error, no answer, status or header that the document does not have."""
    with serving("--profile", "hodanren2025", "--time-scale", "0.001") as served:
        bearer = f"Authorization: Bearer {served.env['ONSHI_CONTROL_TOKEN']}"
        done = subprocess.run(
            [
                str(SCHEMATHESIS), "run", f"{served.url}/openapi.json", "--url", served.url,
                "-H", bearer, "--max-examples", "20", "--phases", "examples,coverage,fuzzing",
                # Ids in paths are made up, so what is right may be answered 404.
                "--exclude-checks", "positive_data_acceptance",
                "--continue-on-failure", "--generation-deterministic", "--warnings", "off",
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr
        assert "Tested: 3" in done.stdout
        assert served.control("GET", "/desks/0")["id"] == "0"


@pytest.mark.timeout(600)
def test_a_thousand_visits_do_not_grow() -> None:
    """Memory, threads and open files of the process stay where they are."""
    with serving("--profile", "hodanren2025", "--time-scale", "0.001") as served:
        status = Path(f"/proc/{served.process.pid}")

        def visits(number: int) -> tuple[int, int, int]:
            for i in range(number):
                trouble = ("card.pulled_mid_session", "name.blackdot", "eligibility.invalid")[i % 3]
                visit = served.control("POST", "/desks/0/visits", {"trouble": trouble})
                while visit is not None:
                    at = f"/visits/{visit['id']}"
                    served.control("POST", f"{at}/present")
                    visit = served.control("POST", f"{at}/handling", {"status": "valid"})["next"]
            pages = int((status / "statm").read_text().split()[1])
            threads = len(list((status / "task").iterdir()))
            return pages * resource.getpagesize(), threads, len(list((status / "fd").iterdir()))

        before = visits(300)
        after = visits(1000)
        assert after[0] - before[0] < 30 * 2**20, (before, after)
        assert after[1] <= before[1] + 2
        assert after[2] <= before[2] + 2
