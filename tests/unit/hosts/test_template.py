"""The template, its documentation and the code agree on parameters and variables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEMPLATE = (ROOT / "template.yaml").read_text()
CODE = "\n".join(
    path.read_text()
    for place in ("functions", "connect_core/hosts", "connect_core/aws")
    for path in sorted((ROOT / place).rglob("*.py"))
)


def parameters() -> set[str]:
    """Names of the template's parameters."""
    section = re.search(r"^Parameters:\n(.*?)^\S", TEMPLATE, re.MULTILINE | re.DOTALL)
    assert section
    return set(re.findall(r"^  (\w+):$", section[1], re.MULTILINE))


def test_every_parameter_is_documented_and_used() -> None:
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "aws.md").read_text()))
    assert len(parameters()) > 20
    assert parameters() <= documented
    assert not {name for name in parameters() if not re.search(rf"(!Ref |\$\{{){name}\b", TEMPLATE)}


def test_every_parameter_is_in_a_group_of_the_console() -> None:
    groups = TEMPLATE.split("\nParameters:\n", 1)[0]
    assert not {name for name in parameters() if not re.search(rf"\b{name}\b", groups)}


def test_variables_that_the_code_reads_are_those_the_template_sets() -> None:
    variables = r"\bCONNECTLESS_[A-Z_]*[A-Z]"
    assert set(re.findall(variables, CODE)) == set(re.findall(variables, TEMPLATE))


def test_nothing_is_public_by_default() -> None:
    rest = re.search(r"^  RestAuth:\n(?:    .*\n)*?    Default: (\w+)", TEMPLATE, re.MULTILINE)
    assert rest
    assert rest[1] == "AWS_IAM"
    for found in re.finditer(r'^  (\w+):\n(?:    .*\n)*?      Principal: "\*"', TEMPLATE, re.MULTILINE):
        assert "Condition: IsPublic" in found[0], found[1]


def test_no_right_is_a_wildcard() -> None:
    actions = re.findall(r"Action: (.*)", TEMPLATE) + re.findall(r"^ +- ((?:\w|-)+:\S+)$", TEMPLATE, re.MULTILINE)
    assert len(actions) > 15
    assert not [action for action in actions if "*" in action]
