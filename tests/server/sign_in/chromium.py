"""A real browser without a driver package: headless Chromium, spoken to by the DevTools protocol over a pipe.

Scripts are switched off before the first page, so that what works here works without JavaScript.
"""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 30.0


def path() -> str:
    """Where Chromium is. Skips the test where it is not."""
    found = next((place for name in _NAMES if (place := shutil.which(name))), "")
    if not found:
        pytest.skip(f"needs a browser: none of {', '.join(_NAMES)} is on the PATH")
    return found


class Chromium:
    """One tab."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._rest = b""
        self._next = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []  # what it told on the way, of the domains that a test enables
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "DOM"):
            self(f"{domain}.enable")
        self("Emulation.setScriptExecutionDisabled", value=True)

    def __call__(self, command: str, **parameters: Any) -> Any:
        """Give a command; its result."""
        self._next += 1
        message: dict[str, Any] = {"id": self._next, "method": command, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._next:
                assert "error" not in answer, (command, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        """How large the screen is, in CSS pixels."""
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def dark(self) -> None:
        """Prefer dark pages."""
        self("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def go(self, url: str) -> None:
        """Open an address."""
        self("Page.navigate", url=url)

    @property
    def url(self) -> str:
        """Where it is."""
        history = self("Page.getNavigationHistory")
        return str(history["entries"][history["currentIndex"]]["url"])

    def find(self, selector: str) -> int:
        """An element of the page, once it is there."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            root = self("DOM.getDocument")["root"]["nodeId"]
            with contextlib.suppress(AssertionError):  # the page has just been left
                if node := self("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]:
                    return int(node)
            time.sleep(0.02)
        raise AssertionError(f"there is no {selector} at {self.url}")

    def click(self, selector: str) -> None:
        """Press and release the mouse in the middle of an element."""
        node = self.find(selector)
        self("DOM.scrollIntoViewIfNeeded", nodeId=node)
        quad = self("DOM.getBoxModel", nodeId=node)["model"]["content"]
        x, y = sum(quad[0::2]) / 4, sum(quad[1::2]) / 4
        for kind in ("mousePressed", "mouseReleased"):
            self("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def text(self, selector: str = "body") -> str:
        """The markup of an element."""
        return str(self("DOM.getOuterHTML", nodeId=self.find(selector))["outerHTML"])

    def overflow(self) -> tuple[float, float]:
        """How wide the content is, and how wide the screen."""
        metrics = self("Page.getLayoutMetrics")
        return metrics["cssContentSize"]["width"], metrics["cssLayoutViewport"]["clientWidth"]

    def screenshot(self, file: Path) -> bytes:
        """The whole page as a PNG, also kept in a file."""
        data = base64.b64decode(self("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"])
        file.write_bytes(data)
        return data

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._back, 1 << 16)
            assert more, "Chromium has ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@contextlib.contextmanager
def chromium() -> Iterator[Chromium]:
    """A browser with an empty profile, gone afterwards."""
    place = path()
    ours_read, theirs_write = os.pipe()
    theirs_read, ours_write = os.pipe()
    profile = tempfile.mkdtemp(prefix="chromium-")
    # The protocol's pipes are file descriptors 3 and 4 of the browser; the shell puts them there.
    command = (
        f'exec "$0" --headless --remote-debugging-pipe --no-sandbox --disable-gpu --disable-dev-shm-usage '
        f'--no-first-run --disable-background-networking --user-data-dir="$1" '
        f"about:blank 3<&{theirs_read} 4>&{theirs_write} {theirs_read}<&- {theirs_write}>&-"
    )
    process = subprocess.Popen(
        ["bash", "-c", command, place, profile],
        pass_fds=(theirs_read, theirs_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_read)
    os.close(theirs_write)
    try:
        yield Chromium(ours_write, ours_read)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(ours_write)
        os.close(ours_read)
        shutil.rmtree(profile, ignore_errors=True)
