"""The keys of EventRouter, and what they come to: checked where the original checks them, with its texts.

Neighbour: ``outbox``.
"""

from __future__ import annotations

from typing import NamedTuple

from connect_core.config import HIGH, LOW, MEDIUM, Config, Width, key
from connect_core.errors import ConfigError
from connect_core.java.patterns import Pattern
from connect_core.transforms.community.debezium.envelope import BLANKS, split


class EventRouterConfig(Config):
    """Keys of EventRouter."""

    table_field_event_id: str | None = key(
        "Column of the event's id.",
        default="id",
        importance=LOW,
        group="Table",
        order=1,
        width=Width.MEDIUM,
        display="Event ID Field",
    )
    table_field_event_key: str | None = key(
        "Column of the event's key.",
        default="aggregateid",
        importance=LOW,
        group="Table",
        order=2,
        width=Width.MEDIUM,
        display="Event Key Field",
    )
    table_field_event_type: str | None = key(
        "Column of the event's type.",
        default="type",
        importance=LOW,
        group="Table",
        order=3,
        width=Width.MEDIUM,
        display="Event Type Field",
    )
    table_field_event_payload: str | None = key(
        "Column of the event's content.",
        default="payload",
        importance=LOW,
        group="Table",
        order=4,
        width=Width.MEDIUM,
        display="Event Payload Field",
    )
    table_field_event_timestamp: str | None = key(
        "Column that gives the record its timestamp; without it the time of the change event.",
        default=None,
        importance=MEDIUM,
        group="Table",
        order=5,
        width=Width.MEDIUM,
        display="Event Timestamp Field",
    )
    table_fields_additional_placement: list[str] | None = key(
        "Further columns and where they go: <code>column:header</code>, "
        "<code>column:envelope:alias</code>, <code>column:partition</code>.",
        default=None,
        importance=HIGH,
        group="Table",
        order=6,
        width=Width.MEDIUM,
        display="Settings for each additional column in the outbox table",
    )
    table_field_additional_missing: str | None = key(
        "What to do when such a column is missing: <code>error</code> or <code>ignore</code>.",
        default="error",
        importance=MEDIUM,
        group="Table",
        order=7,
        width=Width.MEDIUM,
        display="Behavior when an additional field is missing in the change data",
    )
    table_field_event_schema_version: str | None = key(
        "Column of the version of the event's schema.",
        default=None,
        importance=LOW,
        group="Table",
        order=8,
        width=Width.MEDIUM,
        display="Event Schema Version Field",
    )
    table_op_invalid_behavior: str | None = key(
        "What to do with changes other than insert and delete: <code>warn</code>, <code>error</code> "
        "(both skip them) or <code>fatal</code>.",
        default="warn",
        importance=MEDIUM,
        group="Table",
        order=9,
        width=Width.MEDIUM,
        display="Behavior when capturing an unexpected outbox event",
    )
    table_expand_json_payload: bool = key(
        "Read a content that is JSON text and write it as the struct it describes; other texts stay texts.",
        default=False,
        importance=MEDIUM,
        group="Table",
        order=10,
        width=Width.MEDIUM,
        display="Expand Payload escaped string as real JSON",
    )
    table_json_payload_null_behavior: str | None = key(
        "Nulls in such JSON: <code>ignore</code> leaves them out, <code>optional_bytes</code> keeps them.",
        default="ignore",
        importance=MEDIUM,
        group="Table",
        order=11,
        width=Width.MEDIUM,
        display="Behavior when json payload including null value",
    )
    route_by_field: str | None = key(
        "Column whose value goes into the topic's name.",
        default="aggregatetype",
        importance=HIGH,
        group="Router",
        order=1,
        width=Width.MEDIUM,
        display="Field to route events by",
    )
    route_topic_regex: str | None = key(
        "Java regular expression for that value; its groups can be used in <code>route.topic.replacement</code>.",
        default="(?<routedByValue>.*)",
        importance=LOW,
        group="Router",
        order=2,
        width=Width.MEDIUM,
        display="The name of the routed topic",
    )
    route_topic_replacement: str | None = key(
        "Name of the topic, in which <code>${routedByValue}</code> stands for that value.",
        default="outbox.event.${routedByValue}",
        importance=HIGH,
        group="Router",
        order=3,
        width=Width.MEDIUM,
        display="The name of the routed topic",
    )
    route_tombstone_on_empty_payload: bool = key(
        "Make a tombstone of an event without content.",
        default=False,
        importance=HIGH,
        group="Router",
        order=4,
        width=Width.MEDIUM,
        display="Empty payloads cause a tombstone message",
    )
    tracing_span_context_field: str | None = key(
        "Field with a serialized tracing context.",
        default="tracingspancontext",
        importance=HIGH,
        group="Tracing",
        order=1,
        width=Width.MEDIUM,
        display="Serialized tracing span context field",
    )
    tracing_operation_name: str | None = key(
        "Name of the operation in traces.",
        default="debezium-read",
        importance=HIGH,
        group="Tracing",
        order=2,
        width=Width.MEDIUM,
        display="Tracing operation name",
    )
    tracing_with_context_field_only: bool = key(
        "Trace only events that carry a context.",
        default=False,
        importance=HIGH,
        group="Tracing",
        order=3,
        width=Width.MEDIUM,
        display="Trace only events with context field present",
    )


