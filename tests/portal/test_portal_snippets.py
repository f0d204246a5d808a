"""Each line of code on an operation's page works: curl's are sent, Python's are run, TypeScript's are type-checked."""

import inspect
import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import httpx

import corridor_client.client
from gateway.contract import Contract
from tests.clients import typescript
from tests.gateway.scripted import Upstream
from tests.portal.reading import Read

Pages = dict[str, Read]


def snippets(pages: Pages, language: str) -> dict[str, str]:
    """The snippets of all operations in a language, by page."""
    found = {}
    for path, page in pages.items():
        if path.count("/") == 4 and path.startswith("/docs/api/"):
            languages = page.tabs or ["curl"]
            if language in languages:
                found[path] = page.codes[languages.index(language)]
    return found


def test_every_curl_line_reaches_its_operation(
    pages: Pages, contract: Contract, http: httpx.Client, upstream: Upstream
) -> None:
    lines = snippets(pages, "curl")
    missed = []
    for path, line in lines.items():
        upstream.seen.clear()
        answer = http.send(_request(http, line))
        service, _, method = path.removeprefix("/docs/api/").partition("/")
        if [f"/corridor.{service}/{method}"] != [seen.path for seen in upstream.seen]:
            missed.append((path, answer.status_code, answer.text[:200]))

    assert [] == missed
    assert len(lines) == sum(1 for method in contract.methods if method.bindings)


def _request(http: httpx.Client, line: str) -> httpx.Request:
    """What curl would send, read from its command line."""
    words = shlex.split(line.replace("\\\n", " "))
    verb, url, headers, body = "GET", "", {}, None
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            verb = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace("$CORRIDOR_KEY", "ck_test_x")
        elif word == "-d":
            body = next(rest)
        elif word != "-s":
            url = word.removeprefix("$CORRIDOR_URL")
    return http.build_request(verb, url, headers=headers, content=body)


class _Recorder:
    """Stands where a client would, and takes only what the client's own methods take."""

    def __init__(self, of: type) -> None:
        self._of = of

    def __getattr__(self, name: str) -> Any:
        method = inspect.getattr_static(self._of, name)
        if isinstance(method, property) or not inspect.isfunction(method):
            held = method.fget if isinstance(method, property) else method.func
            return _Recorder(_returned(held))

        def call(**given: Any) -> list[object]:
            inspect.signature(method).bind(self, **given)
            return []

        return call


def _returned(function: Any) -> type:
    """The class of calls that a property of the client gives."""
    name = str(inspect.signature(function).return_annotation).strip("'\"")
    for package in (corridor_client.client, *_modules()):
        if hasattr(package, name):
            return getattr(package, name)  # type: ignore[no-any-return]  # a class, by its name
    raise AssertionError(name)


def _modules() -> list[Any]:
    import importlib

    root = Path(corridor_client.client.__file__).parent
    names = [file.relative_to(root).with_suffix("").parts for file in root.glob("*/*/calls.py")]
    return [importlib.import_module(".".join(("corridor_client", *name))) for name in names]


def test_every_python_line_fits_the_client(pages: Pages) -> None:
    lines = snippets(pages, "Python")
    client = _Recorder(corridor_client.client.Client)
    for path, text in lines.items():
        try:
            exec(compile(text, path, "exec"), {"client": client})
        except Exception as error:
            raise AssertionError(f"{path}: {error}\n{text}") from error

    assert len(lines) > 150


def test_every_typescript_line_has_the_right_types(pages: Pages, tmp_path: Path) -> None:
    folder = typescript.built()
    lines = snippets(pages, "TypeScript")
    body = "\n".join(f"async () => {{ {text}\n return answer; }};" for text in lines.values())
    head = 'import type { Corridor } from "./client.js";\ndeclare const corridor: Corridor;\n'
    checked = folder / "src" / "portal_snippets.ts"
    options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck"]
    command = ["node", "node_modules/typescript/bin/tsc", *options, str(checked)]
    with typescript.alone():
        checked.write_text(head + body)
        try:
            done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        finally:
            checked.unlink()

    assert "" == done.stdout[:3000]
    assert len(lines) > 150


def test_examples_are_json(pages: Pages) -> None:
    for path, page in pages.items():
        if path.startswith("/docs/problems/"):
            for text in page.codes:
                assert path.rpartition("/")[2] == json.loads(text)["reason"]


def test_pages_of_operations_name_their_languages(pages: Pages) -> None:
    page = pages["/docs/api/payouts.v1.PayoutService/CreatePayout"]

    assert ["curl", "Python", "TypeScript"] == page.tabs
    assert re.search(r'"Idempotency-Key: [^"]+"', page.codes[0])
