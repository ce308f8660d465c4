"""The config topic as one slice sees it: satisfies ``runtime.ports.Control``."""

from __future__ import annotations

from collections.abc import Callable

from connect_core.storage.config_records import CONNECTOR_ITSELF
from connect_core.storage.config_store import Configs
from connect_core.storage.state import ConfigState


class TopicControl[A]:
    """Follows one task, or the connector itself (task -1).

    ``build`` makes the answer from ``connector_config, task_config, task_count, target, generation, config_offset``
    (the host passes ``runtime.ports.Assignment``: storage and runtime do not know each other).
    """

    def __init__(self, configs: Configs, *, connector: str, task: int, build: Callable[..., A]) -> None:
        self._configs, self._connector, self._task, self._build = configs, connector, task, build
        self._answer: A | None = None

    def read(self) -> A | None:
        """What the topic says at its end; None: no such connector or task."""
        self._answer = self._of(self._configs.refresh())
        return self._answer

    def changed(self) -> bool:
        """True when ``read`` would differ; looks at the topic about once a second at most."""
        return self._of(self._configs.recent()) != self._answer

    def _of(self, state: ConfigState) -> A | None:
        entry = state.connectors.get(self._connector)
        if entry is None or self._task >= len(entry.tasks):
            return None
        return self._build(
            connector_config=entry.config,
            task_config={} if self._task == CONNECTOR_ITSELF else entry.tasks[self._task],
            task_count=len(entry.tasks),
            target=str(entry.target),
            generation=entry.generation,
            config_offset=entry.config_offset,
        )
