"""What would break HTTP callers between two openapi.json: operations, parameters, bodies, answers, credentials.

New operations, optional parameters, fields of answers, statuses of problems and enum values break nobody.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from server.cli.contracts import tools
from server.cli.contracts.openapi_schemas import Schemas

Json = dict[str, Any]

_VERBS = ("get", "put", "post", "patch", "delete")
_CODE = Path(__file__).resolve().parents[3]


def documented(image: Path) -> Json:
    """The OpenAPI document of an image, by the generator that there is now: only the contracts differ."""
    done = tools.run(
        [sys.executable, "-m", "gateway.openapi", str(image.resolve())], python_path=[_CODE / "gen", _CODE]
    )
    if done.returncode != 0:
        click.echo(done.stderr.decode(errors="replace").rstrip(), err=True)
        raise click.ClickException(f"{image.name} cannot be documented: see above.")
    made: Json = json.loads(done.stdout)
    return made


def breaks(before: Json, after: Json) -> list[str]:
    """What breaks callers, one line each, in the order of the older document."""
    return list(dict.fromkeys(_Comparison(before, after).lines()))


class _Comparison:
    def __init__(self, before: Json, after: Json) -> None:
        self._before = before
        self._after = after
        self._schemas = Schemas(before, after)

    def lines(self) -> Iterator[str]:
        for path, item in self._before.get("paths", {}).items():
            for verb in _VERBS:
                if verb in item:
                    yield from self._operation(f"{verb.upper()} {path}", item[verb], self._at(path, verb))
        for name, item in self._before.get("webhooks", {}).items():
            new = self._after.get("webhooks", {}).get(name, {}).get("post")
            if new is None:
                yield f"webhook {name}: is gone"
            else:
                yield from self._content(f"webhook {name}", item["post"]["requestBody"], new["requestBody"], False)

    def _at(self, path: str, verb: str) -> Json | None:
        found: Json | None = self._after.get("paths", {}).get(path, {}).get(verb)
        return found

    def _operation(self, where: str, old: Json, new: Json | None) -> Iterator[str]:
        if new is None:
            yield f"{where}: is gone"
            return
        if old["operationId"] != new["operationId"]:
            yield f"{where}: the operation id was {old['operationId']} and is {new['operationId']}"
        yield from self._parameters(where, old, new)
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        yield from self._answers(where, old["responses"], new["responses"])
        yield from _credentials(where, old.get("security", []), new.get("security", []))

    def _parameters(self, where: str, old: Json, new: Json) -> Iterator[str]:
        was = {_key(each): each for each in self._all(self._before, old)}
        now = {_key(each): each for each in self._all(self._after, new)}
        for key, parameter in was.items():
            there = f"{where}: {key[0]} parameter {key[1]}"
            if key not in now:
                yield f"{there} is gone"
                continue
            if now[key].get("required") and not parameter.get("required"):
                yield f"{there} has to be sent now"
            if bool(parameter.get("explode")) != bool(now[key].get("explode")):
                yield f"{there} is written in another way"
            yield from self._schemas.compare(parameter["schema"], now[key]["schema"], there, True)
        for key in now.keys() - was.keys():
            if now[key].get("required"):
                yield f"{where}: {key[0]} parameter {key[1]} is new and has to be sent"

    def _all(self, document: Json, operation: Json) -> list[Json]:
        found = []
        for each in operation.get("parameters", ()):
            name = each.get("$ref", "").rsplit("/", 1)[-1]
            found.append(document["components"]["parameters"][name] if name else each)
        return found

    def _body(self, where: str, old: Json | None, new: Json | None) -> Iterator[str]:
        if old is None:
            if new is not None and new.get("required"):
                yield f"{where}: a body has to be sent now"
            return
        if new is None:
            yield f"{where}: takes no body any more"
            return
        if new.get("required") and not old.get("required"):
            yield f"{where}: a body has to be sent now"
        yield from self._content(where, old, new, True)

    def _answers(self, where: str, old: Json, new: Json) -> Iterator[str]:
        for status, answer in old.items():
            if not status.startswith("2") or "content" not in answer:
                continue
            if status not in new:
                yield f"{where}: is no longer answered with {status}"
            elif "application/problem+json" not in answer["content"]:
                gone = sorted(answer.get("headers", {}).keys() - new[status].get("headers", {}).keys())
                yield from (f"{where}: the answer has no {name} any more" for name in gone)
                yield from self._content(f"{where} {status}", answer, new[status], False)

    def _content(self, where: str, old: Json, new: Json, sent: bool) -> Iterator[str]:
        for kind, content in old["content"].items():
            if kind not in new.get("content", {}):
                yield f"{where}: {kind} is {'taken' if sent else 'answered'} no longer"
            elif "schema" in content and "schema" in new["content"][kind]:
                yield from self._schemas.compare(content["schema"], new["content"][kind]["schema"], where, sent)


def _key(parameter: Json) -> tuple[str, str]:
    return parameter["in"], parameter["name"]


def _credentials(where: str, old: list[Json], new: list[Json]) -> Iterator[str]:
    """Every way in that there was has to be one still: the same scheme, and no scope that it did not ask for."""
    if not new:
        return
    if not old:
        yield f"{where}: asks for a credential now"
    for way in old:
        if not any(_suffices(way, wanted) for wanted in new):
            said = ", ".join(f"{scheme} with {' and '.join(scopes) or 'no scope'}" for scheme, scopes in way.items())
            yield f"{where}: {said} is no longer enough"


def _suffices(way: Json, wanted: Json) -> bool:
    return all(scheme in way and set(scopes) <= set(way[scheme]) for scheme, scopes in wanted.items())
