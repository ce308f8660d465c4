"""Java client properties (what users write) as librdkafka properties (what the client library takes).

One table per kind of client. Keys that only mean something to a JVM are dropped, with one log line that names those a
user may miss. Security keys are read in ``auth``; nothing here or there logs a value.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Literal

from connect_core.errors import ConfigError
from connect_core.kafka import auth

type Role = Literal["producer", "consumer", "admin"]

log = logging.getLogger(__name__)
PREFETCH_KB = 8192
"""What a consumer keeps ready. The client's own 64 MB are most of a small function's memory and make it no faster."""


def words(text: str) -> frozenset[str]:
    """The words of a text, so that long lists of keys stay readable."""
    return frozenset(text.split())


# The same name and meaning on both sides (librdkafka took many of Java's names).
COMMON = words("""allow.auto.create.topics api.version.request.timeout.ms bootstrap.servers broker.address.family
    broker.address.ttl client.dns.lookup client.id client.rack connections.max.idle.ms debug enable.metrics.push
    log_level metadata.max.age.ms metadata.recovery.rebootstrap.trigger.ms metadata.recovery.strategy
    reconnect.backoff.max.ms reconnect.backoff.ms retry.backoff.max.ms retry.backoff.ms
    socket.connection.setup.timeout.ms socket.keepalive.enable socket.nagle.disable socket.timeout.ms
    statistics.interval.ms topic.metadata.propagation.max.ms topic.metadata.refresh.fast.interval.ms
    topic.metadata.refresh.interval.ms topic.metadata.refresh.sparse""")
BY_ROLE: Mapping[Role, frozenset[str]] = {
    "producer": words("""acks batch.num.messages batch.size compression.level compression.type delivery.timeout.ms
        enable.gapless.guarantee enable.idempotence linger.ms max.in.flight.requests.per.connection message.max.bytes
        queue.buffering.max.kbytes queue.buffering.max.messages request.timeout.ms retries
        sticky.partitioning.linger.ms transaction.timeout.ms transactional.id"""),
    "consumer": words("""auto.commit.interval.ms auto.offset.reset check.crcs enable.auto.commit enable.partition.eof
        fetch.error.backoff.ms fetch.max.bytes fetch.min.bytes fetch.queue.backoff.ms fetch.wait.max.ms group.id
        group.instance.id group.protocol group.remote.assignor heartbeat.interval.ms isolation.level
        max.partition.fetch.bytes max.poll.interval.ms queued.max.messages.kbytes queued.min.messages
        receive.message.max.bytes session.timeout.ms"""),
    "admin": frozenset(),
}
RENAMED: Mapping[str, str] = {
    "fetch.max.wait.ms": "fetch.wait.max.ms",
    "max.request.size": "message.max.bytes",
    "send.buffer.bytes": "socket.send.buffer.bytes",
    "receive.buffer.bytes": "socket.receive.buffer.bytes",
    "compression.gzip.level": "compression.level",
    "compression.lz4.level": "compression.level",
    "compression.zstd.level": "compression.level",
    "sasl.login.connect.timeout.ms": "",
}
PRODUCER_ONLY = frozenset({"message.max.bytes", "compression.level"})
CONSUMER_ONLY = frozenset({"fetch.wait.max.ms"})
ASSIGNORS = {
    "RangeAssignor": "range",
    "RoundRobinAssignor": "roundrobin",
    "CooperativeStickyAssignor": "cooperative-sticky",
}

# Dropped without a word: they configure the JVM side of things that have no counterpart, or that Connect sets itself.
SILENT = words("""key.serializer value.serializer key.deserializer value.deserializer max.block.ms max.poll.records
    metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms default.api.timeout.ms
    auto.include.jmx.reporter exclude.internal.topics interceptor.classes partitioner.ignore.keys
    partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms request.timeout.ms
    send.buffer.bytes receive.buffer.bytes security.providers ssl.protocol ssl.provider ssl.enabled.protocols
    ssl.keymanager.algorithm ssl.trustmanager.algorithm ssl.secure.random.implementation ssl.engine.factory.class
    bootstrap.resolve.timeout.ms""")


def librdkafka(props: Mapping[str, Any], *, role: Role) -> dict[str, Any]:
    """librdkafka properties for Java client properties of one kind of client."""
    given = {key: str(value).strip() for key, value in props.items() if value is not None}
    conf: dict[str, Any] = {}
    dropped = []
    security = auth.librdkafka(given)
    for key, value in given.items():
        if auth.is_security(key):
            continue
        name = _name(key, role)
        if name:
            conf[name] = value
        elif name is None and not _expected(key, role):
            dropped.append(key)
    if dropped:
        log.info("Ignored for this %s, there is no such setting outside of a JVM: %s", role, ", ".join(sorted(dropped)))
    _FINISH[role](conf, given)
    return conf | security


def batch_bytes(props: Mapping[str, Any]) -> int:
    """How much of one partition a producer with these Java-style properties sends in one request, less its framing."""
    given = {name: props[name] for name in ("batch.size", "max.request.size", "message.max.bytes") if props.get(name)}
    return max(1, min((_number(given, name) for name in given), default=1_000_000) - 1000)


def _name(key: str, role: Role) -> str | None:
    """librdkafka's name; "" = handled elsewhere, None = none for this kind of client."""
    name = RENAMED.get(key, key)
    if name in COMMON or name in BY_ROLE[role]:
        return name
    if key in ("send.buffer.bytes", "receive.buffer.bytes"):
        return name
    return "" if key in ("partitioner.class", "partition.assignment.strategy", "buffer.memory") else None


