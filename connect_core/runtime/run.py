"""``run(request, ports, env)``: one slice from the lease check to the report, whichever host asks.

The order of a source slice is the numbered list of docs/architecture.md. Failures of the task become FAILED through the
slice's own fenced producer, so a superseded slice cannot write one (I4); Retriable and Fenced never do.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

from connect_core.api import SourceConnector
from connect_core.errors import ConnectError, Fatal, Fenced, Retriable, stack_trace
from connect_core.kafka import layers
from connect_core.kafka.transactions import Producer, TransactionalProducer
from connect_core.plugins import loader
from connect_core.runtime import connector_runner
from connect_core.runtime.assemble import Assembly, Environment, assemble, boundary_of
from connect_core.runtime.boundary import Boundary, transaction_timeout_ms
from connect_core.runtime.dead_letters import DeadLetters
from connect_core.runtime.delivery import Delivery, PlainDelivery, TransactionalDelivery
from connect_core.runtime.lease import Lease
from connect_core.runtime.meters import count_slice, count_startup, error_meter
from connect_core.runtime.policy import Reporter
from connect_core.runtime.ports import Assignment, Ports
from connect_core.runtime.sink_runner import SinkRunner
from connect_core.runtime.slice import CONNECTOR, SliceReport, SliceRequest, ended_by
from connect_core.runtime.source_runner import SourceRunner
from connect_core.runtime.topic_creation import topic_creator
from connect_core.telemetry import log_context

LOG = logging.getLogger(__name__)
RETRY_MS = 1000
COLLECT_AFTER = 50_000
"""Containers made and not freed before the collector looks: more than a usual batch holds, so none is searched in vain
(a sixth of a sink's time). Records hold no cycles: they are freed without it.
"""
type Say = Callable[[str, str | None], None]


def run(request: SliceRequest, ports: Ports, env: Environment) -> SliceReport:
    """Run one slice to its end. Raises nothing: whatever happened is in the report and, for FAILED, in the status."""
    began = perf_counter()
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])
    with log_context(request.connector, request.task):
        report = _run(request, ports, env)
    count_slice(request.connector, request.task, report.state, perf_counter() - began)
    return report


def _run(request: SliceRequest, ports: Ports, env: Environment) -> SliceReport:
    lease = Lease(ports.clock, request.lease_end)
    if lease.expired():  # step 1, I4
        return _report(request, "LATE")
    try:
        assignment = ports.control.read()
        ended = ended_by(request, assignment)
        if ended or assignment is None:
            return _report(request, ended or "SUPERSEDED")
        if request.task == CONNECTOR:
            return _run_connector(request, ports, env, assignment)
        if _is_source(assignment, env):
            return _run_source(request, ports, env, lease, assignment)
        return _run_sink(request, ports, env, lease, assignment)
    except Fenced:
        return _report(request, "SUPERSEDED")
    except Retriable as error:
        LOG.warning("Task %s-%d could not start yet: %s", request.connector, request.task, error)
        return _report(request, "RETRY", idle_ms=RETRY_MS)
    except Exception as error:
        # No producer of the task's own exists yet, or it failed itself: say it the way the host can.
        return _failed(request, env, error, None, ports.status.report)


def _run_connector(request: SliceRequest, ports: Ports, env: Environment, assignment: Assignment) -> SliceReport:
    """Task -1; on a host that can fence, its status goes through ``<group.id>-<connector>-connector``."""
    lease = Lease(ports.clock, request.lease_end)
    delivery = _delivery(request, ports, env, lease, assignment, suffix="connector") if env.fencing else None
    say = delivery.status if delivery else ports.status.report
    try:
        try:
            result = connector_runner.task_configs(request.connector, assignment, env, ports.offsets)
        except Retriable:
            raise
        except Exception as error:
            count_startup("connector", worked=False)
            return _failed(request, env, error, assignment, say)
        count_startup("connector", worked=True)
        say("RUNNING", None)
        return _report(request, "RUNNING", result=result)
    finally:
        if delivery:
            delivery.close()


def _run_source(request: SliceRequest, ports: Ports, env: Environment, lease: Lease, before: Assignment) -> SliceReport:
    # Step 2: the init in here fences older slices; only what the topic says after it counts.
    delivery = _delivery(request, ports, env, lease, before, suffix=str(request.task))
    try:
        assignment = ports.control.read()
        ended = ended_by(request, assignment)
        if ended or assignment is None:
            return _report(request, ended or "SUPERSEDED")
        assembly: Assembly | None = None
        try:
            assembly = assemble(assignment, env, task=request.task, lease=lease)
            delivery.boundary = boundary_of(assembly, env, ports.clock)
            delivery.topics = topic_creator(assembly.config, env, connector=request.connector, task=request.task)
            with log_context(request.connector, request.task, secrets=assembly.secrets):
                return SourceRunner(request, ports, assembly, delivery, lease).run()
        except (Fenced, Retriable):
            raise
        except Exception as error:
            delivery.abort()
            return _failed(request, env, error, assignment, delivery.status, assembly)
        finally:
            if assembly is not None:
                assembly.close()
    finally:
        delivery.close()


def _run_sink(
    request: SliceRequest, ports: Ports, env: Environment, lease: Lease, assignment: Assignment
) -> SliceReport:
    feed = ports.feed
    if feed is None:
        raise Fatal("A sink slice needs a feed")
    assembly: Assembly | None = None
    letters: DeadLetters | None = None
    outlet: Producer | None = None

    def say(state: str, trace: str | None) -> None:
        messages = ports.status.messages(state, trace)
        if messages:
            feed.commit({}, messages=messages)
        ports.status.report(state, trace)

    try:
        try:
            reporters: list[Reporter] = []
            config = env.resolve({k: v for k, v in assignment.connector_config.items() if v is not None})
            if topic := config.get("errors.deadletterqueue.topic.name", "").strip():
                letters, outlet = _dead_letters(request, env, config, topic)
                reporters.append(letters)
            assembly = assemble(assignment, env, task=request.task, lease=lease, reporters=reporters)
            runner = SinkRunner(
                request, ports, assembly, lease, dead_letters=letters, flush_interval_ms=env.flush_interval_ms
            )
            with log_context(request.connector, request.task, secrets=assembly.secrets):
                return runner.run()
        except (Fenced, Retriable):
            raise
        except Exception as error:
            if letters is not None:
                with suppress(ConnectError):
                    letters.flush()
            return _failed(request, env, error, assignment, say, assembly)
        finally:
            if assembly is not None:
                assembly.close()
    finally:
        feed.close()
        if outlet is not None:
            outlet.close()


def _dead_letters(
    request: SliceRequest, env: Environment, config: dict[str, str], topic: str
) -> tuple[DeadLetters, Producer]:
    replication = int(config.get("errors.deadletterqueue.topic.replication.factor", "3"))
    creator = topic_creator(config, env, connector=request.connector, task=request.task)
    creator.ensure_dead_letters(topic, replication)
    props = layers.dlq_producer(env.properties, config, connector=request.connector, task=request.task)
    outlet = Producer(props)
    headers = config.get("errors.deadletterqueue.context.headers.enable", "false").strip().lower() == "true"
    meter = error_meter(request.connector, request.task)
    letters = DeadLetters(
        topic, outlet, connector=request.connector, task=request.task, context_headers=headers, meter=meter
    )
    return letters, outlet


def _delivery(
    request: SliceRequest, ports: Ports, env: Environment, lease: Lease, assignment: Assignment, *, suffix: str
) -> Delivery:
    """The way records become durable; boundary and topic creation follow once the task is assembled."""
    config = env.resolve({k: v for k, v in assignment.connector_config.items() if v is not None})
    boundary = Boundary("poll", 0, ports.clock)
    topics = topic_creator(config, env, connector=request.connector, task=request.task)
    fenced = env.fencing and (env.exactly_once or request.task == CONNECTOR)
    name = f"{env.group_id}-{request.connector}-{suffix}" if fenced else None
    props = layers.source_producer(
        env.properties, config, connector=request.connector, task=request.task, transactional_id=name
    )
    if name is None:
        return PlainDelivery(Producer(props), ports, boundary, topics)
    timeout = transaction_timeout_ms(config, env.flush_interval_ms, lease)
    producer = TransactionalProducer({"transaction.timeout.ms": timeout} | props)  # what the user says wins
    producer.init()
    return TransactionalDelivery(
        producer, ports, boundary, topics, config.get("offsets.storage.topic") or env.offsets_topic
    )


def _is_source(assignment: Assignment, env: Environment) -> bool:
    name = env.resolve({"connector.class": assignment.connector_config.get("connector.class") or ""})
    return issubclass(loader.load_connector(name["connector.class"]), SourceConnector)


def _failed(
    request: SliceRequest,
    env: Environment,
    error: Exception,
    assignment: Assignment | None,
    say: Say,
    assembly: Assembly | None = None,
) -> SliceReport:
    """FAILED with a trace that holds no secret (I6)."""
    if assembly is None and request.task != CONNECTOR:
        count_startup("task", worked=False)
    trace = stack_trace(error)
    if assembly is not None:
        trace = assembly.redact(trace)
    elif assignment is not None:
        trace = connector_runner.redacted(trace, assignment, env)
    LOG.error("Task %s-%d failed: %s", request.connector, request.task, trace)
    try:
        say("FAILED", trace)
    except Fenced:
        return _report(request, "SUPERSEDED")
    except Retriable as retriable:
        LOG.warning("Task %s-%d: its failure could not be written: %s", request.connector, request.task, retriable)
        return _report(request, "RETRY", idle_ms=RETRY_MS)
    return _report(request, "FAILED", error=trace)


def _report(request: SliceRequest, state: str, **more: object) -> SliceReport:
    return SliceReport(
        connector=request.connector,
        task=request.task,
        generation=request.generation,
        state=state,
        **more,  # type: ignore[arg-type]  # names and types are those of the three calls above
    )
