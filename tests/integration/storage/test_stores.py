"""The three topics as stores, on a real broker (I1, I4, I5)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from connect_core.errors import ConnectError
from connect_core.java.hashing import partition_for
from connect_core.kafka import topics
from connect_core.kafka.log import TopicLog
from connect_core.kafka.transactions import Producer, TransactionalProducer
from connect_core.local.kafka import Kafka
from connect_core.runtime.ports import Assignment
from connect_core.storage import config_records as records
from connect_core.storage.config_records import Record
from connect_core.storage.config_store import ConfigStore
from connect_core.storage.control import TopicControl
from connect_core.storage.offset_store import OffsetStore, OffsetTopic
from connect_core.storage.state import ConfigState, Status, TargetState
from connect_core.storage.status_store import SliceStatus, StatusStore


@pytest.fixture
def props(kafka: Kafka) -> dict[str, str]:
    return {"bootstrap.servers": kafka.bootstrap_servers}


@pytest.fixture
def made(props: dict[str, str], topic: str) -> str:
    """A compacted topic of one partition."""
    topics.create_topic(props, topic, partitions=1, replication_factor=1, settings={"cleanup.policy": "compact"})
    return topic


@pytest.fixture
def store(props: dict[str, str], made: str) -> Iterator[Callable[[], ConfigStore]]:
    """Stores of one cluster, as several processes have them."""
    opened: list[ConfigStore] = []

    def another() -> ConfigStore:
        opened.append(ConfigStore(made, group_id=made, reader=props, writer=props))
        return opened[-1]

    yield another
    for each in opened:
        each.close()


def test_writing_and_reading_back(store: Callable[[], ConfigStore]) -> None:
    one, two = store(), store()
    written = [records.connector("fs", {"name": "fs"}), *records.tasks("fs", [{"v": "a"}, {"v": "b"}])]
    assert one.transact(lambda state: (written, len(state.connectors))) == 0
    entry = one.refresh().connectors["fs"]
    assert (entry.config_offset, entry.generation, entry.tasks) == (0, 3, ({"v": "a"}, {"v": "b"}))
    assert two.refresh() == one.refresh()
    before = one.refresh()
    two.transact(lambda _: ([("connector-fs", None), ("target-state-fs", {"state": "PAUSED"})], None))
    assert (one.refresh().connectors, set(before.connectors)) == ({}, {"fs"})
    assert one.refresh().targets["fs"] is TargetState.PAUSED


def test_a_decision_without_records_fences_nobody(store: Callable[[], ConfigStore]) -> None:
    one, two = store(), store()
    one.transact(lambda _: ([records.connector("a", {})], None))
    assert two.transact(lambda state: ([], sorted(state.connectors))) == ["a"]
    one.transact(lambda _: ([records.connector("b", {})], None))
    assert sorted(two.refresh().connectors) == ["a", "b"]


def test_writers_that_race_lose_nothing(store: Callable[[], ConfigStore]) -> None:
    """I5: every decision is made on what all earlier ones wrote."""
    seen: list[int] = []

    def increment(state: ConfigState) -> tuple[list[Record], int]:
        count = int(state.connectors["n"].config["n"] or 0) if "n" in state.connectors else 0
        return [records.connector("n", {"n": str(count + 1)})], count + 1

    def write(mine: ConfigStore) -> None:
        seen.extend(mine.transact(increment) for _ in range(5))

    threads = [threading.Thread(target=write, args=(store(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 16))
    assert store().refresh().connectors["n"].config == {"n": "15"}


def test_a_writer_that_is_fenced_in_the_middle_decides_again(store: Callable[[], ConfigStore]) -> None:
    one, two = store(), store()
    one.transact(lambda _: ([records.connector("a", {"v": "0"})], None))
    seen: list[str | None] = []

    def decide(state: ConfigState) -> tuple[list[Record], None]:
        seen.append(state.connectors["a"].config["v"])
        if len(seen) == 1:
            two.transact(lambda _: ([records.connector("a", {"v": "1"})], None))
        return [records.connector("a", {"v": "2"})], None

    one.transact(decide)
    assert seen[0] == "0"
    assert set(seen[1:]) == {"1"}
    assert two.refresh().connectors["a"].config == {"v": "2"}


def test_what_decide_raises_is_not_written(store: Callable[[], ConfigStore]) -> None:
    one = store()

    def refuse(_: ConfigState) -> tuple[list[Record], None]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        one.transact(refuse)
    assert one.transact(lambda _: ([records.connector("a", {})], 7)) == 7


def test_a_committed_write_whose_answer_was_lost_is_found(
    store: Callable[[], ConfigStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit arrives, then its client is fenced before it hears of it: not written twice."""
    from connect_core.errors import Fenced

    one, two = store(), store()
    real = TransactionalProducer.commit
    calls: list[int] = []

    def commit(self: TransactionalProducer) -> None:
        real(self)
        calls.append(1)
        if len(calls) == 1:
            self.close()
            raise Fenced("the answer is lost")

    monkeypatch.setattr(TransactionalProducer, "commit", commit)
    one.transact(lambda state: ([records.connector(f"c{len(state.connectors)}", {})], None))
    assert sorted(two.refresh().connectors) == ["c0"]
    assert len(calls) == 1


