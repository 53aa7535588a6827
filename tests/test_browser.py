"""Which browser the end-to-end tests take: the order of preference on a pretended machine, then the real commands."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import browser


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, bool]:
    """A pretended machine: maps each browser's path to whether it starts; the package manager may not be used."""
    works: dict[str, bool] = {}
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: name if name in works else None)
    monkeypatch.setattr(browser, "installed_places", lambda: iter(()))
    monkeypatch.setattr(browser, "downloaded", lambda: str(tmp_path / "own"))
    monkeypatch.setattr(browser, "problem", lambda path: None if works.get(path) else "it broke")
    monkeypatch.setattr(browser, "download", lambda: False)
    monkeypatch.setattr(browser, "may_install_packages", lambda: False)
    return works


def own_download(machine: dict[str, bool]) -> str:
    path = browser.downloaded()
    Path(path).touch()
    machine[path] = True
    return path


def test_order_of_preference(machine: dict[str, bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    place.touch()
    monkeypatch.setattr(browser, "installed_places", lambda: iter([place, tmp_path / "absent"]))
    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    machine.update({"google-chrome": True, "chromium": True})
    own = own_download(machine)
    assert list(browser.candidates()) == ["/opt/mine", "chromium", "google-chrome", str(place), own]


@pytest.mark.parametrize("chosen", [True, False])
def test_the_named_browser_comes_first_unless_it_does_not_start(
    machine: dict[str, bool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], chosen: bool
) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    machine.update({"/opt/mine": chosen, "chromium": True})
    assert browser.ensure() == ("/opt/mine" if chosen else "chromium")
    assert capsys.readouterr().err == ("" if chosen else "passed over /opt/mine: it broke\n")


def test_download_only_when_nothing_is_there(machine: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "download", lambda: bool(own_download(machine)))
    assert browser.ensure() == browser.downloaded()
    machine["chromium"] = True
    monkeypatch.setattr(browser, "download", lambda: pytest.fail("a browser was there"))
    assert browser.ensure() == "chromium"


def test_package_manager_comes_last_and_asks_nothing(machine: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], seconds: float, **environment: str) -> bool:
        assert environment == {"DEBIAN_FRONTEND": "noninteractive"}
        commands.append(command)
        machine["chromium"] = command[:2] == ["apt-get", "install"]
        return True

    monkeypatch.setattr(browser, "may_install_packages", lambda: True)
    monkeypatch.setattr(browser, "run", run)
    assert browser.ensure() == "chromium"
    assert commands == [["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]]


def test_a_download_that_lacks_libraries_gets_them(machine: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_download(machine)
    machine[own] = False

    def run(command: list[str], seconds: float, **environment: str) -> bool:
        machine[own] = command[1:] == ["-m", "playwright", "install-deps", "chromium"]
        return True

    monkeypatch.setattr(browser, "may_install_packages", lambda: True)
    monkeypatch.setattr(browser, "run", run)
    assert browser.ensure() == own


def test_without_any_browser_one_sentence_says_what_to_install(
    machine: dict[str, bool], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        browser.main()
    assert exit_.value.code == (
        "No browser for the end-to-end tests: install Chromium or Google Chrome, "
        "or set CHROMIUM to the path of one, and run this again."
    )
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("system", "user", "tool"), [("linux", 1000, True), ("linux", 0, False), ("darwin", 0, True)])
def test_packages_are_left_alone_without_the_right_to_install(
    monkeypatch: pytest.MonkeyPatch, system: str, user: int, tool: bool
) -> None:
    monkeypatch.setattr(browser.sys, "platform", system)
    monkeypatch.setattr(browser.os, "geteuid", lambda: user, raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: "/usr/bin/apt-get" if tool else None)
    assert not browser.may_install_packages()
    assert not browser.install_package()


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """Playwright's installer starts another program: were that left alive, the README's line would never return."""
    beats = tmp_path / "beats"
    child = f"import time\nwhile True:\n    open({str(beats)!r}, 'a').write('.')\n    time.sleep(0.05)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert not browser.run([sys.executable, "-c", parent], 2)
    heard = beats.stat().st_size
    assert heard > 0
    time.sleep(0.5)
    assert beats.stat().st_size == heard


@pytest.mark.parametrize("command", [[sys.executable, "-c", "raise SystemExit(1)"], ["no-such-program-anywhere"]])
def test_a_command_that_fails_is_reported(command: list[str]) -> None:
    assert not browser.run(command, 30)


def problem(path: Path) -> str:
    """What `browser.problem` says, in a process of its own: Playwright runs only once in a thread."""
    code = f"from tests import browser; print(browser.problem({str(path)!r}) or '')"
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=True).stdout.strip()


def test_a_path_without_a_program_is_seen(tmp_path: Path) -> None:
    assert problem(tmp_path / "chromium") == "there is no such program"


def test_a_program_that_is_no_browser_is_seen() -> None:
    assert problem(Path(sys.executable)).startswith("BrowserType.launch: ")


def test_the_readme_line_prints_the_browser_that_the_tests_use(browser_path: str) -> None:
    done = subprocess.run([sys.executable, browser.__file__], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == f"browser: {browser_path}\n"
