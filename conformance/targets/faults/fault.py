"""What a planted fault is: an id, the operator that made it, the rules that must find it, and the target itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

from conformance.targets.reference import ReferenceTarget

Request = Mapping[str, Any]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One planted fault. `equivalent` says why no client can see it, for those that survive."""

    id: str
    operator: str
    expects: tuple[str, ...]
    make: Callable[[], ReferenceTarget]
    equivalent: str = ""


def with_methods(**methods: Callable[..., Any]) -> Callable[[], ReferenceTarget]:
    """Give a maker of reference targets in which some methods are replaced; each takes the target as `self`."""
    kind: type[ReferenceTarget] = type("FaultyTarget", (ReferenceTarget,), dict(methods))
    return kind


def values_at(path: str, document: Any) -> Iterator[Any]:
    """Yield every value that stands at a rule's path in a document, through lists and maps."""

    def walk(parts: list[str], value: Any) -> Iterator[Any]:
        if not parts:
            yield value
            return
        step, rest = parts[0], parts[1:]
        if step == "[]" and isinstance(value, list):
            for item in value:
                yield from walk(rest, item)
        elif step == "{}" and isinstance(value, Mapping):
            for item in value.values():
                yield from walk(rest, item)
        elif step == "{key}" and isinstance(value, Mapping):
            yield from value
        elif isinstance(value, Mapping) and value.get(step) is not None:
            yield from walk(rest, value[step])

    yield from walk(split(path), document)


def split(path: str) -> list[str]:
    """Split a rule's path into its steps."""
    marked = path.replace("[]", ".[]").replace("{key}", ".{key}").replace("{}", ".{}")
    return [part for part in marked.split(".") if part]


def has(path: str, document: Any) -> bool:
    """Tell whether anything stands at `path`."""
    return any(True for _ in values_at(path, document))
