"""``onshi serve`` as a process: its line, its end, and what can be wrong at its start."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from serving import IN_SURVEY, ONSHI, Start


def fails(*args: str, cwd: Path | None = None, **env: str) -> str:
    """What a process that must not start says; exit code 2 and one sentence."""
    done = subprocess.run(
        [*ONSHI, "serve", "--json", *args],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=cwd,
        env={**os.environ, **env},
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("onshi: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_nothing_is_left(how: int, start: Start) -> None:
    served = start()
    served.control("POST", "/desks", {})
    ports = {urlsplit(v).port for k, v in served.env.items() if k.endswith("_URL")}
    room = Path(served.env["PCSCLITE_CSOCK_NAME"]).parents[1]
    assert room.is_dir()
    children = subprocess.run(
        ["ps", "--ppid", str(served.process.pid), "-o", "pid="], capture_output=True, text=True
    )
    assert children.stdout.strip() == ""
    assert served.stop(how) == 0
    assert served.log == ["", ""]
    assert not room.exists()
    for port in ports:
        with socket.socket() as sock:
            assert sock.connect_ex(("127.0.0.1", port or 0)) != 0


def test_it_ends_while_a_stream_is_open_and_a_visit_waits(start: Start) -> None:
    served = start()
    visit = served.control("POST", "/desks/0/visits", {"trouble": "card.pulled_mid_session"})
    served.control("POST", f"/visits/{visit['id']}/present")
    watching = subprocess.Popen(
        [
            "curl", "-sN", "-H", f"Authorization: Bearer {served.env['ONSHI_CONTROL_TOKEN']}",
            "-H", "Accept: text/event-stream", f"{served.url}/desks/0/journal",
        ],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert watching.stdout is not None
    assert watching.stdout.readline().startswith(b"id: ")
    assert served.stop() == 0
    watching.communicate(timeout=10)


def test_it_ends_while_a_client_hangs_in_the_wire(start: Start) -> None:
    """A fault that holds a connection is released with the process."""
    served = start("--fault", "wire.stall", "--deadline", "600")
    with socket.create_connection(
        ("127.0.0.1", urlsplit(served.env["ONSHI_WEBAPI_URL"]).port or 0)
    ):
        assert served.stop() == 0


def test_the_line_holds_what_the_design_promises(start: Start) -> None:
    served = start()
    names = {
        "PCSCLITE_CSOCK_NAME", "ONSHI_WEBAPI_URL", "ONSHI_WEBAPI_SEARCH_URL", "ONSHI_WEBAPI_CA",
        "ONSHI_WEBAPI_CERT", "ONSHI_WEBAPI_KEY", "ONSHI_WEBAPI_P12", "ONSHI_WEBAPI_P12_PASSWORD",
        "ONSHI_FOLDER", "ONSHI_CONTROL_URL", "ONSHI_CONTROL_TOKEN", "ONSHI_PATIENT",
    }  # fmt: skip
    assert names <= set(served.env)
    assert len(served.env["ONSHI_CONTROL_TOKEN"]) >= 24
    assert (Path(served.env["ONSHI_FOLDER"]) / "req").is_dir()
    assert served.stop() == 0


def test_chosen_addresses_date_and_token(tmp_path: Path, start: Start) -> None:
    served = start(
        "--folder", str(tmp_path / "OQS"), "--webapi-port", "0", "--control-port", "0",
        "--date", "2026-02-03", "--seed", "4", "--reader-name", "My Reader 00 00",
        "--trouble", "name.blackdot", "--fault", "card.slow:seconds=0.1,match=VERIFY",
        env={"ONSHI_CONTROL_TOKEN": "my-token"},
    )  # fmt: skip
    assert served.env["ONSHI_FOLDER"] == str(tmp_path / "OQS")
    assert served.env["ONSHI_CONTROL_TOKEN"] == "my-token"
    desk = served.control("GET", "/desks/0")
    assert (desk["date"], desk["seed"]) == ("2026-02-03", 4)
    assert desk["troubles"] == ["name.blackdot"]
    assert "card.slow" in desk["faults"]
    after = served.control("POST", "/desks/0/reset", {})
    assert after["troubles"] == ["name.blackdot"], "a reset is the start again"
    assert served.stop() == 0


def test_without_json_people_can_read_it() -> None:
    process = subprocess.Popen(
        [*ONSHI, "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("ready"):
        line = process.stdout.readline()
        assert line, "it ended early"
        lines.append(line)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    assert any(line.startswith("ONSHI_CONTROL_URL=http://localhost:") for line in lines)


def test_settings_of_the_project_are_taken(tmp_path: Path, start: Start) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.onshi]\nprofile = ["hodanren2025"]\nseed = 9\ntime_scale = 0.5\n'
        '[tool.onshi.clinic]\ninstitution_code = "1399999999"\n',
        encoding="utf-8",
    )
    served = start(cwd=tmp_path)
    assert served.env["ONSHI_INSTITUTION_CODE"] == "1399999999"
    assert served.env["ONSHI_TIME_SCALE"] == "0.5"
    desk = served.control("GET", "/desks/0")
    assert (desk["seed"], desk["date"]) == (9, "2025-10-20")
    assert len(served.control("GET", "/troubles")) == IN_SURVEY
    assert served.stop() == 0


def test_waivers_of_the_project_are_taken(tmp_path: Path, start: Start) -> None:
    (tmp_path / "onshi-waivers.toml").write_text(
        '[[waiver]]\ntrouble = "network.*"\nrule = "H51"\nreason = "次版"\nuntil = 2099-01-01\n',
        encoding="utf-8",
    )
    served = start("--profile", "hodanren2025", cwd=tmp_path)
    visit = served.control("POST", "/desks/0/visits", {"trouble": "network.vpn_lost"})
    verdict = served.control("POST", f"/visits/{visit['id']}/handling", {"returned": False})
    assert verdict["result"] == "waived"
    assert "次版" in verdict["text"]
    assert served.stop() == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--profile", "hodanren205"), "did you mean hodanren2025"),
        (("--trouble", "name.blackdt"), "did you mean name.blackdot"),
        (("--fault", "card.pul"), "did you mean card.pull"),
        (("--fault", "card.pull:flavor=raw"), "did you mean flavour"),
        (("--date", "soon"), "is not a date"),
        (("--seed", "-1", "--time-scale", "-1"), "time_scale"),
        (("--listen", "203.0.113.7"), "no address 203.0.113.7"),
        (("--folder", "/proc/nothing"), "/proc/nothing"),
        (("--journal", "/proc/nothing"), "/proc/nothing"),
        (("--vpcd", "host:port"), "host:port"),
    ],
)
def test_each_mistake_gets_one_sentence(args: tuple[str, ...], words: str) -> None:
    assert words in fails(*args)


@pytest.mark.parametrize("option", ["--control-port", "--webapi-port", "--proxy-port"])
def test_a_port_in_use_is_named(option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = fails(option, str(port))
    assert f"port {port}" in said
    assert "in use" in said


@pytest.mark.soak
def test_two_programs_on_one_folder_are_one_too_many(tmp_path: Path, start: Start) -> None:
    first = start("--folder", str(tmp_path / "OQS"))
    said = fails("--folder", str(tmp_path / "OQS"))
    assert str(tmp_path / "OQS") in said
    assert first.stop() == 0
    second = start("--folder", str(tmp_path / "OQS"))
    assert second.stop() == 0


def test_a_bad_token_is_refused() -> None:
    assert "ONSHI_CONTROL_TOKEN" in fails(ONSHI_CONTROL_TOKEN="with space")


def test_without_its_libraries_it_says_what_to_install(tmp_path: Path) -> None:
    """A vendor who installed the core only."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfrom importlib.machinery import PathFinder\n"
        "class No(PathFinder):\n    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n"
        "        if name in ('starlette', 'uvicorn'):\n            return None\n"
        "        return super().find_spec(name, path, target)\n"
        "sys.meta_path[:] = [No if f is PathFinder else f for f in sys.meta_path]\n",
        encoding="utf-8",
    )
    said = fails(PYTHONPATH=str(tmp_path))
    assert 'pip install "pytest-onshi[serve]"' in said


