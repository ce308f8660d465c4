"""A registry's client: schemas by id, GUID and version, ids of schemas; everything asked once and remembered.

Answers are immutable in a registry (but for ``latest``), so the memories need no end, only a bound. RestError is the
registry's own error; ``serde`` turns it into a converter's. Used by the Avro, Protobuf and JSON Schema converters:

    registry = SchemaRegistry(config, "AVRO")
    registry.schema(7)                             # RegisteredSchema: text, type, references, id, guid, version
    registry.register("orders-value", text)        # SchemaId(id, guid)
    registry.lookup("orders-value", text)          # SchemaId, RestError 40403 if it is not there
    registry.version_of("orders-value", text)      # the number of that schema within the subject
    registry.latest("orders-value"), registry.version("orders-value", 2), registry.with_metadata(subject, {...})
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from connect_core.converters.schema_registry.config import RegistryAccessConfig, RegistryConfig
from connect_core.converters.schema_registry.framing import SchemaId
from connect_core.converters.schema_registry.transport import Transport

AVRO, PROTOBUF, JSON = "AVRO", "PROTOBUF", "JSON"
_CONFLUENT_VERSION = "confluent:version"


class Reference(NamedTuple):
    """A schema another one imports: ``name`` as the importing text says it, and where it is registered."""

    name: str
    subject: str
    version: int

    def as_json(self) -> dict[str, Any]:
        """As it stands in requests."""
        return self._asdict()


class RegisteredSchema(NamedTuple):
    """A schema as the registry has it. ``version``, ``subject`` and ``guid`` only where the answer told."""

    text: str
    type: str
    references: tuple[Reference, ...]
    id: int | None
    guid: str | None = None
    version: int | None = None
    subject: str | None = None
    told_version: int | None = None
    """The version from the schema's own metadata, which goes before the subject's number."""

    @property
    def schema_id(self) -> SchemaId:
        """Id and GUID together."""
        return SchemaId(self.id, self.guid)


class SchemaRegistry:
    """What the converters ask of a registry. One per converter; its threads may share it."""

    def __init__(self, config: RegistryAccessConfig, schema_type: str, *, transport: Transport | None = None) -> None:
        self._transport = transport or Transport(config)
        self._type = schema_type
        size = config.max_schemas_per_subject
        self._format = config.schema_format if isinstance(config, RegistryConfig) else None
        self._by_id: _Memory[RegisteredSchema] = _Memory(size)
        self._by_version: _Memory[RegisteredSchema] = _Memory(size)
        self._ids: _Memory[SchemaId] = _Memory(size)
        self._versions: _Memory[int] = _Memory(size)
        latest_size, seconds = size, -1
        if isinstance(config, RegistryConfig):
            latest_size, seconds = config.latest_cache_size, config.latest_cache_ttl_sec
        self._latest: _Memory[RegisteredSchema] = _Memory(latest_size, seconds=seconds)

    def schema(self, schema_id: int, subject: str | None = None) -> RegisteredSchema:
        """The schema of an id; ``subject`` tells the registry in which context to look first."""
        query = {"fetchMaxId": "false"} | ({"subject": subject} if subject is not None else {}) | self._wanted_format()
        return self._by_id.get(
            (schema_id, subject),
            lambda: _registered(self._transport.request("GET", f"/schemas/ids/{schema_id}", query=query), id=schema_id),
        )

    def schema_by_guid(self, guid: str) -> RegisteredSchema:
        """The schema of a GUID."""
        return self._by_id.get(
            guid,
            lambda: _registered(
                self._transport.request("GET", f"/schemas/guids/{guid}", query=self._wanted_format()), guid=guid
            ),
        )

    def schema_of(self, schema_id: SchemaId, subject: str | None = None) -> RegisteredSchema:
        """The schema a message names, by whichever it names."""
        if schema_id.id is not None:
            return self.schema(schema_id.id, subject)
        assert schema_id.guid is not None
        return self.schema_by_guid(schema_id.guid)

    def register(
        self, subject: str, text: str, references: Sequence[Reference] = (), *, normalize: bool = False,
        propagate_tags: bool = False,
    ) -> SchemaId:  # fmt: skip
        """Register a schema, or find it if it is there; its id."""

        def ask() -> SchemaId:
            body = self._body(text, references) | ({"propagateSchemaTags": True} if propagate_tags else {})
            path = f"/subjects/{_segment(subject)}/versions"
            answer = self._transport.request("POST", path, query={"normalize": _flag(normalize)}, body=body)
            return SchemaId(answer["id"], answer.get("guid"))

        return self._ids.get((subject, text, tuple(references), normalize), ask)

    def lookup(
        self, subject: str, text: str, references: Sequence[Reference] = (), *, normalize: bool = False
    ) -> SchemaId:
        """The id of a registered schema; RestError 40403 if the subject does not have it."""
        return self._ids.get(
            (subject, text, tuple(references), normalize),
            lambda: self._look_up(subject, text, references, normalize=normalize, deleted=False).schema_id,
        )

    def version_of(self, subject: str, text: str, references: Sequence[Reference] = ()) -> int:
        """The number of a schema among the subject's versions, deleted ones included."""

        def ask() -> int:
            found = self._look_up(subject, text, references, normalize=False, deleted=True).version
            assert found is not None
            return found

        return self._versions.get((subject, text, tuple(references)), ask)

    def latest(self, subject: str) -> RegisteredSchema:
        """The newest version of a subject."""
        return self._latest.get(subject, lambda: self._version(subject, "latest"))

    def version(self, subject: str, version: int) -> RegisteredSchema:
        """One version of a subject, also if it was deleted since."""
        return self._by_version.get((subject, version), lambda: self._version(subject, str(version), deleted="true"))

    def with_metadata(self, subject: str, properties: Mapping[str, str]) -> RegisteredSchema:
        """The newest version of a subject whose metadata has these properties."""
        query = {"key": list(properties), "value": list(properties.values()), "deleted": "false"}
        path = f"/subjects/{_segment(subject)}/metadata"
        return self._latest.get(
            (subject, *properties.items()),
            lambda: _registered(self._transport.request("GET", path, query=query | self._wanted_format())),
        )

    def resolve(self, references: Sequence[Reference]) -> dict[str, RegisteredSchema]:
        """All schemas a schema needs, by the names it uses; what they need themselves comes before them."""
        found: dict[str, RegisteredSchema] = {}
        for reference in references:
            if reference.name not in found:
                schema = self.version(reference.subject, reference.version)
                found |= {name: inner for name, inner in self.resolve(schema.references).items() if name not in found}
                found[reference.name] = schema
        return found

    def associated(self, topic: str, *, is_key: bool, cluster: str) -> list[str]:
        """Subjects the registry associates with a topic."""
        query = {"resourceType": "topic", "associationType": "key" if is_key else "value", "offset": 0, "limit": -1}
        path = f"/associations/resources/{_segment(cluster)}/{_segment(topic)}"
        return [str(entry["subject"]) for entry in self._transport.request("GET", path, query=query) or ()]

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _look_up(
        self, subject: str, text: str, references: Sequence[Reference], *, normalize: bool, deleted: bool
    ) -> RegisteredSchema:
        query = {"normalize": _flag(normalize), "deleted": _flag(deleted)}
        body = self._body(text, references)
        return _registered(self._transport.request("POST", f"/subjects/{_segment(subject)}", query=query, body=body))

    def _version(self, subject: str, version: str, **query: str) -> RegisteredSchema:
        path = f"/subjects/{_segment(subject)}/versions/{version}"
        return _registered(self._transport.request("GET", path, query=query | self._wanted_format()))

    def _wanted_format(self) -> dict[str, str]:
        return {"format": self._format} if self._format else {}

    def _body(self, text: str, references: Sequence[Reference]) -> dict[str, Any]:
        body: dict[str, Any] = {"schema": text}
        if self._type != AVRO:
            body["schemaType"] = self._type
        if references:
            body["references"] = [reference.as_json() for reference in references]
        return body


