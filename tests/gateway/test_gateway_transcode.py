"""JSON in and out: what is taken, what is refused, and what answers look like."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.contract import Contract
from gateway.problems import Refusal
from gateway.routes import Route, compile_routes
from gateway.transcode import Transcoder
from tests.gateway.sample import sample_contract

RULES = (
    'post: "/v1/samples" body: "*"',
    'get: "/v1/samples/{name}"',
    'put: "/v1/samples/{name}" body: "inner"',
    'post: "/v1/samples/{name}:do" body: "*" response_body: "inner"',
    'get: "/v1/{inner.text}/nested"',
    'get: "/v1/texts" response_body: "texts"',
    'put: "/v1/lists" body: "inners"',
    'get: "/v1/colours/{colour}/{big}/{flag}"',
)
CREATE, GET, PUT, DO, NESTED, TEXTS, LISTS, KINDS = range(len(RULES))


@pytest.fixture(scope="module")
def sample() -> Contract:
    """The sample contract, bound to RULES."""
    return sample_contract(*RULES)


@pytest.fixture(scope="module")
def routes(sample: Contract) -> list[Route]:
    """The routes of RULES, in their order."""
    found = {route.method.name: route for route in compile_routes(sample) if "sample.v1" in route.method.full_name}
    return [found[f"M{number}"] for number in range(len(RULES))]


Take = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def take(sample: Contract, routes: list[Route]) -> Take:
    """Sends a request through the transcoder and gives back the message as canonical JSON."""
    transcoder = Transcoder(sample.registry, 64)

    def taken(
        body: Any = b"", *, rule: int = CREATE, query: str = "", segments: str = "v1/samples/n"
    ) -> dict[str, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        route = routes[rule]
        path = segments.split("/")
        encoded = transcoder.request(route, path, query.encode(), data, [])
        found: dict[str, Any] = json.loads(route.input.from_binary(encoded).to_json(use_proto_field_name=True))
        return found

    return taken


def refused(take: Take, body: Any, **where: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        take(body, **where)
    assert caught.value.reason == "MALFORMED_REQUEST"
    return caught.value


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"big": 5}, {"big": "5"}),
        ({"big": "5"}, {"big": "5"}),
        ({"big": "-9223372036854775808"}, {"big": "-9223372036854775808"}),
        (b'{"big": 1.0}', {"big": "1"}),
        ({"huge": "18446744073709551615"}, {"huge": "18446744073709551615"}),
        ({"colour": "COLOUR_RED"}, {"colour": "COLOUR_RED"}),
        ({"colour": 2}, {"colour": "COLOUR_BLUE"}),
        ({"byName": {"a": {"text": "x"}}}, {"by_name": {"a": {"text": "x"}}}),
        ({"by_name": {"a": {"number": 1}}}, {"by_name": {"a": {"number": "1"}}}),
        ({"data": "aGk="}, {"data": "aGk="}),
        ({"time": "2026-11-21T04:22:00.5Z"}, {"time": "2026-11-21T04:22:00.500Z"}),
        ({"time": "2026-11-21T05:22:00+01:00"}, {"time": "2026-11-21T04:22:00Z"}),
        ({"wait": "3.5s"}, {"wait": "3.500s"}),
        ({"maybe": False}, {"maybe": False}),
        ({"chosen": ""}, {"chosen": ""}),
        ({"left": ""}, {"left": ""}),
        ({"text": None, "inner": None, "texts": None}, {}),
        ({"text": "\U0001f600 ü"}, {"text": "\U0001f600 ü"}),
        (b"", {}),
        (b"{}", {}),
    ],
)
def test_json_is_taken(take: Take, body: Any, expected: dict[str, Any]) -> None:
    assert expected == take(body)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"unknown": 1}, "unknown"),
        ({"inner": {"unknown": 1}}, "inner.unknown"),
        ({"inners": [{"text": "a"}, {"text": 5}]}, "inners[1].text"),
        ({"by_name": {"k": {"number": "x"}}}, "by_name.k.number"),
        ({"text": 5}, "text"),
        ({"text": ["a"]}, "text"),
        ({"big": 5.5}, "big"),
        ({"big": "5.5"}, "big"),
        ({"big": True}, "big"),
        ({"big": ""}, "big"),
        ({"big": " 5"}, "big"),
        ({"big": 9223372036854775808}, "big"),
        ({"huge": -1}, "huge"),
        ({"small": 2147483648}, "small"),
        ({"flag": "true"}, "flag"),
        ({"flag": 1}, "flag"),
        ({"colour": "RED"}, "colour"),
        ({"colour": 99999999999}, "colour"),
        ({"colour": 1.5}, "colour"),
        ({"data": "***"}, "data"),
        ({"time": "yesterday"}, "time"),
        ({"time": "10000-01-01T00:00:00Z"}, "time"),
        ({"wait": "3"}, "wait"),
        ({"texts": "a"}, "texts"),
        ({"texts": [None]}, "texts"),
        ({"inner": []}, "inner"),
        ({"labels": []}, "labels"),
        ({"labels": {"a": 1}}, "labels"),
        ({"left": "a", "right": {}}, "right"),
        (b'{"text": "\\ud800"}', "text"),
        (b'{"labels": {"\\udfff": "a"}}', "labels"),
    ],
)
def test_json_of_the_wrong_kind_is_refused_by_field(take: Take, body: Any, field: str) -> None:
    refusal = refused(take, body)

    assert field == refusal.violations[0].field


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "a"',
        b'{"text": "a",}',
        b"{'text': 1}",
        b'{"text": "a"} x',
        b'{"text": "a\x01"}',
        b"nul",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b'{"text": "\xc3"}',
        b'{"real": NaN}',
        b'{"real": Infinity}',
        b'{"real": -Infinity}',
        b'{"real": 1e999}',
        b"[]",
        b"null",
        b"5",
        b'"a"',
        b'{"big": ' + b"9" * 5000 + b"}",
        b'{"big": 9007199254740993.0}',
        b'{"big": 1e18}',
        b'{"text": "a", "text": "b"}',
        b'{"inner": {"text": "a", "text": "a"}}',
        b'{"labels": {"a": "1", "a": "2"}}',
        b'{"by_name": {}, "byName": {}}',
        b'{"inner": {"text": "\\ud83d"}}',
        b"\x00",
        b"{\x00}",
    ],
)
def test_json_that_parsers_disagree_about_is_refused(take: Take, body: bytes) -> None:
    refused(take, body)


def test_nesting_at_the_limit_is_read_and_beyond_it_is_refused(take: Take) -> None:
    def nested(levels: int) -> bytes:
        return b'{"inner":' + b'{"again":' * (levels - 2) + b"{}" + b"}" * (levels - 1)

    assert take(nested(64))
    assert "deeper" in refused(take, nested(65)).detail


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"inner":' * 100_000, b'{"a":' + b"[" * 500_000 + b"]" * 500_000])
def test_very_deep_nesting_harms_nothing(take: Take, body: bytes) -> None:
    assert "deeper" in refused(take, body).detail


def test_brackets_inside_strings_are_not_nesting(take: Take) -> None:
    assert {"text": "[" * 1000} == take({"text": "[" * 1000})


def test_refusals_never_repeat_a_value(take: Take) -> None:
    refusal = refused(take, {"big": "secret-4711", "colour": "secret-4711", "inner": {"number": "secret-4711"}})

    assert "4711" not in refusal.detail + repr(refusal.violations)


def test_several_faults_are_told_at_once(take: Take) -> None:
    refusal = refused(take, {"big": "x", "small": "y", "nope": 1})

    assert ["big", "small", "nope"] == [violation.field for violation in refusal.violations]


def test_path_variables_become_fields(take: Take) -> None:
    assert {"name": "n"} == take(rule=GET)
    assert {"inner": {"text": "deep"}} == take(rule=NESTED, segments="v1/deep/nested")


def test_path_variables_are_typed(take: Take) -> None:
    assert {"colour": "COLOUR_BLUE", "big": "7", "flag": True} == take(
        rule=KINDS, segments="v1/colours/COLOUR_BLUE/7/true"
    )
    assert {"colour": "COLOUR_RED", "big": "7"} == take(rule=KINDS, segments="v1/colours/1/7/false")
    refused(take, b"", rule=KINDS, segments="v1/colours/1/x/false")
    refused(take, b"", rule=KINDS, segments="v1/colours/1/7/yes")


def test_a_field_in_path_and_body_must_be_the_same(take: Take) -> None:
    assert {"name": "n", "text": "t"} == take({"name": "n", "text": "t"}, rule=DO)
    assert "name" == refused(take, {"name": "other"}, rule=DO).violations[0].field


def test_a_body_can_be_one_field_and_the_rest_comes_from_the_query(take: Take) -> None:
    expected = {"name": "n", "text": "q", "inner": {"text": "b"}}

    assert expected == take({"text": "b"}, rule=PUT, query="text=q")


def test_a_body_can_be_a_repeated_field(take: Take) -> None:
    assert {"inners": [{"text": "a"}, {}]} == take([{"text": "a"}, {}], rule=LISTS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("text=a", {"text": "a"}),
        ("text=a+b%20c%2B", {"text": "a b c+"}),
        ("big=5&small=-3&flag=true&real=1.5&huge=7", {"big": "5", "small": -3, "flag": True, "real": 1.5, "huge": "7"}),
        ("texts=a&texts=b&texts=", {"texts": ["a", "b", ""]}),
        ("colour=COLOUR_RED", {"colour": "COLOUR_RED"}),
        ("colours=1&colours=COLOUR_BLUE", {"colours": ["COLOUR_RED", "COLOUR_BLUE"]}),
        ("inner.text=a&inner.numbers=1&inner.numbers=2", {"inner": {"text": "a", "numbers": [1, 2]}}),
        ("time=2026-11-21T04:22:00Z&wait=3s&maybe=true", {"time": "2026-11-21T04:22:00Z", "wait": "3s", "maybe": True}),
        ("data=aGk%3D", {"data": "aGk="}),
        ("t%65xt=a", {"text": "a"}),
        ("text=%C3%BC", {"text": "ü"}),
        ("&&text=a&", {"text": "a"}),
        ("chosen=", {"chosen": ""}),
        ("text=a=b", {"text": "a=b"}),
    ],
)  # fmt: skip
def test_query_parameters_become_fields(take: Take, query: str, expected: dict[str, Any]) -> None:
    assert {"name": "n", **expected} == take(rule=GET, query=query)


@pytest.mark.parametrize(
    "query",
    [
        "unknown=1", "inner=1", "inner.unknown=1", "inners=1", "labels=1", "labels.a=1", "name=other", "text=a&text=b",
        "big=x", "big=", "flag=yes", "colour=RED", "text=%zz", "text=%ff", "time=now", "small=1&small=1", "=1",
        "text.x=1",         "inner.again.again.text=1", "left=a&right.text=b",
    ],
)  # fmt: skip
def test_query_parameters_that_do_not_fit_are_refused(take: Take, query: str) -> None:
    refused(take, b"", rule=GET, query=query)


def test_a_rule_whose_body_is_everything_takes_no_query(take: Take) -> None:
    refused(take, {"text": "a"}, query="big=1")


def test_a_rule_without_a_body_refuses_one(take: Take) -> None:
    refused(take, {"text": "a"}, rule=GET)


def _answer(sample: Contract, route: Route, value: dict[str, Any]) -> Any:
    payload = route.output.from_json(json.dumps(value)).to_binary()
    return json.loads(Transcoder(sample.registry, 64).response(route, payload)[0])


def test_answers_always_have_every_field_without_presence(sample: Contract, routes: list[Route]) -> None:
    answer = _answer(sample, routes[CREATE], {})

    assert {
        "name": "", "text": "", "big": "0", "small": 0, "flag": False, "real": 0.0, "data": "",
        "colour": "COLOUR_UNSPECIFIED", "texts": [], "colours": [], "inners": [], "by_name": {}, "labels": {},
        "huge": "0", "half": 0.0,
    } == answer  # fmt: skip


def test_a_response_body_is_the_field_alone(sample: Contract, routes: list[Route]) -> None:
    inner = {"text": "t", "number": "5", "numbers": []}

    assert inner == _answer(sample, routes[DO], {"inner": inner})
    assert ["a", "b"] == _answer(sample, routes[TEXTS], {"texts": ["a", "b"]})


def test_a_response_body_that_is_not_set_is_an_empty_object(sample: Contract, routes: list[Route]) -> None:
    assert {} == _answer(sample, routes[DO], {})
