"""FAILED of a slice that never got a producer of its own: a secret that is gone, a class that is not installed.

Normally a slice writes its status through its fenced producer. Where that could not even be made, this makes one from
the worker's properties alone, behind the same transactional id, so that a superseded slice cannot fail its successor
(I4). Neighbours: `ports` gives it to slices, `runtime.run` reports through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connect_core.kafka import layers
from connect_core.kafka.transactions import TransactionalProducer
from connect_core.runtime.ports import Message, StatusPort
from connect_core.runtime.slice import CONNECTOR, SliceRequest


class LastWord:
    """runtime.ports.StatusPort: another one, and what is reported without its messages having been asked for."""

    def __init__(self, inner: StatusPort, request: SliceRequest, *, worker: Mapping[str, str], group_id: str) -> None:
        self._inner, self._request = inner, request
        self._worker, self._group_id = worker, group_id
        self._handed: str | None = None

    def messages(self, state: str, trace: str | None) -> list[Message]:
        """For the slice's own producer, which sends them."""
        self._handed = state
        return self._inner.messages(state, trace)

    def report(self, state: str, trace: str | None) -> None:
        """Nothing, if the slice has sent this state; else it is written now. Raises Fenced or Retriable."""
        if self._handed != state and (messages := self._inner.messages(state, trace)):
            self._write(messages)
        self._inner.report(state, trace)

    def topics(self, topics: Sequence[str]) -> list[Message]:
        """For the slice's own producer."""
        return self._inner.topics(topics)

    def _write(self, messages: Sequence[Message]) -> None:
        request = self._request
        suffix = "connector" if request.task == CONNECTOR else str(request.task)
        producer = TransactionalProducer(
            layers.source_producer(
                self._worker,
                {},
                connector=request.connector,
                task=request.task,
                transactional_id=f"{self._group_id}-{request.connector}-{suffix}",
            )
        )
        try:
            producer.init()
            producer.begin()
            producer.send(messages)
            producer.commit()
        finally:
            producer.close()
