"""LocalStack's runtime executor on `FunctionProcess`: one execution environment = one plain process.

``LAMBDA_PROCESS_PYTHONS`` is a JSON object runtime -> interpreter; each interpreter must have `awslambdaric` and should
have nothing else but what AWS's runtime brings, so that a missing requirement is noticed here and not in the cloud.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

from connect_core.local.function import FunctionProcess, PayloadTooLarge
from connect_core.local.runtime_api import error_body

_PYTHONS: dict[str, str] = json.loads(os.environ.get("LAMBDA_PROCESS_PYTHONS", "{}"))


class ProcessRuntimeExecutor(RuntimeExecutor):
    """Starts, feeds and ends the process of one execution environment."""

    function_version: FunctionVersion

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._process: FunctionProcess | None = None

    def start(self, env_vars: dict[str, Any]) -> None:
        """Run the init phase. Its failure is the answer to the first event, and so gets into the function's log."""
        settings = self.function_version.config
        python = _PYTHONS.get(str(settings.runtime))
        if python is None or settings.handler is None or settings.code is None:
            known = ", ".join(sorted(_PYTHONS)) or "none"
            raise LambdaRuntimeException(
                f"Only packages of a known runtime ({known}: LAMBDA_PROCESS_PYTHONS) run here, not {settings.runtime}"
            )
        self._process = FunctionProcess(
            handler=settings.handler,
            code=Path(settings.code.get_unzipped_code_location()),
            layers=[Path(layer.code.get_unzipped_code_location()) for layer in settings.layers if layer.code],
            env={name: str(value) for name, value in env_vars.items()}
            | {
                "AWS_EXECUTION_ENV": f"AWS_Lambda_{settings.runtime}",
                # /var/task is read-only on AWS: a package without byte code pays for it at every cold start, here too
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            name=self.function_version.id.function_name,
            version=self.function_version.id.qualifier,
            memory_mb=settings.memory_size,
            timeout_s=settings.timeout,
            python=python,
        )
        self._process.start()

    def stop(self) -> None:
        """End the process, also in the middle of an event."""
        if self._process is not None:
            self._process.stop()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run one event; every outcome but a broken LocalStack is a result."""
        assert self._process is not None
        request_id = payload["invoke-id"]
        try:
            done = self._process.invoke(
                payload["payload"].encode(),
                arn=payload["invoked-function-arn"],
                request_id=request_id,
                trace_id=payload.get("trace-id") or "",
            )
        except PayloadTooLarge as error:
            body = error_body("RequestEntityTooLargeException", str(error))
            return InvocationResult(request_id, body, is_error=True, logs=f"{error}\n")
        return InvocationResult(request_id, done.payload, is_error=done.error, logs=done.logs)

    def get_logs(self) -> str:
        """The last of what the process printed."""
        return self._process.recent_output() if self._process is not None else ""

    def get_address(self) -> str:
        """Where the environment is reached from LocalStack."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Where the environment reaches LocalStack: what it sets as AWS_ENDPOINT_URL."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Unused by a process: LocalStack's own init would report there."""
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}/_connectless/{self.id}"

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack code and layers of a version before its first environment starts."""
        settings = function_version.config
        for package in (settings.code, *(layer.code for layer in settings.layers)):
            if package is not None:
                package.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing is prepared beyond the unpacked code, which LocalStack removes itself."""

    @classmethod
    def validate_environment(cls) -> bool:
        """A process needs nothing of the machine."""
        return True