def test_killed_it_leaves_what_the_next_start_removes(tmp_path: Path, start: Start) -> None:
    served = start("--folder", str(tmp_path / "OQS"), "--journal", str(tmp_path / "kept"))
    visit = served.control("POST", "/desks/0/visits", {"trouble": "eligibility.invalid"})
    served.control("POST", f"/visits/{visit['id']}/handling", {"status": "invalid"})
    (tmp_path / "OQS" / "req" / "OQSsiquc01req_1.xml.tmp").write_text("half", encoding="utf-8")
    room = Path(served.env["PCSCLITE_CSOCK_NAME"]).parents[1]
    assert served.stop(signal.SIGKILL) == -signal.SIGKILL
    assert room.exists()
    assert json.loads((tmp_path / "kept" / "results.json").read_text("utf-8")), "verdicts survive"
    again = start("--folder", str(tmp_path / "OQS"))
    assert not room.exists()
    assert list((tmp_path / "OQS" / "req").iterdir()) == []
    assert again.stop() == 0


def fill(path: Path) -> None:
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 4096)


def on_a_disk_of(size: str, folder: Path) -> tuple[str, ...]:
    """A command whose program sees a small disk at ``folder``, and nobody else does."""
    own = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")))
    script = f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"'
    return (*own, "sh", "-c", script, str(folder))


