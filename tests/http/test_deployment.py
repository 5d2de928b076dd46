"""The Docker files, as far as they can be held to the code without an engine to run them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from glueml_core.cli.serve import command
from glueml_core.http import keys
from glueml_core.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_every_secret_that_compose_asks_for_is_in_the_example():
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()))
    example = (ROOT / "deploy" / "env.example").read_text()

    assert asked == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))


def test_the_server_s_variables_are_ones_that_it_reads():
    read = {f"GLUEML_{name}".upper() for name in Settings.model_fields}
    read |= {keys.ACCESS_KEY_ID, keys.SECRET_ACCESS_KEY, keys.KEYS_FILE}
    set_up = COMPOSE["services"]["server"]["environment"]

    assert {name for name in set_up if name.startswith("GLUEML_")} <= read


def test_the_image_s_command_is_one_that_glueml_has():
    entry_point = json.loads(re.search(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)[1])
    program = entry_point.index("glueml")

    assert entry_point[program + 1] == command.name
    context = command.make_context("serve", entry_point[program + 2 :])
    exposed = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)[1]
    assert context.params["port"] == int(exposed)


def test_what_the_image_copies_is_let_through_to_it():
    let_through = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)

    assert {name for line in copied for name in line.split()} <= set(let_through)
    assert all((ROOT / name).exists() for name in let_through)


def test_compose_waits_for_services_that_tell_their_health():
    services = COMPOSE["services"]
    for name in services["server"]["depends_on"]:
        assert "healthcheck" in services[name]
