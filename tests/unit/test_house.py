"""The house rules that import-linter cannot see: sizes, names, and where an import may stand.

Design sections 2 and 11; who may import whom is in pyproject.toml (`make lint`).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "connect_core"
MODULE_LINES = 400
COMPOSITION_LINES = 60
HEAVY = {"boto3", "botocore", "sqlalchemy", "pyarrow", "fastavro", "opensearchpy", "elasticsearch", "aws_xray_sdk"}
# What a guest may import at module top beside the standard library: the rest belongs into `start`.
GUEST_ROOMS = {"api", "encoding", "data", "config", "telemetry", "java", "errors", "connectors"}
GUEST_LIBRARIES = {"connect_core", "pydantic"}


def modules(*roots: Path) -> list[Path]:
    return sorted(path for root in roots for path in root.rglob("*.py") if "__pycache__" not in path.parts)


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(node: ast.stmt) -> list[str]:
    """Dotted names a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [node.module]
    return []


def top_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Imports that run when the module is imported: at top, also inside if/try and class bodies."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.expr):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.stmt):
            for name in imported(node):
                yield node.lineno, name
        pending.extend(ast.iter_child_nodes(node))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def test_modules_are_short() -> None:
    long = {
        label(path): lines for path in modules(PACKAGE, ROOT / "infra") if (lines := line_count(path)) > MODULE_LINES
    }
    assert not long, f"split by noun, at most {MODULE_LINES} lines: {long}"


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_functions_only_compose() -> None:
    long = {label(p): n for p in modules(ROOT / "functions") if (n := line_count(p)) > COMPOSITION_LINES}
    assert not long, f"composition roots hold no logic, at most {COMPOSITION_LINES} lines: {long}"


def test_no_module_is_named_utils() -> None:
    vague = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    found = [label(path) for path in modules(PACKAGE, ROOT / "functions", ROOT / "infra") if path.name in vague]
    assert not found, f"a module is named by the noun it holds: {found}"


def test_every_module_says_what_it_holds() -> None:
    silent = [
        label(path)
        for path in modules(PACKAGE, ROOT / "functions")
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(parse(path))
    ]
    assert not silent, f"module docstring missing: {silent}"


def test_confluent_kafka_is_imported_in_its_room_only() -> None:
    found = [
        f"{label(path)}:{node.lineno}"
        for path in modules(PACKAGE, ROOT / "functions")
        if path.parent != PACKAGE / "kafka"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.stmt) and any(name.split(".")[0] == "confluent_kafka" for name in imported(node))
    ]
    assert not found, f"confluent_kafka only in connect_core/kafka: {found}"


def test_heavy_libraries_are_imported_inside_functions() -> None:
    found = [
        f"{label(path)}:{line} {name}"
        for path in modules(PACKAGE, ROOT / "functions")
        for line, name in top_imports(parse(path))
        if name.split(".")[0] in HEAVY
    ]
    assert not found, f"import inside the function that uses it: {found}"


def test_guests_import_no_client_library_at_module_top() -> None:
    allowed = GUEST_LIBRARIES | sys.stdlib_module_names
    found = [
        f"{label(path)}:{line} {name}"
        for path in modules(PACKAGE / "connectors")
        for line, name in top_imports(parse(path))
        if name.split(".")[0] not in allowed
    ]
    assert not found, f"a guest imports its client library inside start: {found}"


def test_guests_see_only_what_authors_see() -> None:
    found = [
        f"{label(path)}:{node.lineno} {name}"
        for path in modules(PACKAGE / "connectors")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.stmt)
        for name in imported(node)
        if name.startswith("connect_core.") and name.split(".")[1] not in GUEST_ROOMS
    ]
    assert not found, f"guests import only {sorted(GUEST_ROOMS)}: {found}"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import boto3", ["boto3"]),
        ("try:\n    import boto3.session\nexcept ImportError:\n    pass", ["boto3.session"]),
        ("def start():\n    import boto3", []),
        ("class A:\n    def start(self):\n        from boto3 import client", []),
        ("if TYPE_CHECKING:\n    import boto3", []),
    ],
)
def test_top_imports_are_those_that_run_on_import(source: str, names: list[str]) -> None:
    assert [name for _, name in top_imports(ast.parse(source))] == names