def _registered(answer: Mapping[str, Any], *, id: int | None = None, guid: str | None = None) -> RegisteredSchema:
    references = tuple(Reference(r["name"], r["subject"], r["version"]) for r in answer.get("references") or ())
    properties = (answer.get("metadata") or {}).get("properties") or {}
    told = properties.get(_CONFLUENT_VERSION)
    return RegisteredSchema(
        text=answer["schema"],
        type=answer.get("schemaType") or AVRO,
        references=references,
        id=answer.get("id", id),
        guid=answer.get("guid", guid),
        version=answer.get("version"),
        subject=answer.get("subject"),
        told_version=int(told) if told is not None else None,
    )


def _segment(text: str) -> str:
    return quote(text, safe="")


def _flag(value: bool) -> str:
    return "true" if value else "false"


class _Memory[Value]:
    """The last so many answers; failures are not kept. ``seconds`` -1: for ever."""

    def __init__(self, size: int, *, seconds: int = -1) -> None:
        self._size, self._seconds = max(size, 1), seconds
        self._known: OrderedDict[Hashable, tuple[Value, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, ask: Callable[[], Value]) -> Value:
        """The remembered answer, or a new one."""
        with self._lock:
            found = self._known.get(key)
            if found is not None and (self._seconds < 0 or time.monotonic() < found[1] + self._seconds):
                self._known.move_to_end(key)
                return found[0]
        value = ask()
        with self._lock:
            self._known[key] = (value, time.monotonic())
            self._known.move_to_end(key)
            if len(self._known) > self._size:
                self._known.popitem(last=False)
        return value
