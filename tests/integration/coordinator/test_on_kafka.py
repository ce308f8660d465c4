"""The coordinator on the real topics: what is written, what is fenced, and two of them at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connect_core.coordinator.decide import Delete, SetTarget, TaskConfigs
from connect_core.errors import ConnectError, Fenced
from connect_core.kafka import topics, transactions
from connect_core.kafka.message import Message
from connect_core.local.kafka import Kafka
from connect_core.runtime.slice import CONNECTOR
from connect_core.storage.config_store import ConfigStore
from connect_core.storage.state import Status, TargetState
from connect_core.storage.status_store import StatusStore
from tests.unit.coordinator.worlds import World

CONFIG = {"connector.class": "FileStreamSource", "file": "/tmp/x", "topic": "t"}


class Cluster:
    """Coordinators that share a config and a status topic."""

    def __init__(self, bootstrap: str, group: str) -> None:
        self.props = {"bootstrap.servers": bootstrap}
        self.group = group
        names = {f"{kind}.storage.topic": f"{group}-{kind}" for kind in ("config", "offset", "status")}
        factors = {f"{kind}.storage.replication.factor": "1" for kind in ("config", "offset", "status")}
        topics.ensure_internal(self.props, topics.internal_topics(names | factors))
        self.opened: list[Any] = []

    def world(self) -> World:
        """One more coordinator."""
        config = ConfigStore(f"{self.group}-config", group_id=self.group, reader=self.props, writer=self.props)
        status = StatusStore(f"{self.group}-status", reader=self.props, writer=self.props)
        self.opened += [config, status]
        world = World(group_id=self.group)
        world.replace(config=config, status=status, fence=lambda ids: transactions.fence(ids, self.props))
        return world


@pytest.fixture
def cluster(kafka: Kafka, unique: Callable[..., str]) -> Iterator[Cluster]:
    made = Cluster(kafka.bootstrap_servers, unique("group"))
    yield made
    for store in made.opened:
        store.close()


def test_stop_fences_a_slice_that_still_runs(cluster: Cluster) -> None:
    """I4: its open transaction is aborted, its commit fails, and the record of it is in the config topic."""
    coordinator = cluster.world().coordinator
    coordinator.create("c", CONFIG)
    coordinator.submit(TaskConfigs("c", coordinator.entry("c").config_offset, [{"a": "1"}]))
    coordinator.outside.status.put("c", CONNECTOR, Status("RUNNING", None, "w:1", 0, "4.3.0"))
    slice_ = transactions.TransactionalProducer({**cluster.props, "transactional.id": f"{cluster.group}-c-0"})
    slice_.init()
    slice_.begin()
    slice_.send([Message(f"{cluster.group}-data", b"k", b"v")])
    coordinator.submit(SetTarget("c", TargetState.STOPPED))
    with pytest.raises(Fenced):
        slice_.commit()
    slice_.close()
    other = cluster.world().coordinator
    assert other.status("c")["connector"]["state"] == "STOPPED"
    entry = other.entry("c")
    assert (entry.target, entry.tasks, entry.fencing, entry.pending_fencing) == (TargetState.STOPPED, (), 0, False)
    other.submit(Delete("c"))
    assert coordinator.state().config.connectors == {}
    assert coordinator.state().status.connectors == {}


def test_two_coordinators_write_one_after_the_other(cluster: Cluster) -> None:
    """I5: writers fence each other and try again; nothing is lost and nothing is created twice."""
    both = [cluster.world().coordinator for _ in range(2)]
    outcomes: list[str] = []

    def create(coordinator: Any, name: str) -> None:
        try:
            coordinator.create(name, CONFIG)
            outcomes.append(name)
        except ConnectError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=create, args=(one, name)) for one in both for name in ("same", f"own-{id(one)}")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own = {f"own-{id(one)}" for one in both}
    assert sorted(outcomes) == sorted(["Connector same already exists", "same", *own])
    assert set(both[0].state().config.connectors) == {"same", *own}
