"""YAML with the place of every value, so that a finding can point at it.

`parse` answers the data and a `Places` that knows where each value stands; a file that does not parse, or
that breaks its JSON schema, becomes findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jsonschema
import yaml

from guide.findings import Finding, did_you_mean

Step = str | int
_VALIDATOR = jsonschema.Draft202012Validator


@dataclass
class Places:
    """Where each value and each key of a YAML text stands; lines and columns count from 1."""

    values: dict[tuple[Step, ...], tuple[int, int]] = field(default_factory=dict)
    keys: dict[tuple[Step, ...], tuple[int, int]] = field(default_factory=dict)

    def of(self, path: tuple[Step, ...]) -> tuple[int, int]:
        """The place of the value at `path`, or of the nearest value that holds it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))


_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times as fast


class _Loader(_Safe):  # type: ignore[misc]
    """Safe tags only, and dates left as the text they are written as, for the schema to judge."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class YamlError(ValueError):
    """The text is not YAML; says where and why."""

    def __init__(self, line: int, column: int, problem: str) -> None:
        super().__init__(problem)
        self.line, self.column = line, column


def parse(text: str) -> tuple[Any, Places]:
    """The data of a YAML text (safe tags only) and the places of its values. Raises YamlError."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        problem = str(getattr(error, "problem", None) or "not YAML")
        # What was opened and never closed is to be mended where it was opened.
        unclosed = re.match("while (parsing a flow|scanning a quoted)", str(getattr(error, "context", "")))
        mark = (getattr(error, "context_mark", None) if unclosed else None) or getattr(error, "problem_mark", None)
        raise YamlError(mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, problem) from None
    except ValueError as error:  # a number too long to be one
        raise YamlError(1, 1, str(error)) from None
    places = Places()
    if node is not None:
        for path, key, value in _walk(node, ()):
            places.values[path] = value
            places.keys[path] = key
    return data, places


def syntax_finding(error: YamlError, path: str, lines: list[str]) -> Finding:
    """The finding for a file that is not YAML; an error at the end of the file stands on its last line."""
    line = max(1, min(error.line, len(lines)))
    text = lines[line - 1]
    return Finding(path, line, error.column if line == error.line else 1, "yaml-syntax", str(error), text=text)


def _walk(
    node: yaml.Node, path: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], tuple[int, int], tuple[int, int]]]:
    mark = (node.start_mark.line + 1, node.start_mark.column + 1)
    if not path:
        yield path, mark, mark
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            step = (*path, str(key.value))
            yield step, _mark(key), _mark(value)
            yield from _walk(value, step)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield (*path, i), _mark(value), _mark(value)
            yield from _walk(value, (*path, i))


def _mark(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def schema_findings(
    data: Any, places: Places, schema: dict[str, Any], *, rule: str, path: str, lines: list[str], offset: int = 0
) -> list[Finding]:
    """Findings for each place where `data` breaks `schema`.

    `offset` is how many lines of the file stand before the YAML (1 for front matter, whose first line is ---).
    """
    found = []
    for error in _VALIDATOR(schema, format_checker=_VALIDATOR.FORMAT_CHECKER).iter_errors(data):
        steps = tuple(error.absolute_path)
        for place, subject, hint in _explain(error, steps, places):
            line = min(place[0] + offset, len(lines)) or 1
            text = lines[line - 1] if lines else ""
            found.append(Finding(path, line, place[1], rule, subject, text=text, **hint))
    return found


def _explain(
    error: jsonschema.ValidationError, steps: tuple[Step, ...], places: Places
) -> Iterator[tuple[tuple[int, int], str, dict[str, str]]]:
    """Place, subject and hint of each thing that one schema error says."""
    name = ".".join(str(s) for s in steps)
    rule: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        known = schema.get("properties", {})
        for key in instance:
            if key not in known:
                where = places.keys.get((*steps, str(key)), places.of(steps))
                yield where, f"未知的键 / unknown key {key}", did_you_mean(str(key), known)
    elif error.validator == "required":
        for key in rule:
            if key not in instance:
                yield places.of(steps), f"缺少 / missing {key}", {}
    elif error.validator == "enum":
        values = [str(value) for value in rule]
        hint = did_you_mean(str(instance), values) or {
            "hint_zh": "、".join(values),
            "hint_en": ", ".join(values),
        }
        yield places.of(steps), f"{name}: {instance}", hint
    elif error.validator == "maxLength":
        yield places.of(steps), f"{name}: {len(instance)} > {rule}", {}
    elif error.validator == "format":
        hint = {"hint_zh": "写成 2026-11-23 这样", "hint_en": "write it like 2026-11-23"}
        yield places.of(steps), f"{name}: {instance}", hint
    else:
        yield places.of(steps), f"{name}: {error.message}" if name else error.message, {}
