"""Metrics by the names of Kafka Connect (spec kafka-connect.md 11), counted in process.

Every name is declared here once: a renderer or a test can list them, and a typo fails. Made for batches: a task takes
its ``Meter`` once and adds a number per batch. Neighbours: ``prometheus`` and ``emf`` render a ``snapshot``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Form(StrEnum):
    """How a metric's value comes about."""

    TOTAL = "total"
    """A sum that only grows."""
    GAUGE = "gauge"
    """The last value set."""
    AVERAGE = "average"
    """Mean of what was observed since the last reset."""
    MAX = "max"
    MIN = "min"


@dataclass(frozen=True, slots=True)
class Metric:
    """A declared metric: Connect's group and attribute name."""

    group: str
    name: str
    form: Form


class Sample(NamedTuple):
    """One value of a snapshot."""

    metric: Metric
    labels: Mapping[str, str]
    value: float


SOURCE, SINK, TASK, ERRORS = "source-task-metrics", "sink-task-metrics", "connector-task-metrics", "task-error-metrics"
WORKER, CONNECTOR, SLICE = "connect-worker-metrics", "connector-metrics", "slice-metrics"

_NAMES: dict[str, dict[Form, str]] = {
    SOURCE: {
        Form.TOTAL: "source-record-poll-total source-record-write-total",
        Form.GAUGE: "source-record-active-count",
        Form.AVERAGE: "poll-batch-avg-time-ms source-record-active-count-avg transaction-size-avg",
        Form.MAX: "poll-batch-max-time-ms source-record-active-count-max transaction-size-max",
        Form.MIN: "transaction-size-min",
    },
    SINK: {
        Form.TOTAL: "sink-record-read-total sink-record-send-total offset-commit-completion-total "
        "offset-commit-skip-total",
        Form.GAUGE: "partition-count offset-commit-seq-no sink-record-active-count",
        Form.AVERAGE: "put-batch-avg-time-ms sink-record-active-count-avg",
        Form.MAX: "put-batch-max-time-ms sink-record-active-count-max",
    },
    TASK: {
        Form.GAUGE: "status offset-commit-failure-percentage offset-commit-success-percentage",
        Form.AVERAGE: "offset-commit-avg-time-ms batch-size-avg",
        Form.MAX: "offset-commit-max-time-ms batch-size-max",
    },
    ERRORS: {
        Form.TOTAL: "total-record-failures total-record-errors total-records-skipped total-retries total-errors-logged "
        "deadletterqueue-produce-requests deadletterqueue-produce-failures",
        Form.GAUGE: "last-error-timestamp",
    },
    WORKER: {
        Form.TOTAL: "connector-startup-attempts-total connector-startup-success-total connector-startup-failure-total "
        "task-startup-attempts-total task-startup-success-total task-startup-failure-total",
        Form.GAUGE: "connector-count task-count connector-startup-success-percentage "
        "connector-startup-failure-percentage task-startup-success-percentage task-startup-failure-percentage "
        "connector-total-task-count connector-running-task-count connector-paused-task-count "
        "connector-failed-task-count connector-unassigned-task-count connector-destroyed-task-count "
        "connector-restarting-task-count",
    },
    CONNECTOR: {Form.GAUGE: "status"},
    SLICE: {  # ours: what a bounded run cost
        Form.TOTAL: "slice-total slice-failed-total slice-superseded-total",
        Form.AVERAGE: "slice-avg-time-ms",
        Form.MAX: "slice-max-time-ms",
    },
}

METRICS: Mapping[tuple[str, str], Metric] = {
    (group, name): Metric(group, name, form)
    for group, forms in _NAMES.items()
    for form, names in forms.items()
    for name in names.split()
}
"""(group, name) -> declaration, for everything that may be counted."""


_ADD, _SET, _MAX, _MIN = range(4)
_STEPS = {Form.TOTAL: _ADD, Form.AVERAGE: _ADD, Form.GAUGE: _SET, Form.MAX: _MAX, Form.MIN: _MIN}


