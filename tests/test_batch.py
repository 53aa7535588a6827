"""``convviz batch``: what is drawn again and what is not, what is refused, and what is left when it is stopped."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

import convviz as cv
from convviz import SpecError, limits
from convviz.address import read_export
from convviz.batch import PlanError, Progress, Report, read_plan, run
from convviz.batch.plan import File
from convviz.batch.record import read_record
from convviz.batch.workers import drawn_here
from convviz.cli import main

ROOT = Path(__file__).resolve().parent.parent
TWO = """
[defaults]
theme = "dark"
formats = ["svg", "numpy.py"]

[figures.wide]
recipe = "dilated"
dilation = 2
width = 900

[figures.small]
recipe = "pooling"
formats = ["gif"]
input = [[1, 2.5, 3], [4, 5, 6], [7, 8, -9]]
"""
FILES = ("wide.svg", "wide.numpy.py", "small.gif")
FORMATS = (
    "gif, mp4, webm, webp, apng, pptx, steps.pptx, png, svg, tex, pdf, zip, book.zip, html, xlsx, worksheet.pdf, "
    "key.pdf, pytorch.py, keras.py, jax.py, onnx.py, numpy.py"
)
VARIANTS = ", ".join(cv.variants)


def write(folder: Path, text: str) -> Path:
    """Write a TOML file and return its path."""
    path = folder / "recipes.toml"
    path.write_text(text)
    return path


def batch(path: Path, out: Path, **options: Any) -> tuple[Report, list[str]]:
    """Return the report, and the files that were drawn in the order in which they came."""
    steps: list[Progress] = []
    report = run(path, out, **{"jobs": 1, "notify": steps.append, **options})
    assert [step.number for step in steps] == list(range(len(steps)))
    assert {step.count for step in steps} == {len(steps) - 1}
    return report, [step.name for step in steps[1:]]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def expected(text: str, folder: Path) -> dict[str, bytes]:
    """Return the files that a TOML file asks for, as they are drawn in this process."""
    return {
        file.name: read_export(file.recipe, file.values).make(file.ending) for file in read_plan(write(folder, text))
    }


def command(path: Path, out: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "convviz", "batch", str(path), "-o", str(out), *words]


# What is drawn --------------------------------------------------------------------------------------------------------


def test_only_what_changed_is_drawn(tmp_path: Path) -> None:
    path, out = write(tmp_path, TWO), tmp_path / "new" / "out"
    report, names = batch(path, out)
    assert report == Report(FILES, (), {}, ())
    assert sorted(names) == sorted(FILES)
    times = {name: (out / name).stat().st_mtime_ns for name in FILES}

    assert batch(path, out) == (Report((), FILES, {}, ()), [])
    assert {name: (out / name).stat().st_mtime_ns for name in FILES} == times

    write(tmp_path, TWO.replace("dilation = 2", "dilation = 3"))
    report, names = batch(path, out)
    assert report == Report(FILES[:2], FILES[2:], {}, ())
    assert sorted(names) == sorted(FILES[:2])  # in the order in which their processes end
    assert (out / "small.gif").stat().st_mtime_ns == times["small.gif"]

    (out / "small.gif").write_bytes(b"GIF89b" + (out / "small.gif").read_bytes()[6:])
    (out / "wide.svg").unlink()
    assert batch(path, out)[0] == Report(("wide.svg", "small.gif"), ("wide.numpy.py",), {}, ())
    assert (out / "small.gif").read_bytes().startswith(b"GIF89a")

    write(tmp_path, TWO.replace("dilation = 2", "dilation = 3").partition("[figures.small]")[0])
    assert batch(path, out)[0] == batch(path, out)[0] == Report((), FILES[:2], {}, ("small.gif",))
    (out / "small.gif").unlink()
    assert batch(path, out, force=True)[0] == Report(FILES[:2], (), {}, ())


def test_other_code_draws_all_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = write(tmp_path, TWO), tmp_path / "out"
    batch(path, out)
    monkeypatch.setattr("convviz.batch.plan.code_digest", lambda: "another version")
    assert batch(path, out)[0].drawn == FILES


def test_a_damaged_record_is_no_record(tmp_path: Path) -> None:
    path, out = write(tmp_path, '[figures.a]\nrecipe = "dilated"\nformats = ["numpy.py"]'), tmp_path / "out"
    out.mkdir()
    outside = '{"files": {"../a": {"source": "", "size": 0, "digest": ""}}}'
    for damage in ("", "[]", '{"files": {"small.gif": 3}}', outside, "[" * 10**5, "{"):
        (out / ".convviz.json").write_text(damage)
        assert read_record(out) == {}, damage
    assert batch(path, out)[0] == Report(("a.numpy.py",), (), {}, ())
    assert [*json.loads((out / ".convviz.json").read_text())["files"]] == ["a.numpy.py"]


def test_files_are_those_of_python_with_any_number_of_processes(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    for jobs in (1, 2):
        batch(path, tmp_path / str(jobs), jobs=jobs)
    alone, together = content(tmp_path / "1"), content(tmp_path / "2")
    assert alone == together
    assert sorted(alone) == sorted([*FILES, ".convviz.json"])
    wide = cv.animate(cv.recipe("dilated", dilation=2), theme="dark", width=900)
    small = cv.animate(cv.recipe("pooling", input="1,2.5,3;4,5,6;7,8,-9"), theme="dark")
    assert (alone["wide.svg"].decode(), alone["small.gif"]) == (wide.svg(), small.gif())
    assert alone["wide.numpy.py"].decode() == wide.recipe.to_code("numpy")  # type: ignore[union-attr]


def test_defaults_apply_where_they_can(tmp_path: Path) -> None:
    plan = read_plan(
        write(
            tmp_path,
            """
            [defaults]
            width = 500
            kernel_size = 2
            "right.dilation" = 2
            formats = ["svg", "xlsx"]
            [figures.own]
            recipe = "standard"
            kernel_size = 3
            [figures.known]
            recipe = "preset/dilation"
            [figures.both]
            recipe = "compare"
            left = "pooling"
            right = "dilated"
            [figures.field]
            recipe = "receptive-field"
            purpose = "slide"
            [figures.graph]
            recipe = "network/vgg16"
            """,
        )
    )
    values = {file.name: dict(file.values) for file in plan}
    sides = {"left": "pooling", "right": "dilated"}
    assert values == {
        "own.svg": {"width": 500, "kernel_size": 3},
        "own.xlsx": {"width": 500, "kernel_size": 3},
        "known.svg": {"width": 500},
        "known.xlsx": {"width": 500},
        "both.svg": {"width": 500, "kernel_size": 2, "right.dilation": 2, **sides},
        "field.svg": {"purpose": "slide"},
        "graph.svg": {},
    }


# What goes wrong while drawing ----------------------------------------------------------------------------------------


def test_one_failure_does_not_cost_the_others(tmp_path: Path) -> None:
    large = '[figures.large]\nrecipe = "standard"\ninput_size = 12\nformats = ["gif"]\nmegabytes = 0.05\n'
    path, out = write(tmp_path, TWO.replace(', "numpy.py"', "") + large), tmp_path / "out"
    done = subprocess.run(command(path, out, "--jobs", "2"), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    first, failure = done.stdout.splitlines()
    assert first == "2 drawn, 0 unchanged, 1 failed:"
    assert failure.startswith("  large.gif: megabytes must be at least 0.")
    assert "\r" not in done.stderr
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["1 of 3", "2 of 3", "3 of 3"]
    assert sum("large.gif, failed: megabytes must be at least" in line for line in lines) == 1
    assert f"small.gif, {(out / 'small.gif').stat().st_size:,} bytes" in done.stderr
    assert sorted(content(out)) == [".convviz.json", "small.gif", "wide.svg"]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    with pytest.raises(SpecError) as caught:
        run(path, path / "out")
    assert str(caught.value) == f"{path / 'out'} must be a folder that can be made; Not a directory."


class _Ends:
    """Ends the process that reads it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