def _expected(key: str, role: Role) -> bool:
    """Keys nobody misses: JVM plumbing, and keys of the other kinds of client (layers hand all worker keys down)."""
    return (
        key in SILENT
        or key.startswith("metrics.context.")
        or key in RENAMED
        or (role == "admin" or any(key in keys for keys in BY_ROLE.values()))
    )


def _finish_common(conf: dict[str, Any]) -> None:
    for key in ("socket.send.buffer.bytes", "socket.receive.buffer.bytes"):
        if conf.get(key) == "-1":  # Java: leave it to the operating system
            conf[key] = "0"
    _cap(conf, "retry.backoff.ms", 300_000)
    _cap(conf, "metadata.max.age.ms", 86_400_000)


def _finish_producer(conf: dict[str, Any], given: Mapping[str, str]) -> None:
    _finish_common(conf)
    conf["partitioner"] = _partitioner(given)
    if "buffer.memory" in given:
        conf["queue.buffering.max.kbytes"] = str(max(1, _number(given, "buffer.memory") // 1024))
    _cap(conf, "linger.ms", 900_000)
    _cap(conf, "request.timeout.ms", 900_000)
    if conf.get("batch.size") == "0":  # Java: no batching
        conf["batch.num.messages"] = conf.pop("batch.size") and "1"
    if "transactional.id" in conf:
        # librdkafka refuses longer timeouts of requests and messages than of the transaction they belong to.
        limit = _number(conf, "transaction.timeout.ms", 60_000)
        conf.setdefault("linger.ms", "1000")  # commits do not wait for it, and nobody reads what is not committed
        conf.setdefault("transaction.timeout.ms", str(limit))
        conf.setdefault("delivery.timeout.ms", str(limit))
        _cap(conf, "delivery.timeout.ms", limit)
        if "socket.timeout.ms" in conf:
            _cap(conf, "socket.timeout.ms", max(limit - 100, 900))
        if "enable.idempotence" in conf:
            conf["enable.idempotence"] = "true"


def _finish_consumer(conf: dict[str, Any], given: Mapping[str, str]) -> None:
    _finish_common(conf)
    conf.setdefault("queued.max.messages.kbytes", str(PREFETCH_KB))
    conf.setdefault("fetch.queue.backoff.ms", "10")  # else a full queue is looked at again only after a second
    conf.setdefault("group.id", "connectless")  # librdkafka wants one even where partitions are assigned by hand
    if conf.get("auto.offset.reset", "").lower() == "none":
        conf["auto.offset.reset"] = "error"
    if "partition.assignment.strategy" in given:
        conf["partition.assignment.strategy"] = _assignors(given["partition.assignment.strategy"])
    # librdkafka checks these against each other and against its own defaults; Java does not.
    _at_least(conf, "max.poll.interval.ms", _number(conf, "session.timeout.ms", 45_000), default=300_000)
    if "fetch.max.bytes" in conf:
        _at_least(conf, "receive.message.max.bytes", _number(conf, "fetch.max.bytes") + 512, default=100_000_000)


def _finish_admin(conf: dict[str, Any], _given: Mapping[str, str]) -> None:
    _finish_common(conf)


_FINISH: Mapping[Role, Callable[[dict[str, Any], Mapping[str, str]], None]] = {
    "producer": _finish_producer,
    "consumer": _finish_consumer,
    "admin": _finish_admin,
}


def _partitioner(given: Mapping[str, str]) -> str:
    """Java's default partitioner: murmur2 of the key, a sticky random partition without one."""
    name = given.get("partitioner.class", "")
    if name.rpartition(".")[2] in ("RoundRobinPartitioner", "UniformStickyPartitioner"):
        return "random"
    if name.rpartition(".")[2] not in ("", "DefaultPartitioner"):
        raise ConfigError.invalid(
            "partitioner.class",
            name,
            "a Java partitioner cannot run here; leave the key out for the default partitioner",
        )
    return "random" if given.get("partitioner.ignore.keys", "").lower() == "true" else "murmur2_random"


def _assignors(value: str) -> str:
    names = [item.strip() for item in value.split(",") if item.strip()]
    known = [ASSIGNORS.get(name.rpartition(".")[2], name) for name in names]
    if unknown := [name for name in known if name not in ASSIGNORS.values()]:
        raise ConfigError.invalid(
            "partition.assignment.strategy", value, f"{unknown[0]} is not one of {', '.join(sorted(ASSIGNORS))}"
        )
    if "cooperative-sticky" in known and len(known) > 1:
        known = [name for name in known if name != "cooperative-sticky"]  # librdkafka runs one protocol, not a mixture
    return ",".join(known)


def _number(conf: Mapping[str, Any], key: str, default: int = 0) -> int:
    value = conf.get(key, default)
    try:
        return int(value)
    except ValueError:
        raise ConfigError.invalid(key, value, "Not a number of type INT") from None


def _cap(conf: dict[str, Any], key: str, limit: int) -> None:
    if key in conf:
        conf[key] = str(min(_number(conf, key), limit))


def _at_least(conf: dict[str, Any], key: str, least: int, *, default: int) -> None:
    if _number(conf, key, default) < least:
        conf[key] = str(least)
