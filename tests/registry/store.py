"""What a schema registry knows and decides: subjects, versions, ids, compatibility, modes, deletion; its error codes.

Texts and codes are Confluent's, as far as a converter or its user can meet them. Neighbour: ``server`` speaks HTTP.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from connect_core.encoding.avro.compat import misfits
from connect_core.encoding.avro.parse import parse

LEVELS = ("NONE", "BACKWARD", "FORWARD", "FULL", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE")
MODES = ("READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT")
TYPES = ("JSON", "PROTOBUF", "AVRO")

type References = Sequence[dict[str, Any]]
type Check = Callable[[str, str], list[str]]
"""(reader's text, writer's text) -> what is wrong."""


class Refused(Exception):
    """An answer with an error code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Version:
    """One version of a subject."""

    subject: str
    version: int
    id: int
    deleted: bool = False


@dataclass(frozen=True)
class Content:
    """What has an id: text, type and references."""

    text: str
    type: str
    references: str
    metadata: str = ""

    @property
    def guid(self) -> str:
        """The same in every registry."""
        raw = "\n".join((self.type, self.text, self.references, self.metadata))
        return str(UUID(bytes=hashlib.md5(raw.encode(), usedforsecurity=False).digest()))


def _avro(reader: str, writer: str) -> list[str]:
    return misfits(parse(reader), parse(writer))


