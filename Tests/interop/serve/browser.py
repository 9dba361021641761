"""A headless Chromium, driven through the DevTools protocol over a pipe."""

import base64
import io
import json
import os
import select
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image

# WebGL 2 in software, and nothing from outside this machine.
OPTIONS = [
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist", "--no-first-run", "--disable-extensions", "--disable-background-networking",
    "--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


class Browser:
    """One page in one browser. What the page complains of is in `complaints`, what it asked for in `requests`."""

    def __init__(self, width=1400, height=900, scale=1, mobile=False, reduced_motion=True):
        self.profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        theirs_in, self.out = os.pipe()
        self.into, theirs_out = os.pipe()
        # Chromium reads commands from descriptor 3 and writes to 4.
        shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        command = ["chromium", *OPTIONS, f"--user-data-dir={self.profile.name}"]
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *command], pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.count, self.buffer, self.session = 0, b"", None
        self.complaints, self.requests = [], []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.resize(width, height, scale, mobile)
        motion = "reduce" if reduced_motion else "no-preference"
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": motion}])

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.into)
        self.profile.cleanup()

    def resize(self, width, height, scale=1, mobile=False):
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile
        )

    def send(self, method, timeout=30, **parameters):
        """Sends a command and returns what it gives."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + timeout
        while True:
            answer = self._receive(end, method)
            if answer.get("id") == self.count:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._note(answer)

    def _receive(self, end, method):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.into], [], [], max(0, end - time.monotonic()))
            assert ready, f"Chromium did not answer {method} in time"
            more = os.read(self.into, 1 << 20)
            assert more, f"Chromium ended at {method}"
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event):
        method, what = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(a.get("value", a.get("description"))) for a in what["args"]))
        elif method == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{what['entry']['text']} {what['entry'].get('url', '')}")
        elif method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])

    def open(self, url):
        """Goes to an address. The same but for the fragment is loaded anew all the same."""
        for address in ("about:blank", url):
            self.loaded = False
            self.send("Page.navigate", url=address)
            end = time.monotonic() + 20
            while not self.loaded:
                self._note(self._receive(end, "Page.navigate"))

    def run(self, script, timeout=30):
        """The value of an expression in the page, awaited where it is a promise."""
        answer = self.send(
            "Runtime.evaluate", timeout=timeout, expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, f"{script}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def wait(self, condition, timeout=20):
        """Waits until an expression is true."""
        end = time.monotonic() + timeout
        while not self._is(condition):
            assert time.monotonic() < end, f"in vain: {condition}; the page says {self.complaints}"
            time.sleep(0.03)

    def _is(self, condition) -> bool:
        try:
            return self.run(f"(() => {{ try {{ return Boolean({condition}) }} catch {{ return false }} }})()")
        except AssertionError as error:
            # While another page comes there is none to ask.
            if "navigated or closed" not in str(error):
                raise
            return False

    def frame(self):
        """Waits until what was changed is on the screen."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def rest(self):
        """Waits until everything that is to be seen is drawn."""
        self.frame()
        self.wait("document.getElementById('stage').dataset.isResting === 'true'")

    def key(self, key, shift=False):
        code = {" ": "Space"}.get(key, key)
        parameters = {"key": key, "code": code, "modifiers": 8 if shift else 0}
        text = {"text": key} if len(key) == 1 else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **parameters, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def mouse(self, kind, x, y, **more):
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def drag(self, start, end, steps=5):
        self.mouse("mousePressed", *start, button="left", clickCount=1)
        for step in range(1, steps + 1):
            place = [a + (b - a) * step / steps for a, b in zip(start, end)]
            self.mouse("mouseMoved", *place, button="left", buttons=1)
        time.sleep(0.1)  # A hand that rests before it lets go throws nothing.
        self.mouse("mouseReleased", *end, button="left", clickCount=1)

    def wheel(self, x, y, delta, shift=False):
        self.mouse("mouseWheel", x, y, deltaX=0, deltaY=delta, modifiers=8 if shift else 0)

    def click(self, selector):
        self.frame()
        x, y = self.run(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)

    def set(self, selector, value):
        """Moves a slider, or types into a field, as a hand would."""
        self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(value)};"
            " for (const name of ['input', 'change']) e.dispatchEvent(new Event(name, {bubbles: true})) })()"
        )

    def shot(self, path=None):
        """The page as it looks, `[y, x, rgb]`."""
        png = base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])
        if path:
            with open(path, "wb") as file:
                file.write(png)
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
