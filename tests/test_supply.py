"""What is installed: each package has a reason, a locked version with hashes, and a license.

``python -m tests.test_supply`` writes the table of licenses in docs/licenses.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LICENSES = ROOT / "docs/licenses.md"
ENTRY = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.]+)(?: ; (?P<marker>.+?))?(?: --hash=sha256:[0-9a-f]{64})+")
MACHINES = [
    default_environment() | {"extra": "", "python_version": version, "python_full_version": f"{version}.0"} | system
    for version in ("3.11", "3.12", "3.13")
    for system in (
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
        {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    )
]
"""The environments for which requirements.lock has a version of each package."""
TABLE = re.compile(r"(?<=^\| package \| license \|\n\|---\|---\|\n)(?:\|.*\n)*", re.MULTILINE)
GOES_WITH_MIT = {
    "MIT", "MIT License", "MIT-CMU", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "3-Clause BSD License", "PSF-2.0",
    "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", "Python Software Foundation License",
    "Apache-2.0", "Apache License 2.0", "Apache Software License", "Apache-2.0 OR BSD-2-Clause",
    "Apache-2.0 AND BSD-2-Clause",
    "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0 AND MIT",  # binds who changes their own files
}  # fmt: skip
"""Licenses of programs that a program under the MIT license may bring with it, as the packages spell them."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def required() -> list[Requirement]:
    """Return the requirements of the app. tests/test_quality.py compares them with the extra ``app``."""
    lines = (line.partition("#")[0].strip() for line in read("requirements.txt").splitlines())
    return [Requirement(line) for line in lines if line]


def unlocked(text: str, requirements: list[Requirement]) -> list[str]:
    """Return a sentence for each mistake of a lock file: what it does not pin, and what it lacks somewhere."""
    without_comments = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)
    lines = [re.sub(" +", " ", line).strip() for line in without_comments.replace("\\\n", "").splitlines()]
    entries = [entry for line in lines if (entry := ENTRY.fullmatch(line))]
    found = [f"{line[:60]} is no version with hashes" for line in lines if not ENTRY.fullmatch(line)]
    for machine in MACHINES:
        where = f"on {machine['sys_platform']} with Python {machine['python_version']}"
        here = [entry for entry in entries if not entry["marker"] or Marker(entry["marker"]).evaluate(machine)]
        versions = {entry["name"]: entry["version"] for entry in here}
        if len(versions) < len(here):
            found.append(f"a package has two versions {where}")
        for need in [*requirements, *needs_of(versions, machine)]:
            version = versions.get(canonicalize_name(need.name))
            if version is None or not need.specifier.contains(version, prereleases=True):
                found.append(f"{need.name}{need.specifier} is needed {where}; got {version}")
    return found


def needs_of(versions: dict[str, str], machine: dict[str, str]) -> Iterator[Requirement]:
    """Yield what the packages need, of those that are installed here in the locked version."""
    for name, version in versions.items():
        if installed(name, version):
            for need in map(Requirement, metadata.requires(name) or ()):
                if need.marker is None or need.marker.evaluate(machine):
                    yield need


def installed(name: str, version: str) -> bool:
    try:
        return metadata.version(name) == version
    except metadata.PackageNotFoundError:
        return False


def stated_license(name: str) -> str:
    """Return the license that an installed package states: the newest of the three ways to state it that it uses."""
    about = metadata.metadata(name)
    classifiers = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License")]
    return about.get("License-Expression") or " AND ".join(classifiers) or about["License"]


def locked() -> list[tuple[str, str]]:
    return re.findall(r"^([a-z0-9-]+)==([\w.]+)", read("requirements.lock"), re.MULTILINE)


def licenses() -> dict[str, str]:
    """Return the table of docs/licenses.md."""
    (table,) = TABLE.findall(LICENSES.read_text(encoding="utf-8"))
    return dict(re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE))


def test_the_lock_has_a_version_with_hashes_of_all_that_the_app_needs() -> None:
    text = read("requirements.lock")
    assert unlocked(text, required()) == []
    assert "://" not in text  # the file names no registry: whoever installs decides where from


def test_mistakes_of_a_lock_are_found() -> None:
    text = f"# made\na==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # via b\nb==2 ; sys_platform == 'linux' \\\n"
    text += f"    --hash=sha256:{'1' * 64}\nc==3\n"
    wants = [Requirement("a>=2"), Requirement("b<3")]
    linux, mac = (
        [f"on {system} with Python {version}" for version in ("3.11", "3.12", "3.13")] for system in ("linux", "darwin")
    )
    found = unlocked(text, wants)
    assert found[:2] == ["c==3 is no version with hashes", f"a>=2 is needed {linux[0]}; got 1.0"]
    assert f"b<3 is needed {mac[2]}; got None" in found
    assert not [sentence for sentence in found if sentence.startswith("b<3") and "linux" in sentence]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_requirement_has_a_reason(name: str) -> None:
    lines = [line for line in read(name).splitlines() if not line.startswith(("#", "-r "))]
    assert [line for line in lines if not re.fullmatch(r"\S+ +# \w.+", line)] == []


def test_the_table_of_licenses_is_that_of_the_lock() -> None:
    kept = licenses()
    assert list(kept) == sorted({name for name, _ in locked()})
    here = {name: stated_license(name) for name, version in locked() if installed(name, version)}
    assert len(here) > 40
    assert {name: kept[name] for name in here} == here, "run: python -m tests.test_supply"


def test_every_license_goes_with_that_of_convviz() -> None:
    assert {name: terms for name, terms in licenses().items() if terms not in GOES_WITH_MIT} == {}


if __name__ == "__main__":
    rows = "".join(f"| {name} | {stated_license(name)} |\n" for name in sorted({name for name, _ in locked()}))
    LICENSES.write_text(TABLE.sub(rows, LICENSES.read_text(encoding="utf-8")), encoding="utf-8")
