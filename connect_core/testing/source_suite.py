"""The conformance suite of source connectors: subclass ``SourceSuite``, say how to seed the source, run pytest.

Every crash loses what was polled and not committed, so resuming is tried at every batch boundary. Offsets go through
JSON, as they do in Kafka. Neighbours: ``config_suite`` (keys), ``contexts`` (what the task sees).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

import pytest

from connect_core.api import SourceConnector, SourceRecord, SourceTask
from connect_core.testing.config_suite import ConfigSuite
from connect_core.testing.contexts import MemorySourceContext, partition_key

MOST_POLLS = 10_000


class SourceSuite(ConfigSuite):
    """Subclass as ``Test...`` with ``connector``, ``config``, ``seed`` and a fixture ``service``."""

    connector: ClassVar[type[SourceConnector[Any]]]
    ordered: ClassVar[bool] = True
    """The values arrive in the order ``seed`` returned them (with one task)."""
    records: ClassVar[int] = 25
    """How many records to seed: enough for several batches of what ``config`` sets as batch size."""

    def seed(self, service: Any, n: int) -> Sequence[Any]:
        """Add n records to the source; the values that must arrive."""
        raise NotImplementedError

    def value(self, record: SourceRecord) -> Any:
        """What of a record is compared with what ``seed`` returned."""
        return record.value

    def progress(self, offset: Mapping[str, Any]) -> Any:
        """What never falls from one offset of a source partition to the next; default: its numbers, by name."""
        return [offset[name] for name in sorted(offset) if isinstance(offset[name], (int, float))]

    # -- driving a task ----------------------------------------------------------------------------------------------

    @contextmanager
    def started(self, config: Mapping[str, str], stored: dict[str, str]) -> Iterator[SourceRun]:
        """A task over these stored offsets; stopped at the end, however that comes."""
        run = SourceRun(self.connector, config, stored)
        try:
            run.task.start(run.context)
            yield run
        finally:
            run.task.stop()

    def same(self, arrived: Sequence[Any], wanted: Sequence[Any]) -> None:
        """Fail unless these are the same values (in order, where ``ordered``)."""
        if self.ordered:
            assert list(arrived) == list(wanted)
        else:
            assert sorted(map(repr, arrived)) == sorted(map(repr, wanted))

    # -- tests -------------------------------------------------------------------------------------------------------

    def test_everything_arrives_once(self, service: Any) -> None:
        """And what is added later arrives in the next slice."""
        stored: dict[str, str] = {}
        for _ in range(2):
            wanted = self.seed(service, self.records)
            arrived: list[Any] = []
            for config in self.task_configs(service, 1):
                with self.started(config, stored) as run:
                    for batch in run.batches():
                        arrived += map(self.value, batch)
                        run.commit(batch)
            self.same(arrived, wanted)

    def test_a_crash_at_every_batch_boundary_loses_and_repeats_nothing(self, service: Any) -> None:
        """Each life commits one batch and polls another one, which dies with it."""
        wanted, stored, arrived, lives = self.seed(service, self.records), dict[str, str](), list[Any](), 0
        (config,) = self.task_configs(service, 1)
        while lives <= self.records + 1:
            with self.started(config, stored) as run:
                batch = run.poll()
                if not batch:
                    break
                run.commit(batch)
                run.poll()
            arrived += map(self.value, batch)
            lives += 1
        assert lives > 1, "one batch took everything: make the batches smaller or `records` larger"
        self.same(arrived, wanted)

    def test_records_of_an_unfinished_poll_come_again(self, service: Any) -> None:
        """Offsets belong to records: committing half of a batch resumes with the other half."""
        wanted, stored = self.seed(service, self.records), dict[str, str]()
        (config,) = self.task_configs(service, 1)
        with self.started(config, stored) as run:
            batch = run.poll()
            half = batch[: max(1, len(batch) // 2)]
            run.commit(half)
        arrived = [self.value(record) for record in half]
        with self.started(config, stored) as run:
            arrived += [self.value(record) for batch in run.batches() for record in batch]
        self.same(arrived, wanted)

    def test_offsets_are_json_and_never_go_back(self, service: Any) -> None:
        """Partition and offset are JSON objects that read back as they were."""
        self.seed(service, self.records)
        last: dict[str, Any] = {}
        for config in self.task_configs(service, 1):
            with self.started(config, {}) as run:
                for record in (record for batch in run.batches() for record in batch):
                    partition, offset = record.source_partition, record.source_offset
                    assert json.loads(json.dumps(partition)) == partition
                    assert json.loads(json.dumps(offset)) == offset
                    if partition is None or offset is None:
                        continue
                    progress, place = self.progress(offset), partition_key(partition)
                    assert place not in last or last[place] <= progress
                    last[place] = progress
        assert last, "no record says where it came from: nothing could be resumed"

    def test_the_partitions_read_are_those_announced(self, service: Any) -> None:
        """A slice loads only the offsets that ``source_partitions`` names: others would be taken for new."""
        self.seed(service, self.records)
        for config in self.task_configs(service, 3):
            with self.started(config, {}) as run:
                used = {partition_key(r.source_partition) for batch in run.batches() for r in batch}
            task = self.connector.task()
            task.config = self.connector.config_class().parse(config)
            announced = task.source_partitions()
            if announced is not None:
                assert used <= {partition_key(partition) for partition in announced}

    def test_two_tasks_never_share_a_source_partition(self, service: Any) -> None:
        """Together they bring everything once."""
        wanted, arrived, seen = self.seed(service, self.records), list[Any](), set[str]()
        for config in self.task_configs(service, 3):
            with self.started(config, {}) as run:
                records = [record for batch in run.batches() for record in batch]
            mine = {partition_key(record.source_partition) for record in records}
            assert not mine & seen
            seen |= mine
            arrived += map(self.value, records)
        assert sorted(map(repr, arrived)) == sorted(map(repr, wanted))

    def test_poll_does_not_wait(self, service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """With nothing new it returns; the runner waits, for ``idle_ms``."""
        self.seed(service, 1)
        (config,) = self.task_configs(service, 1)
        with self.started(config, {}) as run:
            for batch in run.batches():
                run.commit(batch)
            monkeypatch.setattr(time, "sleep", _waits)
            assert run.poll() == []
            assert run.task.idle_ms() >= 0
            monkeypatch.undo()

    def test_stop_can_be_repeated_and_needs_no_start(self, service: Any) -> None:
        """It is called after a failed start too."""
        (config,) = self.task_configs(service, 1)
        with self.started(config, {}) as run:
            run.poll()
            run.task.stop()
        SourceRun(self.connector, config, {}).task.stop()
        connector = self.connector()
        connector.config = self.connector.config_class().parse(self.whole(service))
        connector.stop()
        connector.stop()


class SourceRun:
    """One life of a task."""

    def __init__(
        self, connector: type[SourceConnector[Any]], config: Mapping[str, str], stored: dict[str, str]
    ) -> None:
        self.context = MemorySourceContext(stored)
        self.task: SourceTask[Any] = connector.task()
        self.task.config = connector.config_class().parse(config)

    def poll(self) -> list[SourceRecord]:
        """One batch as a list."""
        return list(self.task.poll() or ())

    def batches(self) -> Iterator[list[SourceRecord]]:
        """All batches until a poll brings nothing."""
        for _ in range(MOST_POLLS):
            batch = self.poll()
            if not batch:
                return
            yield batch
        raise AssertionError(f"{MOST_POLLS} polls and no end: does poll return records it returned before?")

    def commit(self, batch: Sequence[SourceRecord]) -> None:
        """The records are durable and their offsets stored."""
        self.context.commit(batch)
        for record in batch:
            self.task.commit_record(record, None)
        self.task.commit()


def _waits(_seconds: float) -> NoReturn:
    raise AssertionError("poll slept: it must return empty and leave the waiting to the runner")
