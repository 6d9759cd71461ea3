"""The environment that ``onshi exec`` gives, as the runtimes themselves read it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import onshi
from onshi import runtimes
from onshi.runtimes import java_card_env, runtime_env

ONSHI = [sys.executable, "-m", "onshi.cli"]
LOGIN = "https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search"
PLAIN = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}


@pytest.fixture
def desk() -> Iterator[onshi.Desk]:
    with onshi.Desk(date="2025-10-20", doors=("webapi",)) as desk:
        yield desk


def run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={**PLAIN, **env}, capture_output=True, text=True, timeout=60, check=False
    )


def node(desk: onshi.Desk, code: str, *kind: str) -> str:
    env = desk.env()
    done = run(["node", *kind, "-e", code], {**runtime_env(env, {}), **env})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# --------------------------------------------------------- what the user has already
def test_the_users_options_are_kept_and_their_proxy_is_not(desk):
    user = {
        "NODE_OPTIONS": "--no-warnings",
        "JAVA_TOOL_OPTIONS": "-Dmine=1",
        "HTTPS_PROXY": "http://proxy.example:8080",
        "https_proxy": "http://proxy.example:8080",
        "NO_PROXY": "*",
        "no_proxy": "*",
    }
    env = desk.env()
    found = {**user, **runtime_env(env, user)}
    assert found["NODE_OPTIONS"].startswith("--no-warnings --require ")
    assert found["JAVA_TOOL_OPTIONS"].startswith("-Dmine=1 -D")
    assert "proxy.example" not in str(found)
    done = run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", SEARCH], found)
    assert done.stdout == "405", done.stderr


def test_java_knows_both_its_own_and_ours(desk):
    env, user = desk.env(), {"JAVA_TOOL_OPTIONS": "-Dmine=1"}
    done = run(["java", "-XshowSettings:properties", "-version"], runtime_env(env, user))
    port = env["ONSHI_PROXY_URL"].rpartition(":")[2]
    for line in ("mine = 1", "https.proxyHost = 127.0.0.1", f"https.proxyPort = {port}"):
        assert f"    {line}\n" in done.stderr
    assert f"    javax.net.ssl.trustStore = {env['ONSHI_WEBAPI_TRUSTSTORE']}\n" in done.stderr
    assert "sun.security.smartcardio.library = /" in done.stderr


def test_a_library_that_the_user_named_for_java_stays():
    user = {"JAVA_TOOL_OPTIONS": "-Dsun.security.smartcardio.library=/opt/mine.so"}
    assert java_card_env(user) == {}
    assert "library" in java_card_env({})["JAVA_TOOL_OPTIONS"]


def test_a_desk_without_the_webapi_has_nothing_to_say_about_it():
    with onshi.Desk(date="2025-10-20", doors=("folder",)) as desk:
        assert set(runtime_env(desk.env(), {})) <= {"JAVA_TOOL_OPTIONS"}


@pytest.mark.parametrize("folder", ["with space", "it's", 'a "quoted" one'])
def test_folders_with_unusual_names(desk, tmp_path, monkeypatch, folder):
    """As in C:\\Users\\first last: Node and Java split their options at spaces."""
    place = tmp_path / folder
    place.mkdir()
    env = desk.env()
    for name in ("ONSHI_WEBAPI_TRUSTSTORE", "ONSHI_WEBAPI_P12"):
        env[name] = shutil.copy(env[name], place)
    monkeypatch.setattr(runtimes, "NODE_SHIM", Path(shutil.copy(runtimes.NODE_SHIM, place)))
    told = {**runtime_env(env, {}), **env}
    done = run(["java", "-XshowSettings:properties", "-version"], told)
    assert f"    javax.net.ssl.keyStore = {place}/client.p12\n" in done.stderr
    done = run(["node", "-p", "require('tls').connect.length"], told)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


# ------------------------------------------------------------------------------ exec
def test_exec_exports_it_and_no_proxy_does_not():
    script = 'echo "$HTTPS_PROXY|$NODE_OPTIONS|$CURL_CA_BUNDLE|$ONSHI_PROXY_URL"'
    clean = {k: v for k, v in os.environ.items() if k.upper() not in ("HTTPS_PROXY", "NO_PROXY")}
    for name in ("NODE_OPTIONS", "CURL_CA_BUNDLE"):
        clean.pop(name, None)
    said = []
    for more in ([], ["--no-proxy"]):
        command = [*ONSHI, "exec", *more, "--", "sh", "-c", script]
        done = subprocess.run(
            command, env=clean, capture_output=True, text=True, timeout=60, check=True
        )
        said.append(done.stdout.strip().split("|"))
    proxy, options, bundle, told = said[0]
    assert proxy == told != ""
    assert options.endswith("node_shim.cjs")
    assert bundle.endswith("ca.pem")
    assert said[1][:3] == ["", "", ""]
    assert said[1][3].startswith("http://127.0.0.1:")


def test_exec_with_the_host_name_built_in():
    login = f"curl -sS --cert $ONSHI_WEBAPI_CERT --key $ONSHI_WEBAPI_KEY -d '{{}}' {LOGIN}"
    other = "curl -sS https://www.example.com/"
    command = [*ONSHI, "exec", "--", "sh", "-c", f"{login}; {other}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)["result"]["idToken"]
    assert "response 403" in done.stderr
    assert done.returncode == 56


def test_exec_with_a_port_for_a_hosts_entry():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    name = SEARCH.split("/")[2]
    curl = f"curl -sS --noproxy '*' --connect-to {name}:443:127.0.0.1:{port} -d '{{}}' {SEARCH}"
    command = [*ONSHI, "exec", "--named-port", str(port), "--", "sh", "-c", curl]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)["msg"].startswith("Authorization has to be"), done.stderr


def test_port_443_without_the_right_to_it():
    exec_443 = [*ONSHI, "exec", "--named-port", "443", "--", "true"]
    if os.geteuid() == 0:
        drop = ["--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"]
        exec_443 = ["unshare", "-n", "setpriv", *drop, *exec_443]
    done = subprocess.run(exec_443, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "port 443" in done.stderr
    assert "ip_unprivileged_port_start" in done.stderr
    assert "Traceback" not in done.stderr


# --------------------------------------------------------------- Node, by its shim
@pytest.mark.parametrize(
    ("fault", "settings", "sees"),
    [
        ("wire.reset", {}, "ECONNRESET"),
        ("wire.refuse_tls", {}, "EPROTO"),
        ("wire.truncate", {"after_bytes": 5}, "ECONNRESET"),
        ("", {}, "end"),
    ],
)
def test_node_sees_faults_as_without_the_shim(desk, fault, settings, sees):
    """At the desk's own address and at the built-in one: the same error."""
    if fault:
        desk.inject(fault, **settings)
    code = f"""
const https = require("https");
const seen = [];
for (const url of [process.env.ONSHI_WEBAPI_SEARCH_URL + "/x", {SEARCH!r}])
  https.get(url, (answer) => {{
    answer.on("error", (e) => said(e.code)).on("end", () => said("end")).resume();
  }}).on("error", (e) => said(e.code));
function said(what) {{ seen.push(what); if (seen.length === 2) console.log(seen.join()); }}
"""
    assert node(desk, code) == f"{sees},{sees}"