@dataclass
class Store:
    """All state; ``checks`` holds a compatibility check per schema type, ``parsers`` what refuses a text."""

    checks: dict[str, Check] = field(default_factory=lambda: {"AVRO": _avro})
    parsers: dict[str, Callable[[str, dict[str, str]], None]] = field(default_factory=dict)
    contents: dict[int, Content] = field(default_factory=dict)
    ids: dict[Content, int] = field(default_factory=dict)
    subjects: dict[str, list[Version]] = field(default_factory=dict)
    levels: dict[str | None, str] = field(default_factory=lambda: {None: "BACKWARD"})
    modes: dict[str | None, str] = field(default_factory=lambda: {None: "READWRITE"})
    associations: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    # -- writing -----------------------------------------------------------------------------------------------------

    def register(self, subject: str, body: dict[str, Any], *, normalize: bool = False) -> Version:
        """The version of a schema in a subject, made if it is not there."""
        content = self._content(body, normalize=normalize)
        found = self._find(subject, content, deleted=False)
        if found is not None:
            return found
        mode = self.modes.get(subject, self.modes[None])
        if mode.startswith("READONLY"):
            raise Refused(422, 42205, f"Subject {subject} is in read-only mode")
        wrong = self._incompatible(subject, content)
        if wrong:
            raise Refused(
                409, 409, "Schema being registered is incompatible with an earlier schema for subject "
                f'"{subject}", details: [{", ".join(wrong)}]',
            )  # fmt: skip
        again = self._find(subject, content, deleted=True)
        versions = self.subjects.setdefault(subject, [])
        made = Version(subject, versions[-1].version + 1 if versions else 1, again.id if again else self._id(content))
        versions.append(made)
        return made

    def _id(self, content: Content) -> int:
        known = self.ids.get(content)
        if known is None:
            known = self.ids[content] = len(self.contents) + 1
            self.contents[known] = content
        return known

    def _content(self, body: dict[str, Any], *, normalize: bool) -> Content:
        kind = body.get("schemaType") or "AVRO"
        text = body.get("schema")
        if kind not in TYPES:
            raise Refused(422, 422, f"Invalid schema type {kind}")
        references = body.get("references") or []
        needed = {}
        for reference in references:
            versions = self.subjects.get(reference["subject"], ())
            found = [v for v in versions if v.version == reference["version"]]
            if not found:
                raise Refused(422, 42201, f"Invalid schema {body}, details: No schema reference found for subject "
                              f'"{reference["subject"]}" and version {reference["version"]}')  # fmt: skip
            needed[reference["name"]] = self.contents[found[0].id].text
        if not text:
            raise Refused(422, 42201, "Empty schema")
        try:
            text = self._canonical(kind, text, normalize=normalize, references=bool(references))
            if kind in self.parsers:
                self.parsers[kind](text, needed)
        except Exception as error:
            raise Refused(422, 42201, f"Invalid schema of type {kind}, details: {error}") from error
        return Content(text, kind, json.dumps(references), json.dumps(body.get("metadata") or {}))

    @staticmethod
    def _canonical(kind: str, text: str, *, normalize: bool, references: bool) -> str:
        if kind == "PROTOBUF":
            return text
        if kind == "AVRO" and not normalize and not references:
            return str(parse(text))
        try:
            tree = json.loads(text)
        except json.JSONDecodeError:
            if kind == "AVRO" and text.isalpha():  # a bare type name
                return json.dumps(text)
            raise
        return json.dumps(tree, separators=(",", ":"), ensure_ascii=False, sort_keys=normalize)

    def _incompatible(self, subject: str, content: Content, versions: Sequence[Version] | None = None) -> list[str]:
        level = self.levels.get(subject, self.levels[None])
        check = self.checks.get(content.type)
        live = versions if versions is not None else [v for v in self.subjects.get(subject, ()) if not v.deleted]
        if level == "NONE" or check is None or not live:
            return []
        if any(self.contents[v.id].type != content.type for v in live):
            return ["Incompatible because of different schema type"]
        wrong = []
        for version in live if level.endswith("TRANSITIVE") else live[-1:]:
            old = self.contents[version.id].text
            if level.startswith(("BACKWARD", "FULL")):
                wrong += check(content.text, old)
            if level.startswith(("FORWARD", "FULL")):
                wrong += check(old, content.text)
        return wrong

    # -- looking -----------------------------------------------------------------------------------------------------

    def _find(self, subject: str, content: Content, *, deleted: bool) -> Version | None:
        for version in reversed(self.subjects.get(subject, ())):
            if (deleted or not version.deleted) and self.contents[version.id] == content:
                return version
        return None

    def lookup(self, subject: str, body: dict[str, Any], *, normalize: bool, deleted: bool) -> Version:
        """The version that has this schema."""
        self._known(subject, deleted=deleted)
        found = self._find(subject, self._content(body, normalize=normalize), deleted=deleted)
        if found is None:
            raise Refused(404, 40403, "Schema not found")
        return found

    def _known(self, subject: str, *, deleted: bool = False) -> list[Version]:
        versions = [v for v in self.subjects.get(subject, ()) if deleted or not v.deleted]
        if not versions:
            raise Refused(404, 40401, f"Subject '{subject}' not found.")
        return versions

    def content(self, schema_id: str) -> Content:
        """What has this id."""
        found = self.contents.get(int(schema_id)) if schema_id.lstrip("-").isdigit() else None
        if found is None:
            raise Refused(404, 40403, f"Schema {schema_id} not found")
        return found

    def by_guid(self, guid: str) -> tuple[int, Content]:
        """What has this GUID."""
        for schema_id, content in self.contents.items():
            if content.guid == guid:
                return schema_id, content
        raise Refused(404, 40403, f"Schema {guid} not found")

    def version(self, subject: str, text: str, *, deleted: bool = False) -> Version:
        """One version; ``latest`` and -1 are the newest."""
        if text not in ("latest", "-1") and not (text.isdigit() and 0 < int(text) < 2**31):
            raise Refused(422, 42202, f"The specified version '{text}' is not a valid version id. "
                          'Allowed values are between [1, 2^31-1] and the string "latest"')  # fmt: skip
        versions = self._known(subject, deleted=deleted)
        if not text.isdigit():
            return versions[-1]
        for version in versions:
            if version.version == int(text):
                return version
        raise Refused(404, 40402, f"Version {text} not found.")

    def with_metadata(self, subject: str, wanted: dict[str, str], *, deleted: bool) -> Version:
        """The newest version with these properties."""
        for version in reversed(self._known(subject, deleted=deleted)):
            properties = json.loads(self.contents[version.id].metadata).get("properties", {})
            if wanted.items() <= properties.items():
                return version
        raise Refused(404, 40403, "Schema not found")

    def referenced_by(self, target: Version) -> list[int]:
        """Ids of schemas that refer to a version."""
        wanted = (target.subject, target.version)
        found = [
            schema_id
            for schema_id, content in self.contents.items()
            if any((r["subject"], r["version"]) == wanted for r in json.loads(content.references))
        ]
        live = {v.id for versions in self.subjects.values() for v in versions if not v.deleted}
        return [schema_id for schema_id in found if schema_id in live]

    # -- deleting ----------------------------------------------------------------------------------------------------

    def delete_version(self, subject: str, text: str, *, permanent: bool) -> int:
        """Soft, then (again, ``permanent``) for good."""
        target = self.version(subject, text, deleted=True)
        if permanent and not target.deleted:
            raise Refused(404, 40407, f"Subject '{subject}' Version {target.version} was not deleted first before "
                          "being permanently deleted")  # fmt: skip
        if not permanent and target.deleted:
            raise Refused(404, 40406, f"Subject '{subject}' Version {target.version} was soft deleted."
                          "Set permanent=true to delete permanently")  # fmt: skip
        self._unreferenced(target)
        if permanent:
            self.subjects[subject].remove(target)
        target.deleted = True
        return target.version

    def delete_subject(self, subject: str, *, permanent: bool) -> list[int]:
        """All versions."""
        every = self._known(subject, deleted=True)
        live = [v for v in every if not v.deleted]
        if permanent and live:
            raise Refused(404, 40405, f"Subject '{subject}' was not deleted first before being permanently deleted")
        if not permanent and not live:
            raise Refused(404, 40404, f"Subject '{subject}' was soft deleted.Set permanent=true to delete permanently")
        for version in every:
            self._unreferenced(version)
            version.deleted = True
        if permanent:
            del self.subjects[subject]
        return [v.version for v in (every if permanent else live)]

    def _unreferenced(self, target: Version) -> None:
        if self.referenced_by(target):
            raise Refused(422, 42206, "One or more references exist to the schema "
                          f"{{magic=1,keytype=SCHEMA,subject={target.subject},version={target.version}}}.")  # fmt: skip
