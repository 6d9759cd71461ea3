"""Debian's Chromium without a window, driven through its debugging pipe (Chrome DevTools Protocol).

Messages are JSON documents, each ended by a zero byte; the browser reads at descriptor 3 and
writes at 4. That needs no library.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

PATIENCE = 60.0

_FLAGS = (
    "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-extensions", "--no-first-run", "--force-device-scale-factor=1", "--lang=ja",
    "--font-render-hinting=none",
)  # fmt: skip


class Chromium:
    """One browser with one page. ``requests`` are the addresses that the page asked for."""

    def __init__(self, profile: Path) -> None:
        found = shutil.which("chromium")
        assert found, "chromium is not installed: .ci/packages test"
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        command = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self._process = subprocess.Popen(
            ["bash", "-c", command, "bash", found, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer, self._last, self._session = b"", 0, ""
        self._events: list[dict[str, Any]] = []
        self.requests: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        found_session = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = found_session["sessionId"]
        for domain in ("Page", "Network", "DOM", "CSS", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        try:
            self._session = ""
            self.ask("Browser.close")
            self._process.wait(timeout=PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._out)
            os.close(self._in)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its result."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            got = self._next()
            if got.get("id") == self._last:
                assert "error" not in got, got
                return dict(got["result"])

    def open(self, page: Path, width: int = 1200) -> None:
        """Load a file and wait until it is there."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self._events.clear()
        self.requests.clear()
        self.ask("Page.navigate", url=page.as_uri())
        while not any(e["method"] == "Page.loadEventFired" for e in self._events):
            self._next()

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, as JSON."""
        got = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def complaints(self) -> list[str]:
        """What the page's console says: refused loads, errors of its script."""
        log = [
            e["params"]["entry"]["text"] for e in self._events if e["method"] == "Log.entryAdded"
        ]
        errors = [e for e in self._events if e["method"] == "Runtime.exceptionThrown"]
        return log + [json.dumps(e["params"]) for e in errors]

    def fonts(self, selector: str) -> dict[str, int]:
        """How many glyphs of each font an element is really drawn with."""
        root = self.ask("DOM.getDocument", depth=0)["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        fonts = self.ask("CSS.getPlatformFontsForNode", nodeId=node)["fonts"]
        return {font["familyName"]: int(font["glyphCount"]) for font in fonts}

    def screenshot(self, whole: bool = False) -> bytes:
        """PNG of what is in view, or of the whole page."""
        got = self.ask("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(got["data"])

    def pdf(self) -> bytes:
        """The page as it is printed."""
        got = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(got["data"])

    def _next(self) -> dict[str, Any]:
        """The next message; events are kept."""
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            left = until - time.monotonic()
            ready = select.select([self._in], [], [], max(0.0, left))[0]
            assert ready, "chromium does not answer"
            part = os.read(self._in, 1 << 20)
            assert part, f"chromium has ended with {self._process.poll()}"
            self._buffer += part
        raw, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(raw)
        if "method" in message:
            self._events.append(message)
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        return message
