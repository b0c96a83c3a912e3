"""The OpenAPI document in the order in which people read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a property: ``kind`` in words, ``about`` what it means."""

    name: str
    kind: str
    about: str = ""
    required: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[Row, ...]
    body: tuple[Row, ...]
    body_kind: str
    answers: tuple[tuple[str, str, str], ...]  # status, words, name of what is in it


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    about: str
    rows: tuple[Row, ...]


@dataclass(slots=True)
class Reference:
    title: str
    version: str
    about: str
    groups: dict[str, list[Operation]] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)


def reference_of(schema: dict[str, Any]) -> Reference:
    info = schema["info"]
    found = Reference(info["title"], info["version"], info["description"])
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["Other"])[0]
            found.groups.setdefault(tag, []).append(_operation(path, method, operation))
    for name, shape in sorted(schema["components"]["schemas"].items()):
        about = shape.get("description", "").replace("``", "`")
        found.shapes.append(Shape(name, about, _rows(shape)))
    return found


def _operation(path: str, method: str, operation: dict[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    kind = next(iter(content), "")
    shape: dict[str, Any] = content[kind].get("schema", {}) if kind else {}
    parameters = [
        Row(row["name"], kind_of(row["schema"]), row.get("description", ""), row.get("required", False), row["in"])
        for row in operation["parameters"]
    ]
    answers = [
        (str(status), answer["description"], _content(answer)) for status, answer in operation["responses"].items()
    ]
    return Operation(
        operation["operationId"], method.upper(), path, operation["summary"], operation.get("description", ""),
        tuple(parameters), _rows(shape) or ((Row("", kind_of(shape)),) if shape else ()), kind, tuple(answers),
    )  # fmt: skip


def _content(answer: dict[str, Any]) -> str:
    found = next(iter(answer.get("content", {}).values()), None)
    return kind_of(found["schema"]) if found else ""


def _rows(shape: dict[str, Any]) -> tuple[Row, ...]:
    required = set(shape.get("required", ()))
    return tuple(
        Row(name, kind_of(about), about.get("description", ""), name in required)
        for name, about in shape.get("properties", {}).items()
    )


def kind_of(schema: dict[str, Any]) -> str:
    """integer, string (date), list of Line, one of a, b, c ..."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(kind_of(part) for part in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    return f"{kind} ({schema['format']})" if "format" in schema else kind