def test_a_budget_that_runs_out_has_connects_text(props: dict[str, str]) -> None:
    away = {"bootstrap.servers": "127.0.0.1:1"}
    store = ConfigStore("x", group_id="g", reader=away, writer=away, budget=0.5)
    with pytest.raises(ConnectError, match=r"^Error writing target state to Kafka$"):
        store.transact(lambda _: ([], None), failed="Error writing target state to Kafka")


def test_control_follows_a_task(store: Callable[[], ConfigStore]) -> None:
    writer, reader = store(), store()
    control = TopicControl(reader, connector="c", task=1, build=Assignment)
    itself = TopicControl(reader, connector="c", task=-1, build=Assignment)
    assert control.read() is None
    writer.transact(
        lambda _: ([records.connector("c", {"name": "c"}), *records.tasks("c", [{"t": "0"}, {"t": "1"}])], None)
    )
    first = control.read()
    assert first is not None
    assert (first.task_config, first.task_count, first.target, first.config_offset) == ({"t": "1"}, 2, "STARTED", 0)
    connector = itself.read()
    assert connector is not None
    assert (connector.task_config, connector.generation) == ({}, first.generation)
    assert not control.changed()
    writer.transact(lambda _: ([records.target_state("c", TargetState.PAUSED)], None))
    reader.refresh()
    assert control.changed()
    writer.transact(lambda _: (records.tasks("c", [{"t": "0"}]), None))
    assert control.read() is None


def test_statuses(props: dict[str, str], made: str) -> None:
    one, two = (StatusStore(made, reader=props, writer=props) for _ in range(2))
    one.put("c", -1, Status("RUNNING", None, "w:1", 3, "1"))
    one.put("c", 0, Status("RUNNING", None, "w:1", 3, "1"))
    two.put("c", 0, Status("UNASSIGNED", None, "w:2", 2, "1"), safe=True)
    assert two.refresh().tasks["c", 0].state == "RUNNING"
    mine = SliceStatus(two, connector="c", task=0, worker_id="w:1", version="1")
    assert mine.messages("RUNNING", None) == []
    (message,) = mine.messages("FAILED", "trace\n")
    assert message.value == b'{"state":"FAILED","trace":"trace\\n","worker_id":"w:1","generation":3,"version":"1"}'
    found = mine.topics(["t", "u", "t"])
    assert [each.key for each in found] == [b"status-topic-t:connector-c", b"status-topic-u:connector-c"]
    assert mine.topics(["t"]) == []
    producer = Producer(props)
    producer.send([message, *found])
    producer.flush()
    producer.close()
    assert (one.refresh().tasks["c", 0].state, one.refresh().topics) == ("FAILED", {"c": {"t": 0, "u": 0}})
    assert SliceStatus(one, connector="c", task=1, worker_id="w", version="1").topics(["t", "v"])[0].key == (
        b"status-topic-v:connector-c"
    )
    two.forget_topics("c")
    two.put("c", -1, None)
    state = one.refresh()
    assert (state.connectors, state.tasks, state.topics) == ({}, {}, {})
    one.close()
    two.close()


