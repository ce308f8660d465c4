"""The coordinator's Dispatcher on AWS: slices are asynchronous invocations of the source or sink function.

Nothing is remembered about slices that run (I7): when a task is due follows from the clock, and its fence makes an
overlap harmless (I4). Neighbours: `calls` (the JSON), `coordinator.ports` (the protocol).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connect_core.aws import calls
from connect_core.coordinator.ports import Key
from connect_core.errors import ConnectError, Retriable
from connect_core.runtime.slice import SliceRequest

ANSWER_S = 85
"""Within the 90 s of a REST request."""


class Functions:
    """Invokes functions by name."""

    def __init__(self) -> None:
        self._made: Any = None

    @property
    def _client(self) -> Any:
        if self._made is None:
            import boto3
            from botocore.config import Config

            # A second attempt of a slow validation would only cost; invocations that were not accepted are repeated.
            config = Config(connect_timeout=5, read_timeout=ANSWER_S, retries={"total_max_attempts": 2})
            self._made = boto3.client("lambda", config=config)
        return self._made

    def start(self, function: str, call: calls.Call) -> None:
        """Have it invoked; returns when the invocation is queued."""
        self._client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(call).encode())

    def ask(self, function: str, call: calls.Call) -> Any:
        """Invoke and wait; the answer. Raises what the function reported as failed."""
        from botocore.exceptions import ReadTimeoutError

        try:
            given = self._client.invoke(FunctionName=function, Payload=json.dumps(call).encode())
        except ReadTimeoutError as error:
            raise ConnectError("Request timed out") from error
        answer = json.loads(given["Payload"].read() or b"null")
        if given.get("FunctionError"):
            kind, text = answer.get("errorType", "error"), answer.get("errorMessage", "")
            raise Retriable(f"The function {function} ended with {kind}: {text}")
        calls.raise_failure(answer)
        return answer


class LambdaDispatcher:
    """coordinator.ports.Dispatcher; ``kind`` says of a connector, ``kind_of`` of a config: source, sink or unknown."""

    def __init__(
        self,
        functions: Functions,
        *,
        source: str,
        sink: str,
        kind: Callable[[str], str],
        kind_of: Callable[[Mapping[str, str]], str],
    ) -> None:
        self._functions, self._source, self._sink = functions, source, sink
        self._kind, self._kind_of = kind, kind_of

    def start(self, request: SliceRequest) -> None:
        """Queue the slice. A connector of an unknown class goes to the source function, whose slice says so."""
        self._functions.start(self._name(self._kind(request.connector)), calls.slice_call(request))

    def stop(self, connector: str, task: int) -> None:
        """Slices follow the config topic and end by themselves."""

    def running(self) -> Mapping[Key, int]:
        """Nothing is remembered."""
        return {}

    def validate(self, config: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """The connector's outside checks."""
        answer: Mapping[str, Sequence[str]] = self._functions.ask(
            self._name(self._kind_of(config)), calls.validate_call(config)
        )
        return answer

    def alter_offsets(self, connector: str, config: Mapping[str, str], offsets: Sequence[Any]) -> bool:  # noqa: ARG002  the port's signature
        """The connector's say in an offsets change."""
        answer = self._functions.ask(self._name(self._kind_of(config)), calls.alter_call(config, offsets))
        return bool(answer["handled"])

    def _name(self, kind: str) -> str:
        return self._sink if kind == "sink" else self._source