class _Cell:
    __slots__ = ("count", "form", "metric", "step", "value")

    def __init__(self, metric: Metric) -> None:
        self.metric, self.form = metric, metric.form
        self.step = _STEPS[metric.form]  # a small number: comparing enum members costs more than the sum
        self.value, self.count = 0.0, 0

    def read(self) -> float:
        return self.value / self.count if self.form is Form.AVERAGE and self.count else self.value


class Meter:
    """The metrics of one group under one set of labels (connector, task); cheap enough for every batch."""

    __slots__ = ("_cells", "_lock", "group", "labels")

    def __init__(self, group: str, labels: Mapping[str, str], lock: threading.Lock) -> None:
        self.group, self.labels, self._lock = group, dict(labels), lock
        self._cells: dict[str, _Cell] = {}

    def record(self, name: str, value: float = 1) -> None:
        """Add to a total, set a gauge, or observe a value of an average, maximum or minimum. KeyError: undeclared."""
        self.observe((name,), value)

    def observe(self, names: Iterable[str], value: float) -> None:
        """Record one value under several names (its average, its maximum, ...)."""
        with self._lock:
            cells = self._cells
            for name in names:
                cell = cells.get(name)
                if cell is None:
                    cell = cells[name] = _Cell(METRICS[self.group, name])
                step = cell.step
                if step == _ADD:
                    cell.value += value
                elif step == _SET or not cell.count or (value > cell.value if step == _MAX else value < cell.value):
                    cell.value = value
                cell.count += 1

    def value(self, name: str) -> float:
        """The present value; 0 if nothing was recorded."""
        metric = METRICS[self.group, name]
        with self._lock:
            cell = self._cells.get(metric.name)
            return cell.read() if cell is not None else 0.0

    def samples(self) -> list[Sample]:
        """All recorded values."""
        with self._lock:
            return [Sample(cell.metric, self.labels, cell.read()) for cell in self._cells.values()]

    def reset_observations(self) -> None:
        """Begin a new window: averages, maxima and minima start again; totals and gauges stay."""
        with self._lock:
            self._cells = {n: c for n, c in self._cells.items() if c.form in (Form.TOTAL, Form.GAUGE)}


class Registry:
    """All meters of a process."""

    def __init__(self) -> None:
        self._meters: dict[tuple[str, tuple[tuple[str, str], ...]], Meter] = {}
        self._window_began = time.monotonic()
        self._lock = threading.Lock()

    def meter(self, group: str, **labels: str) -> Meter:
        """The meter of a group and labels, made when first asked for. KeyError for a group that is not declared."""
        if group not in _NAMES:
            raise KeyError(group)
        place = (group, tuple(sorted(labels.items())))
        with self._lock:
            return self._meters.setdefault(place, Meter(group, labels, threading.Lock()))

    def remove(self, **labels: str) -> None:
        """Forget the meters that carry these labels (a connector was deleted)."""
        with self._lock:
            self._meters = {
                place: meter for place, meter in self._meters.items() if not labels.items() <= meter.labels.items()
            }

    def snapshot(self) -> list[Sample]:
        """Every value of every meter."""
        return [sample for meter in self._all() for sample in meter.samples()]

    def windowed(self, window_s: float) -> list[Sample]:
        """A snapshot; averages, maxima and minima are those since the present window began.

        Asking begins a new window once the present one has lasted ``window_s``; totals and gauges go on.
        """
        samples, now = self.snapshot(), time.monotonic()
        if now - self._window_began >= window_s:
            self._window_began = now
            for meter in self._all():
                meter.reset_observations()
        return samples

    def _all(self) -> Iterator[Meter]:
        with self._lock:
            meters = list(self._meters.values())
        return iter(meters)


def merged(parts: Iterable[Sequence[Sample]]) -> list[Sample]:
    """Snapshots of several processes as one: totals of equal labels add up, of anything else the last one stands."""
    found: dict[tuple[Metric, tuple[tuple[str, str], ...]], Sample] = {}
    for sample in (sample for part in parts for sample in part):
        place = (sample.metric, tuple(sorted(sample.labels.items())))
        before = found.get(place)
        if before is not None and sample.metric.form is Form.TOTAL:
            sample = sample._replace(value=before.value + sample.value)
        found[place] = sample
    return list(found.values())


REGISTRY = Registry()
"""The process's own registry; tests make theirs."""