def test_a_process_that_ends_costs_its_file_alone() -> None:
    good = [File(f"{number}.svg", "dilated", {"seed": number}, "svg", "") for number in range(4)]
    bad = File("bad.svg", "dilated", {"seed": _Ends()}, "svg", "")
    outcomes = {file.name: data for file, data in drawn_here([good[0], bad, *good[1:]], 2)}
    error = outcomes.pop("bad.svg")
    assert str(error) == "the process that drew it ended, perhaps for lack of memory."
    assert outcomes == {file.name: cv.animate(cv.recipe("dilated", **file.values)).svg().encode() for file in good}


MANY = "".join(
    f'[figures.f{k}]\nrecipe = "standard"\ninput_size = 8\nseed = {k}\nformats = ["gif"]\n' for k in range(8)
)


def started(path: Path, out: Path) -> subprocess.Popen[str]:
    """Return a batch that has written its first file."""
    process = subprocess.Popen(
        command(path, out, "--jobs", "2"), cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline().startswith("1 of 8: ")
    return process


def wait_until_gone(group: int) -> None:
    """Wait until no process of a group is left."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail(f"processes of group {group} go on", pytrace=False)


def test_a_killed_batch_goes_on_where_it_was(tmp_path: Path) -> None:
    path, out = write(tmp_path, MANY), tmp_path / "out"
    process = started(path, out)
    process.kill()
    process.communicate(timeout=60)
    wait_until_gone(process.pid)
    whole = expected(MANY, tmp_path)
    kept = {name: data for name, data in content(out).items() if name in whole}
    assert kept
    assert kept.items() <= whole.items()
    (out / ".123.4567.part").write_bytes(b"GIF89")
    report, names = batch(path, out, jobs=2)
    assert report.failed == {}
    assert sorted([*report.drawn, *report.unchanged]) == sorted(whole)
    assert names
    assert {name: data for name, data in content(out).items() if name != ".convviz.json"} == whole


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_at_once_and_keeps_what_is_written(tmp_path: Path, ending: signal.Signals) -> None:
    path, out = write(tmp_path, MANY), tmp_path / "out"
    process = started(path, out)
    if ending == signal.SIGINT:  # a terminal sends it to all processes
        os.killpg(process.pid, ending)
    else:
        process.send_signal(ending)
    printed, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert printed == "Stopped. The files that are written are whole; the same command goes on with the others.\n"
    assert "Traceback" not in errors
    wait_until_gone(process.pid)
    files = content(out)
    record = json.loads(files.pop(".convviz.json"))["files"]
    assert record.keys() == files.keys()
    assert 1 <= len(files) < 8
    assert files.items() <= expected(MANY, tmp_path).items()


def test_a_terminal_has_a_bar(tmp_path: Path) -> None:
    path = write(tmp_path, '[figures.a]\nrecipe = "dilated"\nformats = ["numpy.py", "svg"]')
    reader, writer = pty.openpty()
    termios.tcsetwinsize(writer, (24, 100))
    process = subprocess.Popen(command(path, tmp_path / "out"), cwd=ROOT, stderr=writer, stdout=subprocess.PIPE)
    os.close(writer)
    seen = b""
    try:
        while data := os.read(reader, 4096):
            seen += data
    except OSError:  # the other side is closed
        pass
    os.close(reader)
    assert process.communicate(timeout=60)[0] == b"2 drawn, 0 unchanged.\n"
    assert b"\r100%" in seen
    assert b"2/2" in seen


# What is refused ------------------------------------------------------------------------------------------------------

GIF = 'formats = ["gif"]'
RECIPE = "recipe must be the name of a variant, compare, preset/NAME, chart/NAME or network/NAME"
PICTURE = f"The name of a picture must be one of {VARIANTS}, compare"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("[figures.a]", [f"figures.a: {RECIPE}; it is missing."]),
        (
            f"[figures.a]\nrecipe = 3\n{GIF}",
            [f"figures.a: {RECIPE}; got 3."],
        ),
        (
            f'[figures.a]\nrecipe = "dilate"\nwidth = 1\n{GIF}',
            [f"figures.a: {PICTURE}; got 'dilate'. Did you mean dilated?"],
        ),
        (
            '[figures.a]\nrecipe = "dilated"',
            ['figures.a: formats must be a list such as ["gif", "pdf"]; it is missing.'],
        ),
        ("[figures]\na = 3", ["figures.a: it must be a table; got 3."]),
        (
            '[figures.a]\nrecipe = "dilated"\nformats = "gif"',
            ['figures.a: formats must be a list such as ["gif", "pdf"]; got \'gif\'.'],
        ),
        (
            '[figures.a]\nrecipe = "pooling"\nformats = ["giff", 3]\nstride = 0\nmode = "maxx"\nseed = {a = 1}\n'
            "width = 9",
            [
                "figures.a: stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got 0.",
                "figures.a: mode must be one of max, average; got 'maxx'.",
                "figures.a: seed must be a whole number from 0 to 4294967295; got {'a': 1}.",
                "figures.a: width must be a whole number from 240 to 3840; got 9.",
                f"figures.a: formats must be among {FORMATS}; got 'giff'. Did you mean gif?",
                f"figures.a: formats must be among {FORMATS}; got 3.",
            ],
        ),
        (
            f'[figures.a]\nrecipe = "standard"\nkernel_size = 7\nframe = true\ntheme = "drak"\n{GIF}',
            [
                "figures.a: The kernel (7 rows) is larger than the input (5 rows).",
                "figures.a: frame must be a whole number from 0 to 8; got True.",
                "figures.a: theme must be one of light, dark, transparent, print; got 'drak'.",
            ],
        ),
        (
            f'[figures.a]\nrecipe = "compare"\nleft = "standard"\n{GIF}',
            [f"figures.a: right must be one of {VARIANTS}; it is missing."],
        ),
        (
            '[figures.a]\nrecipe = "checkerboard"\nformats = ["xlsx"]',
            [
                "figures.a: checkerboard has the formats gif, mp4, webm, webp, apng, pptx, steps.pptx, png, svg, tex, "
                "pdf, zip, book.zip, html; got 'xlsx'."
            ],
        ),
        (
            '[figures.a]\nrecipe = "dilated"\nformats = ["html"]\ndials = ["stride"]\nseed = 1979-05-27',
            [
                "figures.a: dials must be a text such as \"dilation:1,2;stride\"; got ['stride'].",
                "figures.a: seed must be a whole number from 0 to 4294967295; got datetime.date(1979, 5, 27).",
            ],
        ),
        (
            f'[defaults]\nwidht = 3\ntheme = "drak"\n{GIF}\n[figures.a]\nrecipe = "dilated"\n[figures.b]\nrecipe = "d"',
            [
                "defaults: 'widht' is no parameter, option or list of formats. Did you mean width?",
                "defaults: theme must be one of light, dark, transparent, print; got 'drak'.",
                f"figures.b: {PICTURE}; got 'd'.",
            ],
        ),
        (
            '[figures.A]\nrecipe = "dilated"\nformats = ["gif"]\n[figures.a]\nrecipe = "dilated"\nformats = ["pdf"]',
            ["figures.a: its name must differ from A in more than capital letters; some systems confuse them."],
        ),
        (
            '[figures.a]\nrecipe = "dilated"\nformats = ["worksheet.pdf"]\n'
            '[figures."a.worksheet"]\nrecipe = "dilated"\nformats = ["pdf"]',
            ["figures.'a.worksheet': its file a.worksheet.pdf must not be one of figures.a, too."],
        ),
    ],
)
def test_all_mistakes_are_said_before_anything_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentences: list[str]
) -> None:
    path = write(tmp_path, text)
    assert main(["batch", str(path), "-o", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.splitlines() == [f"convviz: recipes.toml, {sentence}" for sentence in sentences]
    assert not (tmp_path / "out").exists()


def test_of_many_mistakes_some_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH_MISTAKES", 2)
    with pytest.raises(PlanError) as caught:
        read_plan(write(tmp_path, '[figures.a]\nrecipe = "dilated"\nformats = ["x", "y", "z", 3, 4]'))
    assert [sentence[-12:] for sentence in caught.value.args[:2]] == ["py; got 'x'.", "py; got 'y'."]
    assert caught.value.args[2:] == ("recipes.toml has 3 more mistakes.",)


SYSTEM = "the name of a figure must be that of a file on every system; got {} in it."
EDGE = "the name of a figure must neither begin nor end with a dot or a blank, nor be empty."
DEVICE = "the name of a figure must not be one that Windows has for devices, such as CON, NUL or COM1."


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("../a", [SYSTEM.format("'/'"), EDGE]), ("a\\\\b", [SYSTEM.format(r"'\\'")]),
        ("/etc/a", [SYSTEM.format("'/'")]),
        ("a:b", [SYSTEM.format("':'")]), ("a\\u0007", [SYSTEM.format(r"'\x07'")]), ("a\\nb", [SYSTEM.format(r"''")]),
        ("a\\u202eb", [SYSTEM.format(r"'\u202e'")]), (".a", [EDGE]), ("a.", [EDGE]), ("a ", [EDGE]), ("", [EDGE]),
        ("CON", [DEVICE]), ("nul.a", [DEVICE]), ("Com1", [DEVICE]), ("lpt²", [DEVICE]),
        ("a" * 101, ["the name of a figure must have at most 100 bytes; got 101."]),
        ("ä" * 51, ["the name of a figure must have at most 100 bytes; got 102."]),
    ],
)  # fmt: skip
def test_names_that_are_no_safe_names_of_files_are_refused(tmp_path: Path, name: str, sentences: list[str]) -> None:
    with pytest.raises(PlanError) as caught:
        read_plan(write(tmp_path, f'[figures."{name}"]\nrecipe = "dilated"\n{GIF}'))
    assert [sentence.partition(": ")[2] for sentence in caught.value.args] == sentences


def test_names_that_are_safe_are_taken(tmp_path: Path) -> None:
    for name in ("a", "fig 1", "3.2 dilated", "Größe", "畳み込み", "console", "a" * 100):
        assert read_plan(write(tmp_path, f'[figures."{name}"]\nrecipe = "dilated"\n{GIF}'))[0].name == f"{name}.gif"


def test_what_is_no_plan_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(text: str | bytes) -> str:
        path = tmp_path / "recipes.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(SpecError) as caught:
            read_plan(path)
        return str(caught.value).removeprefix(f"{path} ").replace(f" of {path}", " of it")

    figure = f'[figures.a]\nrecipe = "dilated"\n{GIF}\n'
    assert refusal("") == "must have a table [figures.NAME] for each figure; it has none."
    assert refusal("[figures]") == "must have a table [figures.NAME] for each figure; it has none."
    assert refusal("figures = 3") == "figures of it must be a table; got 3."
    assert refusal(figure + "[defualts]") == (
        "must have the tables [defaults] and [figures.NAME] alone; got 'defualts'. Did you mean defaults?"
    )
    assert refusal("a = ") == "must be TOML: Invalid value (at end of document)."
    assert refusal(figure + figure) == "must be TOML: Cannot declare ('figures', 'a') twice (at line 4, column 11)."
    assert refusal(b"a = '\xff'") == "must be a text in UTF-8; byte 5 is not."
    assert refusal("a = " + "[" * 10**5) == "must be TOML; its arrays or tables are nested too deeply."
    assert refusal("a = " + "9" * 5000) == "must be TOML; a number in it has too many digits."
    assert refusal("#" * 1_000_001) == "must have at most 1,000 kB; it has more."
    deep = "[" * 200 + "]" * 200
    assert "input must be" in refusal(f"{figure}input = {deep}")
    monkeypatch.setattr(limits, "BATCH_FILES", 2)
    assert refusal(figure.replace('"gif"', '"gif", "pdf", "png"')) == "must ask for at most 2 files; got 3."
    monkeypatch.setattr(limits, "BATCH_FIGURES", 1)
    assert refusal(figure + figure.replace(".a]", ".b]")) == "must have at most 1 figures; got 2."
    with pytest.raises(SpecError) as caught:
        read_plan(tmp_path / "nowhere.toml")
    assert (
        str(caught.value) == f"{tmp_path / 'nowhere.toml'} must be a file that can be read; No such file or directory."
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--jobs", "0"], "convviz: jobs must be from 1 to 61; got 0.\n"),
        (["--jobs", "two"], "convviz: --jobs must be a whole number; got 'two'.\n"),
        (["--jobs", "2", "--dask", "tcp://a:1"], "convviz batch: argument --dask: not allowed with argument --jobs\n"),
    ],
)
def test_options_that_do_not_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    try:
        status = main(["batch", str(write(tmp_path, TWO)), "-o", str(tmp_path / "out"), *words])
    except SystemExit as ended:  # argparse ends the process
        status = int(ended.code or 0)
    assert (status, capsys.readouterr().err) == (2, sentence)
