"""What a host knows of itself: the worker's properties and what follows from them. Picklable: slots get a copy."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from connect_core.api import ConfigProvider
from connect_core.config.distributed import DistributedConfig
from connect_core.config.worker import StandaloneConfig
from connect_core.java.properties import load as load_properties
from connect_core.runtime.assemble import Environment
from connect_core.telemetry import configure

STANDALONE_GROUP = "connect"
SHUTDOWN_EXTRA_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """A worker's raw properties, checked; ``standalone`` keeps config and status in memory and offsets in a file."""

    properties: Mapping[str, str]
    standalone: bool

    @property
    def group_id(self) -> str:
        """``group.id``; standalone workers have none and use Connect's literal ``connect``."""
        return STANDALONE_GROUP if self.standalone else self.properties["group.id"]

    @property
    def exactly_once(self) -> bool:
        """Records and offsets in one transaction: our default (I1); ``disabled`` gives Connect's at-least-once path."""
        support = self.properties.get("exactly.once.source.support", "enabled").strip().lower()
        return not self.standalone and support == "enabled"

    @property
    def listener(self) -> str:
        """The first of ``listeners``; ``http://:8083`` unless set."""
        return self.properties.get("listeners", "http://:8083").split(",")[0].strip()

    @property
    def worker_id(self) -> str:
        """``<advertised host>:<advertised port>`` (spec kafka-connect.md 2.1)."""
        listener = urlsplit(self.listener)
        host = self.properties.get("rest.advertised.host.name") or listener.hostname or socket.gethostname()
        port = self.properties.get("rest.advertised.port") or str(listener.port or 8083)
        return f"{host}:{port}"

    @property
    def slots(self) -> int:
        """Slot processes: one per core."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)

    @property
    def shutdown_s(self) -> float:
        """How long slices may take for their last commits."""
        return int(self.properties.get("task.shutdown.graceful.timeout.ms", "5000")) / 1000 + SHUTDOWN_EXTRA_S

    @property
    def metrics_window_s(self) -> float:
        """How far back averages and maxima of metrics reach: ``metrics.num.samples`` sample windows."""
        given = self.properties
        return int(given.get("metrics.num.samples", "2")) * int(given.get("metrics.sample.window.ms", "30000")) / 1000

    def topic(self, kind: str) -> str:
        """``config``, ``offset`` or ``status`` topic."""
        return self.properties[f"{kind}.storage.topic"]

    def environment(self) -> Environment:
        """What the runtime must know; look-ups go through the worker's config providers."""
        return Environment(
            properties=self.properties,
            group_id=self.group_id,
            exactly_once=self.exactly_once,
            fencing=not self.standalone,
            offsets_topic=self.properties.get("offset.storage.topic", ""),
            lookup=Providers(self.properties),
        )

    def configure_logging(self, level: str) -> None:
        """Log lines to standard error, with the task they belong to and without secrets (I6)."""
        configure(level=level)


class Providers:
    """``config.providers`` of the worker, loaded when first asked (config.references.Lookup)."""

    def __init__(self, properties: Mapping[str, str]) -> None:
        self._properties = dict(properties)
        self._loaded = cache(self._load)

    def __call__(self, provider: str, path: str, keys: Collection[str]) -> Mapping[str, str] | None:
        """Values of the keys at that path; None: no such provider, the text stays as it is."""
        names = [n.strip() for n in self._properties.get("config.providers", "").split(",")]
        if provider not in names:
            return None
        return self._loaded(provider).get(path, keys)

    def _load(self, name: str) -> ConfigProvider:
        from connect_core.plugins.loader import load_provider

        prefix = f"config.providers.{name}."
        provider = load_provider(self._properties[f"{prefix}class"])()
        start = f"{prefix}param."
        provider.configure({k[len(start) :]: v for k, v in self._properties.items() if k.startswith(start)})
        return provider


def load(path: Path, *, standalone: bool) -> WorkerSettings:
    """Read and check worker.properties; ConfigError names the key that is missing or wrong."""
    return check(load_properties(path.read_text(encoding="utf-8")), standalone=standalone)


def check(properties: Mapping[str, str], *, standalone: bool) -> WorkerSettings:
    """Check a worker's properties by the rules of its mode."""
    (StandaloneConfig if standalone else DistributedConfig).parse(properties)
    return WorkerSettings(properties=dict(properties), standalone=standalone)
