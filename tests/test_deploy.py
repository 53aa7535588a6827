"""The files of deploy/ agree with the app and with each other: names, ports, variables, paths."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from convviz import limits
from convviz.web.app import chart, download, embed, render, scene
from convviz.web.app.metrics import METRICS
from convviz.web.app.serving import READY
from convviz.web.app.settings import PROCESS_COOKIE, read_settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OBJECTS = {each["kind"]: each for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())}
APPS = {name: service for name, service in COMPOSE["services"].items() if name != "nginx"}
POD = OBJECTS["Deployment"]["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
PORT, HEALTH, USER = "8501", "/_stcore/health", 10001


def test_the_image_runs_the_wheel_with_locked_requirements_as_a_normal_user() -> None:
    assert f"USER {USER}:{USER}\n" in DOCKERFILE
    assert f'"--server.port", "{PORT}"]' in DOCKERFILE
    assert f"EXPOSE {PORT}\n" in DOCKERFILE
    assert f"http://127.0.0.1:{PORT}{HEALTH}" in DOCKERFILE
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert "--require-hashes" in DOCKERFILE


def test_the_image_gets_what_the_wheel_is_made_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    sources = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"], "convviz", "pyproject.toml"}
    sources |= {project["project"]["readme"], "LICENSE", "requirements.lock"}
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sent == sources


def test_variables_are_those_that_the_app_reads() -> None:
    pod = {each["name"]: each.get("value", "secret") for each in CONTAINER["env"]}
    for environment in (*(service["environment"] for service in APPS.values()), pod):
        assert read_settings(environment).log == "json"
        others = {name for name in environment if not name.startswith("CONVVIZ_")}
        assert others == {"FORWARDED_ALLOW_IPS", "STREAMLIT_SERVER_COOKIE_SECRET"}


def test_each_process_has_a_number_of_its_own_that_nginx_knows() -> None:
    numbers = {read_settings(service["environment"]).process: name for name, service in APPS.items()}
    assert numbers == {k: f"app{k}" for k in range(1, len(APPS) + 1)}
    chosen = re.search(rf"map \$cookie_{PROCESS_COOKIE} \$process {{(.*?)}}", NGINX, re.DOTALL)
    assert chosen is not None
    assert dict(re.findall(r"(\w+) (\w+);", chosen[1])) == {
        "default": "any",
        **{str(number): name for number, name in numbers.items()},
    }
    for group in ("any", *APPS):
        inside = re.search(rf"upstream {group} {{(.*?)}}", NGINX, re.DOTALL)
        assert inside is not None
        assert sorted(re.findall(r"server (\w+):(\d+)", inside[1])) == [(name, PORT) for name in APPS]
    assert set(COMPOSE["services"]["nginx"]["depends_on"]) == set(APPS)


def test_answers_that_need_no_session_go_to_any_process_and_into_the_cache() -> None:
    routes = (*render.routes, *scene.routes, *embed.routes, *download.routes)
    folders = {route.path.split("/")[1] for route in routes}
    free = re.search(r"location ~ \^/\(([a-z|]+)\)\(/\|\$\) {", NGINX)
    assert free is not None
    assert {*free[1].split("|"), "render"} == folders | {"static"}  # Streamlit's own files
    (kept,) = (route.path.split("/")[1] for route in chart.routes)
    assert f"location /{kept}/ {{" in NGINX


def test_nginx_lets_through_what_the_app_takes() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    body = re.search(r"client_max_body_size (\d+)m; # server.maxUploadSize", NGINX)
    assert body is not None
    assert int(body[1]) == config["server"]["maxUploadSize"] + 2
    for zone, files in (("answers", 80), ("pictures", 15)):  # of a first visit, in a class of 200
        bursts = re.findall(rf"zone={zone} burst=(\d+) nodelay", NGINX)
        assert min(map(int, bursts)) >= 200 * files
    buffers = re.search(r"large_client_header_buffers 4 (\d+)k;", NGINX)
    assert buffers is not None
    assert int(buffers[1]) * 1024 > limits.QUERY * 1.5


@pytest.mark.parametrize("service", COMPOSE["services"].values(), ids=COMPOSE["services"])
def test_services_may_do_little(service: dict[str, object]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit"} <= set(service)


def test_pods_may_do_little_and_reach_no_other_host() -> None:
    assert POD["securityContext"]["runAsUser"] == USER
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert CONTAINER["ports"] == [{"name": "http", "containerPort": int(PORT)}]
    for probe in ("startupProbe", "livenessProbe"):
        assert CONTAINER[probe]["httpGet"] == {"path": HEALTH, "port": "http"}
    assert CONTAINER["readinessProbe"]["httpGet"] == {"path": READY, "port": "http"}
    closed = re.search(r"location ~ \^/\(([\w/|]+)\)\$ {", NGINX)
    assert closed is not None
    assert {f"/{path}" for path in closed[1].split("|")} == {METRICS, READY, "/_stcore/metrics"}
    policy = OBJECTS["NetworkPolicy"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in policy
    labels = OBJECTS["Deployment"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        OBJECTS["Deployment"]["spec"]["selector"]["matchLabels"],
        OBJECTS["Service"]["spec"]["selector"],
        OBJECTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        policy["podSelector"]["matchLabels"],
    ]
    assert selectors == [labels] * 4
