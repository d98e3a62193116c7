"""Write the table of resources from the types of the Python SDK, and the names of its endpoints.

    python benchmarks/generate_resources.py

What is in the table, and how, is said in `simtwin/api/resources/table.py`.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_type_hints

import attrs
from anthropic import Anthropic
from anthropic._resource import SyncAPIResource
from resource_kinds import EFFECTS, UNNAMED, kinds
from resource_schemas import Schemas
from resource_shapes import earlier

from simtwin.edge.data_plane.endpoints import own_name

_PACKAGE = Path(__file__).parent.parent / "simtwin"
TABLE = _PACKAGE / "api" / "resources" / "table.json"
#: Rules name endpoints, and what rules are made of knows nothing of the API.
NAMES = _PACKAGE / "core" / "endpoint_names.py"
#: The SDK's ways to send a request.
_VERBS = {
    "_get": "GET",
    "_get_api_list": "GET",
    "_post": "POST",
    "_put": "PUT",
    "_patch": "PATCH",
    "_delete": "DELETE",
}
_PAGERS = {
    "SyncReportPageCursor": "report",
    "SyncPage": "ids",
    "SyncPageCursor": "cursor",
    "SyncBidirectionalPageCursor": "both",
}
#: What a model answers is no resource.
_SPOKEN = ("/v1/messages", "/v1/messages/count_tokens")
_HEAD = '''"""The endpoints of resources: written by `benchmarks/generate_resources.py`."""

from __future__ import annotations

'''


@attrs.frozen
class Call:
    """A method of the SDK: what it sends, and what it makes of the answer."""

    name: tuple[str, ...]
    method: str
    path: str
    beta: str
    page: str
    streams: bool
    multipart: bool
    body: Mapping[str, Any]
    query: tuple[str, ...]
    required: tuple[str, ...]
    response: Any


def calls(resource: object, name: tuple[str, ...] = ()) -> Iterator[Call]:
    """Every method below a resource that sends one request."""
    for attribute, member in vars(type(resource)).items():
        if attribute.startswith(("_", "with_")):
            continue
        if isinstance(member, cached_property | property):
            below = getattr(resource, attribute)
            if isinstance(below, SyncAPIResource):
                yield from calls(below, (*name, attribute))
        elif inspect.isfunction(member):
            yield from _call(inspect.unwrap(member), (*name, attribute))


def _call(function: Any, name: tuple[str, ...]) -> Iterator[Call]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    sent = next((node for node in ast.walk(tree) if _sends(node)), None)
    if not isinstance(sent, ast.Call) or not isinstance(sent.func, ast.Attribute):
        return
    path = _path(sent.args[0])
    if path is None or path in _SPOKEN:
        return
    given = {each.arg: each.value for each in sent.keywords}
    names = function.__globals__

    def known(what: str) -> Any:
        return eval(ast.unparse(given[what]), {**names, "cast": lambda _, of: of})  # noqa: S307  # the SDK's own source

    page, response = "", known("model" if "page" in given else "cast_to")
    if "page" in given:
        page = _PAGERS[ast.unparse(given["page"]).partition("[")[0]]
    elif "stream_cls" in given:
        response = known("stream_cls").__args__[0]
    parameters = inspect.signature(function).parameters
    # A parameter of the SDK is not always called what it is on the wire: `created_at[gte]`.
    wired = {**_names(given.get("body")), **(queried := _queried(given["options"]))}
    if ast.unparse(given.get("body", ast.Constant(None))) == "body":
        wired |= {each: each for each in parameters if each in _FORM}
    hints = get_type_hints(function)
    yield Call(
        name[1:] if name[0] == "beta" else name,
        _VERBS[sent.func.attr],
        path,
        _beta(tree) if name[0] == "beta" else "",
        page,
        "stream_cls" in given,
        "files" in given,
        {wire: hints[own] for own, wire in wired.items() if own in hints and own not in queried},
        tuple(queried.values()),
        tuple(
            wired[each.name]
            for each in parameters.values()
            if each.name in wired and each.default is inspect.Parameter.empty
        ),
        response,
    )


#: Of bodies that are forms: their methods build them piece by piece.
_FORM = ("file", "files", "display_name", "display_title", "expires_in_seconds", "release_notes")


def _sends(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "self"
        and node.func.attr in _VERBS
    )


def _path(node: ast.expr) -> str | None:
    if isinstance(node, ast.Call):
        node = node.args[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _names(node: ast.expr | None) -> dict[str, str]:
    """What a dictionary in the source is made of: the name of each parameter, and its own there."""
    if not isinstance(node, ast.Dict):
        return {}
    return {
        value.id: str(key.value)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Name)
    }


def _queried(options: ast.expr) -> dict[str, str]:
    assert isinstance(options, ast.Call), "options are made by a call"  # noqa: S101
    return next((_names(each.value) for each in options.keywords if each.arg == "query"), {})


def _beta(tree: ast.AST) -> str:
    """The beta that a method asks for where its caller names none."""
    found = re.search(r"extra_headers = \{'anthropic-beta': '([^']+)'", ast.unparse(tree))
    return found[1] if found else ""


def name_of(call: Call) -> str:
    """The endpoint as rules match on it: a list is called what is in it."""
    return "_".join(part for part in call.name if part not in UNNAMED)


def table() -> dict[str, Any]:
    """The whole table."""
    found: dict[tuple[str, str], list[Call]] = {}
    for call in calls(Anthropic(api_key="none")):
        found.setdefault((call.method, call.path), []).append(call)
    of = kinds(
        {key: (each[0].name[-1], each[0].page, each[0].streams) for key, each in found.items()}
    )
    schemas = Schemas()
    routes = [
        _route(method, path, of[method, path], same, schemas)
        for (method, path), same in sorted(found.items(), key=lambda each: each[0][::-1])
    ]
    routes += documented(schemas)
    routes.sort(key=lambda each: (each["path"], each["method"]))
    return {"sdk": version("anthropic"), "types": schemas.types, "routes": routes}


def documented(schemas: Schemas) -> list[dict[str, Any]]:
    """Routes that the documentation has and no method of the SDK asks for by their paths."""
    token = schemas.kept(
        {"access_token": "str", "token_type": ["lit", "Bearer"], "expires_in": "int"}
    )
    reports = {
        f"/v1/organizations/{path}": {
            "name": f"organization_{path.replace('/', '_')}",
            "kind": "list",
            "page": "report",
            "query": ["starting_at", "limit", "page"],
            "required": ["starting_at"],
        }
        for path in ("cost_report", "usage_report/claude_code", "usage_report/messages")
    }
    found: dict[str, dict[str, Any]] = {
        "/v1/messages/batches/{message_batch_id}/results": {"name": "messages_batches_results"},
        "/v1/oauth/token": {
            "method": "POST",
            "name": "oauth_token",
            "kind": "compute",
            "body": {"grant_type": "str"},
            "required": ["grant_type"],
            "response": token,
        },
        **reports,
    }
    return [{**_UNSAID, "path": path, **what} for path, what in found.items()]


#: Of a route that somebody else answers in earnest, or whose answer has no type.
_UNSAID: Mapping[str, Any] = {
    "method": "GET",
    "kind": "fetch",
    "page": "",
    "multipart": False,
    "body": {},
    "query": [],
    "required": [],
    "response": "any",
    "beta": "",
    "shapes": {},
    "effect": {},
}


def _route(method: str, path: str, kind: str, same: list[Call], schemas: Schemas) -> dict[str, Any]:
    plain = next((call for call in same if not call.beta), same[0])
    beta = next((call for call in same if call.beta), same[-1])
    response = schemas.schema(plain.response)
    of_beta = schemas.schema(beta.response)
    if of_beta != response and not beta.beta:
        # Nothing in a request tells which of the two was meant, so the answer is good for both.
        response = schemas.both(response, of_beta)
        of_beta = response
    body = {**beta.body, **plain.body}
    return {
        "method": method,
        "path": path,
        "name": name_of(plain),
        "kind": kind,
        "page": plain.page,
        "multipart": plain.multipart,
        "body": {name: schemas.shallow(annotation) for name, annotation in body.items()},
        "query": list(dict.fromkeys((*plain.query, *beta.query))),
        "required": [name for name in plain.required if name in beta.required or len(same) == 1],
        "response": response,
        "beta": beta.beta,
        "shapes": {
            **({} if of_beta == response else {beta.beta: of_beta}),
            **earlier(path, kind, schemas),
        },
        "effect": EFFECTS.get((plain.name[-2], plain.name[-1]), {}),
    }


if __name__ == "__main__":
    made = table()
    TABLE.write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")
    # What has an answer of its own may have a name of its own.
    named = {each["name"]: own_name(each["method"], each["path"]) for each in made["routes"]}
    left = [name for name, own in named.items() if own in (None, name)]
    names = "".join(f'    "{name}",\n' for name in sorted(left))
    NAMES.write_text(f"{_HEAD}RESOURCES = (\n{names})\n", encoding="utf-8")
    print(f"{len(made['routes'])} routes, {len(made['types'])} types, {TABLE.stat().st_size} bytes")
