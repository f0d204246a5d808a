"""Path templates and the choice of a route."""

import json

import pytest

from gateway import templates
from gateway.contract import Contract
from gateway.problems import Refusal
from gateway.routes import RouteError, Routes, compile_routes
from tests import corpora
from tests.gateway.sample import sample_contract


def test_templates_are_read_as_the_corpus_says() -> None:
    cases = json.loads(corpora.path("http-transcoding/vanguard-template-cases.json").read_text())["cases"]
    assert len(cases) >= 36
    for case in cases:
        if not case["valid"]:
            with pytest.raises(templates.TemplateError):
                templates.parse(case["template"])
            continue
        parsed = templates.parse(case["template"])
        assert case["segments"] == list(parsed.segments), case["template"]
        assert case["verb"] == parsed.verb, case["template"]
        expected = [(tuple(v["field_path"]), v["start"], v["end"]) for v in case["variables"]]
        assert expected == [(v.field_path, v.start, v.end) for v in parsed.variables], case["template"]


def test_fuzz_seeds_of_templates_are_read() -> None:
    for seed in sorted(corpora.path("http-transcoding/httpjson-fuzz-corpus").iterdir()):
        assert templates.parse(seed.read_text().strip()).segments


def _routes(*bindings: str) -> Routes:
    return Routes(compile_routes(sample_contract(*bindings)))


def _found(routes: Routes, verb: str, path: str) -> dict[str, str] | None:
    found = routes.find(path)
    if found is None or verb not in found[0]:
        return None
    route = found[0][verb]
    return {v.parameter.dotted: v.text(found[1]) for v in route.variables} | {"template": route.template}


def test_a_literal_goes_before_a_variable() -> None:
    routes = _routes('get: "/v1/{name}"', 'get: "/v1/fixed"')

    assert {"template": "/v1/fixed"} == _found(routes, "GET", "/v1/fixed")


def test_a_path_falls_back_to_the_variable_when_the_literal_leads_nowhere() -> None:
    routes = _routes('get: "/v1/{name}/tail"', 'get: "/v1/fixed/other"')

    assert {"name": "fixed", "template": "/v1/{name}/tail"} == _found(routes, "GET", "/v1/fixed/tail")


def test_a_verb_is_told_from_the_variable_before_it() -> None:
    routes = _routes('get: "/v1/{name}"', 'post: "/v1/{name}:cancel"')

    assert {"name": "a", "template": "/v1/{name}:cancel"} == _found(routes, "POST", "/v1/a:cancel")


def test_a_colon_that_is_no_verb_belongs_to_the_variable() -> None:
    routes = _routes('get: "/v1/{name}"', 'post: "/v1/{name}:cancel"')

    assert {"name": "a:b", "template": "/v1/{name}"} == _found(routes, "GET", "/v1/a:b")


def test_an_escaped_slash_stays_inside_a_single_segment() -> None:
    assert {"name": "a/b", "template": "/v1/{name}"} == _found(_routes('get: "/v1/{name}"'), "GET", "/v1/a%2Fb")


def test_an_escaped_slash_stays_escaped_in_a_variable_of_several_segments() -> None:
    routes = _routes('get: "/v1/{name=shelves/*}"')

    assert "shelves/a%2Fb c" == (_found(routes, "GET", "/v1/shelves/a%2Fb%20c") or {})["name"]


def test_a_double_wildcard_takes_all_the_rest() -> None:
    routes = _routes('get: "/v1/{name=files/**}"')

    assert "files/a/b/c" == (_found(routes, "GET", "/v1/files/a/b/c") or {})["name"]


def test_a_variable_can_reach_into_a_nested_message() -> None:
    routes = _routes('get: "/v1/{inner.text}/x"')

    assert "deep" == (_found(routes, "GET", "/v1/deep/x") or {})["inner.text"]


def test_an_escaped_literal_is_the_literal() -> None:
    assert _found(_routes('get: "/v1/fixed"'), "GET", "/v1/f%69xed") is not None


@pytest.mark.parametrize("path", ["/v1/fixed/", "/v1//fixed", "//v1/fixed", "/v1", "/", "", "v1/fixed"])
def test_other_paths_are_not_found(path: str) -> None:
    assert _found(_routes('get: "/v1/fixed"'), "GET", path) is None


@pytest.mark.parametrize("path", ["/v1/%zz", "/v1/%2", "/v1/%", "/v1/%ff"])
def test_broken_escapes_are_refused(path: str) -> None:
    with pytest.raises(Refusal, match="MALFORMED_REQUEST"):
        _found(_routes('get: "/v1/{name}"'), "GET", path)


@pytest.mark.parametrize(
    "bindings",
    [
        ('get: "/v1/{name}"', 'get: "/v1/{text}"'),
        ('get: "/v1/fixed"', 'get: "/v1/fixed"'),
        ('get: "/v1/{name=a/*}"', 'get: "/v1/a/{name}"'),
        ('get: "/v1/{name}:do"', 'get: "/v1/{text}:do"'),
    ],
)
def test_two_routes_for_the_same_paths_are_refused_at_start(bindings: tuple[str, str]) -> None:
    with pytest.raises(RouteError, match="bound twice"):
        _routes(*bindings)


@pytest.mark.parametrize(
    "binding",
    [
        'get: "/v1/{missing}"',
        'get: "/v1/{inner}"',
        'get: "/v1/{texts}"',
        'get: "/v1/{name"',
        'post: "/v1/x" body: "missing"',
        'get: "/v1/x" response_body: "missing"',
    ],
)
def test_a_rule_that_does_not_fit_its_messages_is_refused_at_start(binding: str) -> None:
    with pytest.raises(RouteError):
        _routes(binding)


def test_every_method_of_the_contract_has_a_route(contract: Contract) -> None:
    routed = {route.method.full_name for route in compile_routes(contract)}

    assert routed == {method.full_name for method in contract.methods}


def test_additional_bindings_are_routes_too() -> None:
    routes = _routes('get: "/v1/{name}" additional_bindings {post: "/v1/more" body: "*"}')

    assert _found(routes, "POST", "/v1/more") is not None