@pytest.fixture
def offsets(props: dict[str, str], unique: Callable[..., str]) -> str:
    """An offset topic of 25 partitions."""
    name = unique("offsets")
    topics.create_topic(props, name, partitions=25, replication_factor=1, settings={"cleanup.policy": "compact"})
    return name


def test_offsets_follow_their_transaction(props: dict[str, str], offsets: str, unique: Callable[..., str]) -> None:
    """I1: visible with the commit, never without."""
    place = OffsetTopic(offsets, reader=props, writer=props)
    store, partition = OffsetStore("c", place), {"table": "a", "protocol": "1"}
    producer = TransactionalProducer({**props, "transactional.id": unique("id")})
    producer.init()
    store.load([partition])
    assert store.get(partition) is None
    for n, end in ((1, producer.commit), (2, producer.abort)):
        producer.begin()
        producer.send(store.messages([(partition, {"n": n})]))
        end()
    store.stored([(partition, {"n": 1})])
    assert store.get(partition) == {"n": 1}
    producer.init()  # waits for the markers of what was committed
    fresh = OffsetStore("c", OffsetTopic(offsets, reader=props, writer=props))
    fresh.load([partition])
    assert fresh.get({"protocol": "1", "table": "a"}) == {"n": 1}
    producer.close()
    keys = {record.key: record.partition for record in TopicLog(offsets, props).read_to_end()}
    key = b'["c",{"protocol":"1","table":"a"}]'
    assert keys == {key: partition_for(key, 25)}


def test_only_the_partitions_of_the_keys_are_read(props: dict[str, str], offsets: str) -> None:
    writer = OffsetStore("c", OffsetTopic(offsets, reader=props, writer=props))
    writer.alter([({"n": n}, {"v": n}) for n in range(30)])
    place = OffsetTopic(offsets, reader=props, writer=props)
    store = OffsetStore("c", place)
    store.load([{"n": 3}])
    assert store.get({"n": 3}) == {"v": 3}
    assert 1 <= len(store.entries()) < 30
    store.load(None)
    assert len(store.entries()) == 30


def test_altering_fences_and_deletes(props: dict[str, str], offsets: str, unique: Callable[..., str]) -> None:
    name = unique("id")
    task = TransactionalProducer({**props, "transactional.id": name})
    task.init()
    task.begin()
    store = OffsetStore("c", OffsetTopic(offsets, reader=props, writer=props, transactional_id=name))
    task.send(store.messages([({"f": "x"}, {"n": 1})]))
    store.alter([({"f": "y"}, {"n": 2}), ({"f": "z"}, {"n": 3})])
    store.alter([({"f": "z"}, None)])
    store.load(None)
    assert store.entries() == [({"f": "y"}, {"n": 2})]
    with pytest.raises(ConnectError):
        task.commit()
    assert {record.key: record.value for record in TopicLog(offsets, props).read_to_end()}[b'["c",{"f":"z"}]'] is None


def test_what_was_remembered_gives_way_to_the_topic(props: dict[str, str], offsets: str) -> None:
    one, two = (OffsetStore("c", OffsetTopic(offsets, reader=props, writer=props)) for _ in range(2))
    one.alter([({"f": "x"}, {"n": 1})])
    two.alter([({"f": "x"}, {"n": 2})])
    assert one.get({"f": "x"}) == {"n": 1}
    one.load([{"f": "x"}])
    assert one.get({"f": "x"}) == {"n": 2}
