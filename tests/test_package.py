"""The package that `pip install` gets: what is in it, and that the app starts from it in any folder."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.conftest import Server

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, which is all that an installation of pure Python does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site-packages")
    return folder / "site-packages"


def test_the_wheel_is_the_product(installed: Path) -> None:
    site = installed / "convviz/site"
    for folder in ("pages", "assets", "docs/teaching"):
        inside = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts}
        assert inside == {path.relative_to(site) for path in (site / folder).rglob("*")}
    assert (site / "app.py").read_text() == (ROOT / "app.py").read_text()
    assert (installed / "convviz/py.typed").exists()
    fonts = {path.name for path in (ROOT / "convviz/fonts").iterdir() if path.is_file()}
    assert {path.name for path in (installed / "convviz/fonts").iterdir()} == fonts
    assert {"OFL.txt", "convviz-sans-bold.ttf", "convviz-sans-regular.woff2"} <= fonts
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "convviz = convviz.cli:main" in entry_points.read_text()


def test_the_app_starts_from_the_wheel_and_all_of_it_is_below_its_path(installed: Path, tmp_path: Path) -> None:
    path = "/learn/conv"
    server = Server(
        tmp_path / "log.txt",
        ("-m", "convviz", "app", "--"),
        folder=tmp_path,
        PYTHONPATH=str(installed),
        STREAMLIT_SERVER_BASE_URL_PATH=path,
    )
    server.url += path
    with server:
        assert fetch(f"{server.url}/render/dilated.gif?dilation=2").startswith(b"GIF89a")
        assert fetch(f"{server.url}/scene/dilated.json").startswith(b"{")
        (script,) = re.findall(rb'src="(.+?/page.js)"', fetch(f"{server.url}/figure/dilated"))
        assert script.startswith(f"{path}/modules/".encode())
        assert fetch(f"{server.url.removesuffix(path)}{script.decode()}")
        assert b"<title>" in fetch(f"{server.url}/dilated")


def fetch(url: str) -> bytes:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
        return bytes(answer.read())
