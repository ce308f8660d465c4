"""A SAM stack on the local AWS: functions as processes, URLs, aliases, custom resources, repeated deployments."""

from __future__ import annotations

import base64
import json
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from connect_core.local.localstack import REGION, LocalStack
from connect_core.local.process import ServerError
from connect_core.local.sam import Sam

type Client = Callable[[str], Any]


def call(client: Client, function: str, event: object) -> tuple[Any, str | None, str]:
    """Payload, error kind and log tail of a synchronous invocation."""
    done = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), LogType="Tail")
    return json.load(done["Payload"]), done.get("FunctionError"), base64.b64decode(done["LogResult"]).decode()


def test_a_deployed_function_answers_with_lambdas_log_lines(client: Client, stack: dict[str, str]) -> None:
    answer, error, log = call(client, stack["FunctionName"] + ":live", {"a": 1})
    assert error is None
    assert answer["event"] == {"a": 1}
    assert answer["greeting"] == 'say "hi" \\ there'
    assert answer["layer"] == "the layer"
    assert answer["arn"].endswith(f":function:{stack['FunctionName']}:live")
    assert log.startswith("START RequestId: ")
    assert "\tMemory Size: 256 MB\tMax Memory Used: " in log


def test_a_raised_error_is_reported_as_lambda_does(client: Client, stack: dict[str, str]) -> None:
    answer, error, log = call(client, stack["FunctionName"], {"fail": True})
    assert error == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"]) == ("RuntimeError", "as you wish")
    assert "[ERROR] RuntimeError: as you wish" in log


def test_the_function_url_is_reached_by_its_host_header(localstack: LocalStack, stack: dict[str, str]) -> None:
    host = urlsplit(stack["FunctionUrl"]).netloc
    request = urllib.request.Request(
        f"{localstack.endpoint_url}/connectors/a", data=b"{}", method="POST", headers={"Host": host}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201
        assert json.load(answer) == {"path": "/connectors/a", "method": "POST"}


def test_an_alias_of_latest_names_itself_in_the_arn(client: Client, stack: dict[str, str]) -> None:
    name = stack["FunctionName"]
    client("lambda").create_alias(FunctionName=name, Name="connector-abc", FunctionVersion="$LATEST")
    answer, error, _ = call(client, f"{name}:connector-abc", {})
    assert error is None
    assert answer["arn"].endswith(f":function:{name}:connector-abc")


def test_a_failed_init_is_answered_and_logged(client: Client, stack: dict[str, str], tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    _zip(package, {"app.py": "print('loading')\nimport no_such_module\n"})
    role = client("lambda").get_function_configuration(FunctionName=stack["FunctionName"])["Role"]
    client("lambda").create_function(
        FunctionName="broken",
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": package.read_bytes()},
    )
    client("lambda").get_waiter("function_active_v2").wait(FunctionName="broken", WaiterConfig={"Delay": 1})
    answer, error, log = call(client, "broken", {})
    assert error == "Unhandled"
    assert answer["errorType"] == "Runtime.ImportModuleError"
    assert "loading\n" in log


def _zip(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def test_a_custom_resource_gets_texts_and_gives_attributes(stack: dict[str, str]) -> None:
    assert stack["CleanUpId"] == "clean-up"
    assert stack["CleanUpSaw"] == "Create true"


def test_a_custom_resource_whose_function_does_not_answer_fails_the_stack(
    client: Client, stack: dict[str, str]
) -> None:
    function = client("lambda").get_function_configuration(FunctionName=stack["FunctionName"])["FunctionArn"]
    resource = {"Type": "Custom::Silent", "Properties": {"ServiceToken": function}}
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="silent", TemplateBody=json.dumps({"Resources": {"Silent": resource}}))
    with pytest.raises(Exception, match="Waiter StackCreateComplete failed"):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="silent", WaiterConfig={"Delay": 1})
    events = cloudformation.describe_stack_events(StackName="silent")["StackEvents"]
    reasons = [event.get("ResourceStatusReason", "") for event in events if event["ResourceType"] == "Custom::Silent"]
    assert any("without answering at its ResponseURL" in reason for reason in reasons), reasons


def test_a_second_deployment_moves_the_alias_and_a_deleted_stack_takes_its_mappings_along(
    localstack: LocalStack, client: Client, sources: Path, notebook: Path
) -> None:
    parameters = {"Greeting": "first", "Notebook": str(notebook)}
    name = localstack.deploy(sources, stack="again", parameters=parameters)["FunctionName"]
    assert call(client, f"{name}:live", {})[0]["greeting"] == "first"
    client("lambda").create_alias(FunctionName=name, Name="connector-x", FunctionVersion="$LATEST")
    mapping = client("lambda").create_event_source_mapping(
        FunctionName=f"{name}:connector-x",
        Topics=["nobody_writes_here"],
        StartingPosition="TRIM_HORIZON",
        SourceAccessConfigurations=[],
        SelfManagedEventSource={"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["127.0.0.1:9"]}},
    )

    app = sources.parent / "function" / "app.py"
    app.write_text(app.read_text().replace('"greeting": os.environ["GREETING"]', '"greeting": "second"'))
    localstack.deploy(sources, stack="again", parameters=parameters)
    assert client("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"
    assert call(client, f"{name}:live", {})[0]["greeting"] == "second"
    assert call(client, f"{name}:connector-x", {})[0]["greeting"] == "second"

    localstack.delete("again")
    with pytest.raises(client("lambda").exceptions.ResourceNotFoundException):
        client("lambda").get_event_source_mapping(UUID=mapping["UUID"])
    with pytest.raises(client("lambda").exceptions.ResourceNotFoundException):
        client("lambda").get_function(FunctionName=name)


def test_validation_names_a_key_that_is_none(localstack: LocalStack, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    function = (
        "{Handler: a.b, Runtime: python3.13, InlineCode: x, Events: {E: {Type: Schedule, Properties: {Bogus: 1}}}}"
    )
    template.write_text(f"Resources: {{F: {{Type: AWS::Serverless::Function, Properties: {function}}}}}\n")
    with pytest.raises(ServerError, match=r"`sam validate` failed[\s\S]*Bogus"):
        Sam(env=localstack.env()).validate(template)


def test_a_failed_deployment_shows_what_sam_said(localstack: LocalStack, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {Thing: {Type: AWS::Serverless::Function, Properties: {Nonsense: 1}}}\n")
    with pytest.raises(ServerError, match="`sam build` failed with exit code"):
        localstack.deploy(template, stack="bad")


def test_two_instances_live_side_by_side(client: Client) -> None:
    with LocalStack() as other:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
        there = boto3.client("s3", endpoint_url=other.endpoint_url, **keys)
        there.create_bucket(Bucket="only-there")
        assert [bucket["Name"] for bucket in there.list_buckets()["Buckets"]] == ["only-there"]
        assert "only-there" not in [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
        there.close()