def test_node_finds_no_other_host_of_onshikaku(desk):
    """Refused by the desk, not looked up: the name does exist outside."""
    code = """
fetch("https://hweb.oqs-st.onshikaku.org/").catch((e) => console.log(e.cause.code));
"""
    assert "UNRECOGNIZED_NAME" in node(desk, code)
    assert [e["host"] for e in desk.journal.events("webapi", "tls")] == [
        "hweb.oqs-st.onshikaku.org"
    ]


def test_every_form_of_connect(desk):
    code = """
import tls, { connect } from "node:tls";
const host = "hweb-mnc.oqs.onshikaku.org";
const ways = [
  (f) => tls.connect(443, host, {}, f),
  (f) => tls.connect(443, host, f),
  (f) => tls.connect("443", host, f),
  (f) => tls.connect({ port: 443, host }, f),
  (f) => connect({ port: 443, host, servername: host }, f),
  (f) => connect(443, { host }, f),
];
for (const way of ways) {
  const socket = way(() => { console.log(socket.authorized); socket.destroy(); });
}
"""
    assert node(desk, code, "--input-type=module").split() == ["true"] * 6


def test_without_a_desk_the_shim_leaves_node_alone():
    code = "console.log(require('tls').connect.name)"
    env = {"NODE_OPTIONS": f"--require {runtimes.NODE_SHIM}"}
    assert run(["node", "-e", code], env).stdout == run(["node", "-e", code], {}).stdout


# ------------------------------------------------------------------------------ wheel
@pytest.mark.soak
def test_the_wheel_has_the_shim(tmp_path):
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path)]
    subprocess.run([*command, str(root)], check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    assert "onshi/node_shim.cjs" in zipfile.ZipFile(wheel).namelist()
