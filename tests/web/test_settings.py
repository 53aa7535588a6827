"""What an operator sets by environment variables."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from convviz.errors import SpecError
from convviz.web.app.settings import CORES, Settings, read_settings


def test_without_variables_the_pages_are_for_no_other_site_and_work_is_for_all_cores() -> None:
    assert read_settings({"PATH": "/bin", "CONVVIZ_LOG": ""}) == Settings((), "text", CORES, 0)


def test_variables_are_read() -> None:
    environment = {
        "CONVVIZ_FRAMES": " https://school.example,https://*.uni.example:8443  http://localhost:8000 ",
        "CONVVIZ_LOG": "json",
        "CONVVIZ_WORKERS": "3",
        "CONVVIZ_PROCESS": "12",
    }
    frames = ("https://school.example", "https://*.uni.example:8443", "http://localhost:8000")
    assert read_settings(environment) == Settings(frames, "json", 3, 12)
    assert read_settings({"CONVVIZ_FRAMES": "*"}).frames == ("*",)


def test_what_kubernetes_sets_for_a_service_of_this_name_is_left_alone() -> None:
    names = ("CONVVIZ_SERVICE_HOST", "CONVVIZ_APP_SERVICE_PORT_HTTP", "CONVVIZ_PORT", "CONVVIZ_PORT_8501_TCP_ADDR")
    assert read_settings(dict.fromkeys(names, "tcp://10.0.0.1:8501")) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("LOG", "xml", "CONVVIZ_LOG must be text or json; got 'xml'."),
        ("WORKERS", "0", "CONVVIZ_WORKERS must be a whole number from 1 to 64; got '0'."),
        ("WORKERS", "٣", "CONVVIZ_WORKERS must be a whole number from 1 to 64; got '٣'."),
        ("PROCESS", "65", "CONVVIZ_PROCESS must be a whole number from 1 to 64; got '65'."),
        (
            "FRAMES",
            "https://a.example/path",
            "CONVVIZ_FRAMES must be * or origins such as https://school.example; got 'https://a.example/path'.",
        ),
        (
            "FRAMES",
            "* https://a.example",
            "CONVVIZ_FRAMES must be * or origins such as https://school.example; got '*'.",
        ),
        (
            "FRAMES",
            "https://a.example; script-src *",
            "CONVVIZ_FRAMES must be * or origins such as https://school.example; got 'https://a.example;'.",
        ),
        ("FRAMES", "https://a.example " * 101, "CONVVIZ_FRAMES must have at most 100 origins; got 101."),
        (
            "FRAME",
            "*",
            "Settings are CONVVIZ_FRAMES, CONVVIZ_LOG, CONVVIZ_WORKERS, CONVVIZ_PROCESS; got 'CONVVIZ_FRAME'.",
        ),
    ],
)
def test_what_is_no_setting_is_refused(name: str, text: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refusal:
        read_settings({f"CONVVIZ_{name}": text})
    assert str(refusal.value) == sentence


def test_a_bad_setting_ends_the_start_with_one_sentence() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import convviz.web.app.settings"],
        env=os.environ | {"CONVVIZ_WORKERS": "many"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    sentence = "convviz does not start: CONVVIZ_WORKERS must be a whole number from 1 to 64; got 'many'.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", sentence)
