"""LocalStack as a plain process: an AWS on this machine, with functions as processes and triggers from a real Kafka.

LocalStack and our plugins for it (infra/localstack) run in an environment of their own; of this package they see
`connect_core.local.function` alone. Any number of instances may run at once: each has its own port, folders and
temporary directory. Everything in one is lost when it stops.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import connect_core
from connect_core.local.process import HOST, Process, Server, ServerError, free_ports
from connect_core.local.sam import Sam, run_with_limit
from connect_core.local.venvs import Progress, checkout, environment, install_plugin, quiet

REGION = "us-east-1"
RUNTIME = "python3.13"
_BUCKET = "connectless-deployments"
_DELETE_LIMIT_S = 120.0
_STOP_GRACE_S = 5.0


class LocalStack(Server):
    """``with LocalStack() as aws: outputs = aws.deploy(template, stack="demo")``.

    ``retry_delay_s`` is the pause before the first retry of an asynchronous invocation (the second waits twice that).
    """

    name = "localstack"

    def __init__(
        self,
        *,
        port: int | None = None,
        data: Path | str | None = None,
        retry_delay_s: int = 60,
        progress: Progress = quiet,
    ) -> None:
        super().__init__(data=data)
        self._port = port
        self._retry_delay_s = retry_delay_s
        self._progress = progress
        self._home = Path()

    @property
    def endpoint_url(self) -> str:
        """Where all services answer; what ``AWS_ENDPOINT_URL`` must be."""
        if self._port is None:
            raise ServerError("localstack was not started: call start() or use it in a with statement")
        return f"http://{HOST}:{self._port}"

    def env(self) -> dict[str, str]:
        """Variables with which any AWS client talks to this instance."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    # stacks

    def deploy(
        self,
        template: Path,
        *,
        stack: str,
        parameters: Mapping[str, str] | None = None,
        into: Path | None = None,
        timeout_s: float = 600,
    ) -> dict[str, str]:
        """Build and deploy a SAM template; the stack's outputs. A build kept in ``into`` is reused by the next one."""
        sam = Sam(env=self.env(), progress=self._progress)
        built = sam.build(template, into=into or self.directory / "sam" / stack, timeout_s=timeout_s)
        # A bucket of our own: for the one SAM would make it waits a quarter of a minute.
        self.aws("s3api", "create-bucket", "--bucket", _BUCKET)
        sam.deploy(built, stack=stack, parameters=parameters, bucket=_BUCKET, timeout_s=timeout_s)
        return self.outputs(stack)

    def outputs(self, stack: str) -> dict[str, str]:
        """The outputs of a deployed stack."""
        answer = self.aws("cloudformation", "describe-stacks", "--stack-name", stack)
        return {one["OutputKey"]: one["OutputValue"] for one in answer["Stacks"][0].get("Outputs", [])}

    def delete(self, stack: str) -> None:
        """Delete a stack and wait until it is gone. Not by `sam delete`, which always waits half a minute."""
        described = self.aws("cloudformation", "describe-stacks", "--stack-name", stack)
        identity = described["Stacks"][0]["StackId"]
        self.aws("cloudformation", "delete-stack", "--stack-name", stack)

        def gone() -> bool:
            now = self.aws("cloudformation", "describe-stacks", "--stack-name", identity)["Stacks"][0]
            if now["StackStatus"] == "DELETE_FAILED":
                raise ServerError(f"Stack {stack} was not deleted: {now.get('StackStatusReason', 'no reason given')}")
            return bool(now["StackStatus"] == "DELETE_COMPLETE")

        self.process.wait_until(gone, what=f"deleting stack {stack}", timeout=_DELETE_LIMIT_S)

    def aws(self, *arguments: str) -> Any:
        """One call of the AWS CLI; its JSON answer, or None where it prints nothing."""
        command = [str(self._home / "bin" / "python"), "-m", "awscli", *arguments, "--output", "json"]
        code, lines = run_with_limit(command, env=self._base_env() | self.env(), timeout_s=60)
        text = "\n".join(lines)
        if code:
            raise ServerError(f"`aws {' '.join(arguments)}` failed with exit code {code}:\n{text[-3000:]}")
        return json.loads(text) if text.strip() else None

    # life

    def _prepare(self) -> None:
        self._home = environment("localstack", progress=self._progress)
        if self._port is None:
            (self._port,) = free_ports(1)
        for folder in ("volume", "tmp", "path"):
            (self.directory / folder).mkdir(exist_ok=True)
        link = self.directory / "path" / "connect_core"
        link.unlink(missing_ok=True)
        # This package alone becomes importable in LocalStack, not the environment it is installed in.
        link.symlink_to(Path(connect_core.__file__).resolve().parent)

    def _launch(self) -> Process:
        self._progress(f"Starting LocalStack on {self.endpoint_url}")
        command: list[str | Path] = [self._home / "bin" / "python", "-m", "localstack.runtime.main"]
        process = Process(command, log=self.log, env=self._base_env() | self._settings(), cwd=self.directory)
        process.wait_until(self._healthy, what="LocalStack", timeout=120)
        return process

    def stop_process(self) -> None:
        """End it; nothing of it is kept, so it gets little time: a stop right after calls may hang in LocalStack."""
        process, self._process = self._process, None
        if process is not None:
            process.stop(grace=_STOP_GRACE_S)

    def _base_env(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = f"{self._home / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return kept | {"PATH": path, "TMPDIR": str(self.directory / "tmp")}

    def _settings(self) -> dict[str, str]:
        plugin = install_plugin(checkout() / "infra" / "localstack", into=self._home)
        python = environment("lambda-runtime", byte_code=True, progress=self._progress) / "bin" / "python"
        return {
            "PYTHONPATH": f"{plugin}{os.pathsep}{self.directory / 'path'}",
            "GATEWAY_LISTEN": f"{HOST}:{self._port}",
            "FILESYSTEM_ROOT": str(self.directory),
            "LOCALSTACK_VOLUME_DIR": str(self.directory / "volume"),
            "LAMBDA_RUNTIME_EXECUTOR": "process",
            "LAMBDA_PROCESS_PYTHONS": json.dumps({RUNTIME: str(python)}),
            "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.1",
            "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "1",
            "LAMBDA_RETRY_BASE_DELAY": str(self._retry_delay_s),
            # It would lay its folders out as in its own image, at the root, when it sees that it is in some container.
            "OVERRIDE_IN_DOCKER": "0",
            # Nothing leaves this machine, and no name server of its own
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DISABLE_EVENTS": "1",
            "DNS_ADDRESS": "0",
        }

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint_url}/_localstack/health", timeout=2) as answer:  # noqa: S310  # our own URL
                return bool(answer.status == 200)
        except OSError:
            return False
