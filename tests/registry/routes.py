"""Paths of a schema registry and what they do with the store."""

from __future__ import annotations

import json
from typing import Any

from tests.registry.store import LEVELS, MODES, TYPES, Content, Refused, Store, Version

type Query = dict[str, list[str]]


def _flag(query: Query, name: str) -> bool:
    return query.get(name, ["false"])[-1].lower() == "true"


def route(store: Store, method: str, path: list[str], *, query: Query, body: Any, guids: bool) -> Any:
    """The JSON of an answer; Refused otherwise."""
    handler = _AREAS.get(path[0]) if path else None
    if handler is None:
        if not path:
            return {}
        raise Refused(404, 404, "HTTP 404 Not Found")
    answer = handler(store, method, path[1:], query, body)
    if isinstance(answer, dict) and not guids:
        answer.pop("guid", None)
    if answer is None:
        known = method in ("GET", "POST", "PUT", "DELETE")
        raise Refused(404 if known else 405, 404 if known else 405, "HTTP 404 Not Found")
    return answer


def _shown(content: Content) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if content.type != "AVRO":
        shown["schemaType"] = content.type
    if json.loads(content.references):
        shown["references"] = json.loads(content.references)
    if json.loads(content.metadata):
        shown["metadata"] = json.loads(content.metadata)
    return shown | {"schema": content.text, "guid": content.guid}


def _shown_version(store: Store, version: Version) -> dict[str, Any]:
    content = store.contents[version.id]
    return {"subject": version.subject, "version": version.version, "id": version.id, **_shown(content)}


def _schemas(store: Store, method: str, path: list[str], query: Query, body: Any) -> Any:
    match method, path:
        case "GET", ["types"]:
            return list(TYPES)
        case "GET", ["ids", schema_id]:
            shown = _shown(store.content(schema_id))
            return shown | ({"maxId": max(store.contents)} if _flag(query, "fetchMaxId") else {})
        case "GET", ["ids", schema_id, "schema"]:
            return json.loads(store.content(schema_id).text)
        case "GET", ["ids", schema_id, "subjects" | "versions" as what]:
            store.content(schema_id)
            deleted = _flag(query, "deleted")
            every = [v for versions in store.subjects.values() for v in versions if v.id == int(schema_id)]
            found = [v for v in every if deleted or not v.deleted]
            if what == "subjects":
                return sorted({v.subject for v in found})
            return [{"subject": v.subject, "version": v.version} for v in found]
        case "GET", ["guids", guid]:
            return _shown(store.by_guid(guid)[1])
        case "GET", ["guids", guid, "ids"]:
            return [{"context": ".", "id": store.by_guid(guid)[0]}]
    return None


def _subjects(store: Store, method: str, path: list[str], query: Query, body: Any) -> Any:
    deleted, normalize, permanent = (_flag(query, name) for name in ("deleted", "normalize", "permanent"))
    match method, path:
        case "GET", []:
            start = query.get("subjectPrefix", [""])[0]
            live = (s for s, versions in store.subjects.items() if deleted or any(not v.deleted for v in versions))
            return sorted(subject for subject in live if subject.startswith(start))
        case "POST", [subject]:
            return _shown_version(store, store.lookup(subject, body, normalize=normalize, deleted=deleted))
        case "DELETE", [subject]:
            return store.delete_subject(subject, permanent=permanent)
        case "GET", [subject, "metadata"]:
            wanted = dict(zip(query.get("key", ()), query.get("value", ()), strict=True))
            return _shown_version(store, store.with_metadata(subject, wanted, deleted=deleted))
        case _, [subject, "versions", *rest]:
            return _versions(store, method, subject, rest, query, body)
    return None


def _versions(store: Store, method: str, subject: str, path: list[str], query: Query, body: Any) -> Any:
    deleted, normalize, permanent = (_flag(query, name) for name in ("deleted", "normalize", "permanent"))
    match method, path:
        case "GET", []:
            return [v.version for v in store._known(subject, deleted=deleted)]
        case "POST", []:
            made = store.register(subject, body, normalize=normalize)
            return {"id": made.id, "guid": store.contents[made.id].guid}
        case "GET", [version]:
            return _shown_version(store, store.version(subject, version, deleted=deleted))
        case "GET", [version, "schema"]:
            return json.loads(store.contents[store.version(subject, version).id].text)
        case "GET", [version, "referencedby"]:
            return store.referenced_by(store.version(subject, version))
        case "DELETE", [version]:
            return store.delete_version(subject, version, permanent=permanent)
    return None


def _compatibility(store: Store, method: str, path: list[str], query: Query, body: Any) -> Any:
    match method, path:
        case "POST", ["subjects", subject, "versions", *version]:
            content = store._content(body, normalize=_flag(query, "normalize"))
            against = [store.version(subject, version[0])] if version and version[0] else None
            wrong = store._incompatible(subject, content, against)
            return {"is_compatible": not wrong} | ({"messages": wrong} if _flag(query, "verbose") else {})
    return None


def _config(store: Store, method: str, path: list[str], query: Query, body: Any) -> Any:
    subject = path[0] if path else None
    levels = store.levels
    if method == "GET":
        if subject in levels or _flag(query, "defaultToGlobal"):
            return {"compatibilityLevel": levels.get(subject, levels[None])}
        message = f"Subject '{subject}' does not have subject-level compatibility configured"
        raise Refused(404, 40408, message)
    if method == "PUT":
        level = str(body.get("compatibility")).upper()
        if level not in LEVELS:
            raise Refused(422, 42203, "Invalid compatibility level. Valid values are none, backward, forward, full, "
                          "backward_transitive, forward_transitive, and full_transitive")  # fmt: skip
        levels[subject] = level
        return {"compatibility": level}
    if method == "DELETE":
        return {"compatibilityLevel": levels.pop(subject, levels[None]) if subject else levels[None]}
    return None


def _mode(store: Store, method: str, path: list[str], query: Query, body: Any) -> Any:
    subject = path[0] if path else None
    modes = store.modes
    if method == "GET":
        if subject in modes or _flag(query, "defaultToGlobal"):
            return {"mode": modes.get(subject, modes[None])}
        raise Refused(404, 40409, f"Subject '{subject}' does not have subject-level mode configured")
    if method == "PUT":
        mode = str(body.get("mode")).upper()
        if mode not in MODES:
            shown = ", ".join(MODES)
            raise Refused(422, 42204, f"Invalid mode. Valid values are {shown}")
        modes[subject] = mode
        return {"mode": mode}
    return None


def _associations(store: Store, method: str, path: list[str], query: Query, body: Any) -> Any:
    match method, path:
        case "GET", ["resources", _, name] if store.associations:
            kind = query.get("associationType", ["value"])[0]
            return [{"subject": subject, "resourceName": name} for subject in store.associations.get((name, kind), ())]
    return None


_AREAS = {
    "schemas": _schemas,
    "subjects": _subjects,
    "compatibility": _compatibility,
    "config": _config,
    "mode": _mode,
    "associations": _associations,
}