class Additional(NamedTuple):
    """A further column: where it goes (header, envelope, partition) and its name there."""

    placement: str
    field: str
    alias: str


class Settings(NamedTuple):
    """The keys, read."""

    id: str
    key: str
    payload: str
    timestamp: str | None
    schema_version: str | None
    additional: tuple[Additional, ...]
    ignores_missing: bool
    on_update: str
    expands: bool
    keep_nulls: bool
    route_by: str
    regex: Pattern
    replacement: str
    tombstones: bool

    @property
    def wraps(self) -> bool:
        """Is the payload one of several fields?"""
        return any(one.placement == "envelope" for one in self.additional)


def settings(config: EventRouterConfig) -> Settings:
    """The configured columns and ways; texts are untrimmed, as the original reads them."""
    raw = config.originals
    additional = _additional(raw.get("table.fields.additional.placement"))
    missing = _choice(raw, "table.field.additional.missing", ("error", "ignore"))
    on_update = _choice(raw, "table.op.invalid.behavior", ("warn", "error", "fatal"))
    nulls = _choice(raw, "table.json.payload.null.behavior", ("ignore", "optional_bytes"))
    if config.table_expand_json_payload and raw.get("field.name.adjustment.mode", "none").strip().lower() != "none":
        reason = "only none is supported: names of JSON members stay as they are"
        raise ConfigError.invalid("field.name.adjustment.mode", raw["field.name.adjustment.mode"], reason)
    return Settings(
        id=raw.get("table.field.event.id", "id"),
        key=raw.get("table.field.event.key", "aggregateid"),
        payload=raw.get("table.field.event.payload", "payload"),
        timestamp=raw.get("table.field.event.timestamp"),
        schema_version=raw.get("table.field.event.schema.version"),
        additional=additional,
        ignores_missing=missing == "ignore",
        on_update=on_update,
        expands=config.table_expand_json_payload,
        keep_nulls=nulls == "optional_bytes",
        route_by=raw.get("route.by.field", "aggregatetype"),
        regex=_regex(raw.get("route.topic.regex", "(?<routedByValue>.*)")),
        replacement=raw.get("route.topic.replacement", "outbox.event.${routedByValue}").strip(BLANKS),
        tombstones=config.route_tombstone_on_empty_payload,
    )


def _invalid(name: str, value: str, reason: str) -> ConfigError:
    return ConfigError.invalid(name, value, f"The '{name}' value is invalid: {reason}")


def _choice(raw: dict[str, str], name: str, words: tuple[str, ...]) -> str:
    value = raw.get(name, words[0])
    found = value.strip(BLANKS).lower()
    if found not in words:
        raise _invalid(name, value, f"Value must be one of {', '.join(words)}")
    return found


def _regex(text: str) -> Pattern:
    try:
        Pattern(text)
        return Pattern(text.strip(BLANKS))
    except ValueError as error:
        raise _invalid("route.topic.regex", text, f"A valid regular expressions is expected, but {error}") from error


def _additional(text: str | None) -> tuple[Additional, ...]:
    name = "table.fields.additional.placement"
    items = [] if text is None else split(text, ",")
    parts = [[part.strip(BLANKS) for part in split(one.strip(BLANKS), ":")] for one in items]
    if text is not None and not all(len(one) in (2, 3) for one in parts):
        shown = f"[{', '.join(items)}]"
        raise _invalid(
            name, text, f"A comma-separated list of valid String pairs or trios is expected but got: {shown}"
        )
    found = tuple(Additional(one[1].lower(), one[0], one[-1] if len(one) == 3 else one[0]) for one in parts)
    for one in found:
        if one.placement not in ("header", "envelope", "partition"):
            raise _invalid(
                name, text or "", f"a column goes to header, envelope or partition, not to {one.placement!r}"
            )
    return found
