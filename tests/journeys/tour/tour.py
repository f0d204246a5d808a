"""A walk through every operation over HTTP, on a Corridor that runs: what was asked and answered becomes the examples.

Operations are called by their id in openapi.json, so that a call says nothing but its values.
"""

import itertools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]

DOCUMENT = Path(__file__).parents[3] / "gen" / "openapi.json"
VERBS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """Where an operation is, and which of its values go into path and query."""

    verb: str
    path: str
    tag: str
    query: frozenset[str]
    keyed: bool
    raw: bool


@dataclass
class Tour:
    """A company at its gateway. `exchanges` are the last good ones by operation id."""

    url: str
    key: str
    exchanges: dict[str, Json] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)
    _keys: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.operations = operations(json.loads(DOCUMENT.read_text(encoding="utf-8")))
        self._http = httpx.Client(base_url=self.url, timeout=30.0)

    def send(self, operation_id: str, by: str = "", **values: Any) -> httpx.Response:
        """One call. `by` is another credential. Names that path and query do not take are the body."""
        found = self.operations[operation_id]
        names = re.findall(r"\{(\w+)\}", found.path)
        path = {name: values.pop(name) for name in names}
        query = {name.replace("__", "."): values.pop(name) for name in list(values)
                 if name.replace("__", ".") in found.query}  # fmt: skip
        body = values if found.verb in ("POST", "PUT", "PATCH") else None
        headers = {"Authorization": f"Bearer {by or self.key}"}
        if found.keyed:
            headers["Idempotency-Key"] = f"tour-{next(self._keys)}"
        where = found.path.format(**path)
        # A machine that does much else may not answer in time: the same key asks again, as any caller would.
        for _ in range(5):
            answer = self._http.request(found.verb, where, params=query, json=body, headers=headers)
            if answer.status_code < 500:
                break
        if answer.status_code == 200:
            self.keep(operation_id, answer.json(), path, query, body)
        return answer

    def ask(self, operation_id: str, by: str = "", **values: Any) -> Any:
        """What a call answers that succeeds."""
        answer = self.send(operation_id, by, **values)
        assert 200 == answer.status_code, (operation_id, answer.text)
        return answer.json()

    def form(self, operation_id: str, values: dict[str, str], credentials: tuple[str, str]) -> Any:
        """The same for an operation that takes a form, with the client's credentials."""
        path = self.operations[operation_id].path
        answer = self._http.post(path, data=values, auth=credentials)
        assert answer.is_success, (operation_id, answer.text)
        told = answer.json() if answer.content else None
        self.keep(operation_id, told, {}, {}, values)
        return told

    def keep(self, operation_id: str, answer: Any, path: Json, query: Json, body: Any) -> None:
        """Remember an exchange, in place of an earlier one that was not chosen."""
        if operation_id in self.chosen:
            return
        kept: Json = {name: value for name, value in (("path", path), ("query", query)) if value}
        if body is not None:
            kept["body"] = body
        if answer is not None:
            kept["answer"] = answer
        self.exchanges[operation_id] = kept

    def choose(self, *operation_ids: str) -> None:
        """What was exchanged last is what readers see, whatever comes later."""
        self.chosen.update(operation_ids)

    def read_the_rest(self) -> None:
        """Everything that can be read without naming a resource, and was not yet."""
        for operation_id, found in self.operations.items():
            if found.verb != "GET" or "{" in found.path or operation_id in self.exchanges:
                continue
            if not found.raw:
                self.send(operation_id)
            elif found.path.endswith((".json", "jwks", "-server", "-configuration")):
                self.keep(operation_id, self._http.get(found.path).json(), {}, {}, None)


def operations(document: Json) -> dict[str, Operation]:
    """The operations of the document by id."""
    found: dict[str, Operation] = {}
    for path, item in document["paths"].items():
        for verb in VERBS:
            if verb not in item:
                continue
            operation = item[verb]
            parameters = operation["parameters"]
            found[operation["operationId"]] = Operation(
                verb=verb.upper(),
                path=path,
                tag=operation["tags"][0],
                query=frozenset(each["name"] for each in parameters if each.get("in") == "query"),
                keyed=any("IdempotencyKey" in each.get("$ref", "") for each in parameters),
                raw="default" in operation["responses"],
            )
    return found
