# ruff: noqa: SLF001  librdkafka's own error codes are public constants whose names begin with an underscore
"""librdkafka's errors as ours, by the reaction they call for (spec 8.4, design I4).

Fenced: a newer owner of the transactional id exists. Retriable: the same thing may work a moment later. Fatal: the
user or an administrator has to act (authorization, unsupported feature, wrong size).
"""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException

from connect_core.errors import ConnectError, Fatal, Fenced, Retriable

PARTITION_EOF = KafkaError._PARTITION_EOF
INVALID_ARG = KafkaError._INVALID_ARG
LOST_POSITION = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE})
NO_TOPIC = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION})
FENCED = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})
# The broker has forgotten an idle producer; a new init gets a new id.
FORGOTTEN = frozenset({KafkaError.INVALID_PRODUCER_ID_MAPPING, KafkaError.UNKNOWN_PRODUCER_ID})
# librdkafka marks few errors retriable by itself; these pass too once brokers and coordinators are back.
TRANSIENT = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._MSG_TIMED_OUT,
        KafkaError._RESOLVE,
        KafkaError._WAIT_COORD,
        KafkaError._PURGE_QUEUE,
        KafkaError._PURGE_INFLIGHT,
        KafkaError._RETRY,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.CONCURRENT_TRANSACTIONS,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.NOT_CONTROLLER,
        KafkaError.NOT_COORDINATOR,
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.UNSTABLE_OFFSET_COMMIT,
    }
)


def error_of(failure: KafkaException | KafkaError) -> KafkaError:
    """The KafkaError inside an exception."""
    if isinstance(failure, KafkaError):
        return failure
    inner = failure.args[0] if failure.args else None
    return inner if isinstance(inner, KafkaError) else KafkaError(KafkaError._FAIL, str(failure))


def translate(failure: KafkaException | KafkaError, doing: str) -> ConnectError:
    """Our error for librdkafka's; ``doing`` says what failed, e.g. ``commit the transaction of pg-0``."""
    error = error_of(failure)
    text = f"Cannot {doing}: {error.str()} ({error.name()})"
    if error.code() in FENCED:
        return Fenced(text)
    if error.code() in FORGOTTEN:
        return Retriable(text)
    if error.fatal():
        return Fatal(text)
    if error.retriable() or error.txn_requires_abort() or error.code() in TRANSIENT:
        return Retriable(text)
    return Fatal(text)