def test_a_full_disk_loses_no_verdict(tmp_path: Path, start: Start) -> None:
    """The journal folder is a disk of 256 KiB; what does not fit is said and kept in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    kept = ("--journal", str(disk / "kept"))
    served = start("--profile", "hodanren2025", *kept, inside=on_a_disk_of("256k", disk))
    seen = Path(f"/proc/{served.process.pid}/root{disk}")
    fill(seen / "filler")
    visit = served.control("POST", "/desks/0/visits", {"trouble": "name.blackdot"})
    verdict = served.control("POST", f"/visits/{visit['id']}/handling", {"status": "valid"})
    while verdict["next"] is not None:
        at = f"/visits/{verdict['next']['id']}/handling"
        verdict = served.control("POST", at, {"status": "valid"})
    assert verdict["result"] in ("passed", "failed", "skipped")
    assert "No space left" in " ".join(verdict["warnings"])
    assert "make room" in " ".join(verdict["warnings"])
    assert len(served.control("GET", "/results")["rows"]) >= 1
    (seen / "filler").unlink()
    visit = served.control("POST", "/desks/0/visits", {"trouble": "eligibility.invalid"})
    verdict = served.control("POST", f"/visits/{visit['id']}/handling", {"status": "invalid"})
    assert verdict["warnings"] == []
    assert "name.blackdot" in (seen / "kept" / "results.json").read_text("utf-8")
    assert served.stop() == 0


def test_a_share_that_goes_away_is_said_and_comes_back(tmp_path: Path, start: Start) -> None:
    server, share = tmp_path / "server", tmp_path / "server" / "share"
    server.mkdir()
    served = start("--folder", str(share))
    server.rename(tmp_path / "gone")
    deadline = 200
    while not (said := served.control("GET", "/desks/0")["warnings"]) and deadline:
        deadline -= 1
    assert str(share) in said[0]
    refused = served.ask("POST", "/desks/0/visits", {"trouble": "eligibility.invalid"})
    assert refused.status == 503
    assert str(share) in refused.json["error"]["message"]
    assert served.control("GET", "/desks/0")["id"] == "0"
    (tmp_path / "gone").rename(server)
    assert served.control("POST", "/desks/0/visits", {"trouble": "eligibility.invalid"})["id"]
    deadline = 500
    while served.control("GET", "/desks/0")["warnings"] and deadline:
        deadline -= 1
    assert deadline, "the warning stays although the share is back"
    assert served.stop() == 0


def test_python_dash_m_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "onshi.cli", "serve", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "Exit code" in done.stdout


def drives(*command: str, cwd: Path, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """``onshi serve -- COMMAND``: exit code, standard output and error."""
    done = subprocess.run(
        [*ONSHI, "serve", "--profile", "hodanren2025", *options, "--", *command],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
    )
    return done.returncode, done.stdout, done.stderr


DRIVER = """
at() { curl -sS -H "Authorization: Bearer $ONSHI_CONTROL_TOKEN" "$@"; }
id=$(at -d '{"trouble": "network.vpn_lost"}' "$ONSHI_CONTROL_URL/desks/0/visits" | jq -r .id)
at -d "$1" "$ONSHI_CONTROL_URL/visits/$id/handling" | jq -r .result
"""


def test_a_driver_is_run_and_its_verdicts_are_summed_up(tmp_path: Path) -> None:
    broken = drives("sh", "-c", DRIVER, "-", '{"returned": false}', cwd=tmp_path)
    assert broken[0] == 1
    assert broken[1].startswith("failed\n")
    assert "違反  network.vpn_lost: H51" in broken[1]
    assert broken[2] == ""
    unseen = drives("sh", "-c", DRIVER, "-", "{}", cwd=tmp_path)
    assert unseen[0] == 0, unseen
    assert "違反  network" not in unseen[1]


@pytest.mark.soak
def test_a_driver_s_own_code_is_handed_on(tmp_path: Path) -> None:
    assert drives("sh", "-c", "exit 7", cwd=tmp_path)[0] == 7
    assert drives("sh", "-c", "kill -9 $$", cwd=tmp_path)[0] == 128 + 9
    code, _, err = drives("no-such-program", cwd=tmp_path)
    assert code == 127
    assert err == "onshi serve: there is no program 'no-such-program'\n"


def test_a_signal_ends_server_and_driver(tmp_path: Path) -> None:
    script = "echo $$; exec sleep 600"
    process = subprocess.Popen(
        [*ONSHI, "serve", "--", "sh", "-c", script], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert process.stdout is not None
    driver = int(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert not Path(f"/proc/{driver}").exists()


def test_without_unix_sockets_the_other_doors_are_served() -> None:
    """Windows: a program there reaches only Windows' own PC/SC service, or a vpcd driver."""
    code = (
        "import socket; del socket.AF_UNIX\n"
        "from onshi.serve.start import Options\n"
        "print(*Options().doors)\n"
        "print(*Options(vpcd=('127.0.0.1', 35963)).doors)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout.splitlines() == ["webapi folder face", "vpcd webapi folder face"], (
        done.stderr
    )
