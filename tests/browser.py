"""Make sure of a browser for the end-to-end tests, and print which.

    python tests/browser.py

The first of these that really starts is taken: $CHROMIUM, a Chromium or Chrome on the PATH or where its installer puts
it, Playwright's own download. If there is none, the download is tried, and then, as root on Debian or Ubuntu, the
package manager. The tests take the same one through `find`, which installs nothing.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

USUALLY_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
)  # fmt: skip
"""What Playwright turns off in Chromium, which takes only one list: the last."""

NEVER_SEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess")
"""What a browser prepares for each page that is opened, in processes of their own: the menus of an address bar that no
window has, and the page after this one. That took half of the time of a short test."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # what has been compiled for one page of the app need not be for the next
    f"--disable-features={','.join([*USUALLY_OFF, *NEVER_SEEN])}",
]
"""Start flags: works as root in a container, and contacts no host."""

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

MISSING = (
    "No browser for the end-to-end tests: install Chromium or Google Chrome, "
    "or set CHROMIUM to the path of one, and run this again."
)

START_SECONDS = 60
DOWNLOAD_SECONDS = 120
PACKAGES_SECONDS = 600


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def installed_places() -> Iterator[Path]:
    """Where the installers of macOS and Windows put a browser that is not on the PATH."""
    yield from ()
    if sys.platform == "darwin":
        for root in (Path("/Applications"), Path.home() / "Applications"):
            yield root / "Chromium.app/Contents/MacOS/Chromium"
            yield root / "Google Chrome.app/Contents/MacOS/Google Chrome"
    elif sys.platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if root_name := os.environ.get(variable):
                yield Path(root_name) / "Google/Chrome/Application/chrome.exe"
                yield Path(root_name) / "Chromium/Application/chrome.exe"


def downloaded() -> str:
    """Where Playwright keeps, or would keep, its own Chromium."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def candidates() -> Iterator[str]:
    """Every browser worth trying, best first."""
    if chosen := os.environ.get("CHROMIUM"):
        yield shutil.which(chosen) or chosen
    for command in COMMANDS:
        if path := shutil.which(command):
            yield path
    yield from (str(place) for place in installed_places() if place.exists())
    own = downloaded()
    if Path(own).exists():
        yield own


def problem(path: str) -> str | None:
    """Start the browser at ``path`` without a window; what went wrong, or None if it drew a page."""
    if shutil.which(path) is None:
        return "there is no such program"
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=START_SECONDS * 1000)
            browser.new_page().goto("data:text/html,ready")
            browser.close()
        except Error as error:
            return error.message.splitlines()[0]
    return None


def find() -> str | None:
    """The path of the first browser that starts, or None. Installs nothing."""
    for path in candidates():
        trouble = problem(path)
        if trouble is None:
            return path
        say(f"passed over {path}: {trouble}")
    return None


def run(command: Sequence[str], seconds: float, **environment: str) -> bool:
    """Run a command that asks no questions, with all its children, for at most ``seconds``; whether it succeeded."""
    say(f"running {' '.join(command)} (at most {seconds:.0f} s)")
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            env=os.environ | environment,
            start_new_session=True,
        )
    except OSError as error:
        say(f"it did not start: {error}")
        return False
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        say("it took too long and was ended")
        end(process)
        return False
    except BaseException:
        end(process)
        raise


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and the children that it started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def download() -> bool:
    return run([sys.executable, "-m", "playwright", "install", "chromium"], DOWNLOAD_SECONDS)


def may_install_packages() -> bool:
    """Whether the package manager of Debian or Ubuntu is here and will ask neither questions nor a password."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def download_libraries() -> bool:
    """The system libraries that Playwright's own Chromium may lack. Ubuntu's Chromium package needs snap."""
    if not may_install_packages() or not Path(downloaded()).exists():
        return False
    return run(
        [sys.executable, "-m", "playwright", "install-deps", "chromium"],
        PACKAGES_SECONDS,
        DEBIAN_FRONTEND="noninteractive",
    )


def install_package() -> bool:
    if not may_install_packages():
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update"], PACKAGES_SECONDS, **quiet)  # one bad source fails it; the package may still be there
    return run(["apt-get", "install", "-y", "chromium"], PACKAGES_SECONDS, **quiet)


def ensure() -> str | None:
    """Find a browser that starts, and if there is none get one in the least intrusive way that works."""
    if path := find():
        return path
    ways: tuple[Callable[[], bool], ...] = (download, download_libraries, install_package)
    for way in ways:
        if way() and (path := find()):
            return path
    return None


def main() -> None:
    path = ensure()
    if path is None:
        sys.exit(MISSING)
    print(f"browser: {path}")


if __name__ == "__main__":
    main()
