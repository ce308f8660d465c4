"""The local AWS with one small stack on it, started once for all deployment tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from connect_core.local.localstack import LocalStack

HERE = Path(__file__).parent
FIRST_USE_S = 900
"""The first run on a machine installs LocalStack and the SAM CLI inside some test's set-up."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(FIRST_USE_S))


@pytest.fixture(scope="session")
def localstack() -> Iterator[LocalStack]:
    """A local AWS for the run: `deploy`, `delete`, `aws`, `env`, `endpoint_url`."""
    with LocalStack(retry_delay_s=1) as server:
        yield server


@pytest.fixture(scope="session")
def client(localstack: LocalStack) -> Iterator[Callable[[str], Any]]:
    """boto3 clients of the local AWS by service name."""
    env = localstack.env()
    session = boto3.Session(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"])
    made: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in made:
            made[service] = session.client(service, endpoint_url=localstack.endpoint_url)
        return made[service]

    yield get
    for one in made.values():
        one.close()


@pytest.fixture(scope="session")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the deployed function notes the events it got."""
    return tmp_path_factory.mktemp("notebook")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the stack's sources, for a test that changes them; the path of the template."""
    shutil.copytree(HERE / "stack", tmp_path / "stack")
    return tmp_path / "stack" / "template.yaml"


@pytest.fixture(scope="session")
def stack(localstack: LocalStack, notebook: Path) -> dict[str, str]:
    """The outputs of the small stack, deployed once."""
    parameters = {"Greeting": 'say "hi" \\ there', "Notebook": str(notebook)}
    return localstack.deploy(HERE / "stack" / "template.yaml", stack="small", parameters=parameters)
