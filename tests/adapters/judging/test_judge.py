"""The judge by a vendor's document, tried on small documents with everything that vendors' documents do."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.kit.spec import documents
from adapters.kit.spec.judge import Judge, OpenAPIError, ProvesNothing, Undeclared
from tests.adapters.judging.sample_documents import FORM, JSON, OPENAPI, SWAGGER
from tests.adapters.judging.vendor_document import Request, Response

SIGNED = {"authorization": "Bearer t"}


def judge_by(folder: Path, document: dict[str, Any], **options: Any) -> Judge:
    path = folder / "document.json"
    path.write_text(json.dumps(document))
    return Judge(lambda: path, **options)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return judge_by(tmp_path, OPENAPI, prefix="/v1")


@pytest.fixture
def swagger(tmp_path: Path) -> Judge:
    return judge_by(tmp_path, SWAGGER, prefix="/v2")


def form(body: str, content_type: str = FORM) -> Request:
    return Request("post", "/v1/orders", {**SIGNED, "content-type": content_type}, body.encode())


def answer(body: object, status: int = 200, content_type: str = JSON) -> Response:
    return Response(status, {"content-type": content_type}, json.dumps(body).encode())


RIGHT = "amount=5&urgent=true&tags[0]=a&tags[1]=7&until=9&details[floor]=3&metadata[k]=8"


def test_a_form_is_judged_as_what_it_says(judge: Judge) -> None:
    judge.check_request(form(RIGHT))

    assert {
        "amount": 5,
        "urgent": True,
        "tags": ["a", "7"],
        "until": 9,
        "details": {"floor": 3},
        "metadata": {"k": "8"},
    } == judge.decoded(form(RIGHT))


@pytest.mark.parametrize("body", ["amount=5&until=now", "amount=5&details=", "amount=5&tags[]=a&tags[]=b"])
def test_forms_may_say_it_in_other_ways(judge: Judge, body: str) -> None:
    judge.check_request(form(body))


@pytest.mark.parametrize(
    "body",
    [
        "urgent=true",
        "amount=five",
        "amount=5&urgent=perhaps",
        "amount=5&tags=a",
        "amount=5&until=later",
        "amount=5&details[floor]=top",
        "amount=5&metadata=x",
        "amount=5&amount=6",
        "amount=5&tags[1]=a",
        "amount=5&amount[x]=5",
    ],
)
def test_a_wrong_form_is_refused(judge: Judge, body: str) -> None:
    with pytest.raises(OpenAPIError):
        judge.check_request(form(body))


@pytest.mark.parametrize("body", ["amount=5&amonut=5", "amount=5&details[flor]=3"])
def test_a_field_that_is_not_declared_is_refused(judge: Judge, body: str) -> None:
    with pytest.raises(Undeclared):
        judge.check_request(form(body))


def test_a_form_in_parts_is_judged_like_any_other(judge: Judge) -> None:
    parts = '--X\r\nContent-Disposition: form-data; name="amount"\r\n\r\n5\r\n'
    parts += '--X\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF\r\n--X--\r\n'
    judge.check_request(form(parts, "multipart/form-data; boundary=X"))

    with pytest.raises(OpenAPIError):
        judge.check_request(form(parts.replace("\r\n5\r\n", "\r\nfive\r\n"), "multipart/form-data; boundary=X"))


@pytest.mark.parametrize("content_type", [JSON, "", "text/plain"])
def test_another_media_type_is_refused(judge: Judge, content_type: str) -> None:
    with pytest.raises(OpenAPIError):
        judge.check_request(form('{"amount": 5}', content_type))


def test_a_request_without_a_token_is_refused(judge: Judge) -> None:
    with pytest.raises(OpenAPIError):
        judge.check_request(Request("get", "/v1/orders/7", {}, None))


def test_json_of_composed_schemas_is_judged_and_may_hold_declared_fields_alone(judge: Judge) -> None:
    def note(**body: object) -> Request:
        return Request("put", "/v1/notes", {**SIGNED, "content-type": JSON}, json.dumps(body).encode())

    judge.check_request(note(id="1", text="x"))

    with pytest.raises(Undeclared):
        judge.check_request(note(id="1", txt="x"))
    with pytest.raises(OpenAPIError):
        judge.check_request(note(text="x"))


@pytest.mark.parametrize("parent", [None, {"id": "1"}])
def test_nullable_is_taken_at_its_word(judge: Judge, parent: object) -> None:
    judge.check_response(form(RIGHT), answer({"amount": 1, "status": None, "parent": parent}))


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "1"}, {"status": "lost"}, {"parent": {}}, {"status": 5}],
    ids=json.dumps,
)
def test_a_wrong_answer_is_refused(judge: Judge, wrong: dict[str, object]) -> None:
    with pytest.raises(OpenAPIError):
        judge.check_response(form(RIGHT), answer({"amount": 1, "status": "open", **wrong}))


def test_vendors_own_json_media_types_are_read(judge: Judge) -> None:
    judge.check_response(form(RIGHT), answer({}, 202, "application/hal+json"))

    with pytest.raises(OpenAPIError):
        judge.check_response(form(RIGHT), answer([], 202, "application/hal+json"))


def test_a_status_that_is_not_listed_is_refused(judge: Judge) -> None:
    assert {"200", "202", "400"} == judge.statuses(form(RIGHT))
    with pytest.raises(OpenAPIError):
        judge.check_response(form(RIGHT), answer({}, 409))


def test_a_schema_that_refuses_nothing_is_no_judge(judge: Judge) -> None:
    with pytest.raises(ProvesNothing):
        judge.check_response(form(RIGHT), answer({"error": "x"}, 400))


def test_the_path_with_the_fewest_parameters_is_meant(judge: Judge) -> None:
    assert {"404"} == judge.statuses(Request("get", "/v1/orders/last", {}, None))
    assert {"200"} == judge.statuses(Request("get", "/v1/orders/7", {}, None))
    assert not judge.knows(Request("get", "/orders/7", {}, None))


def test_a_schema_can_be_judged_by_its_name(judge: Judge) -> None:
    judge.check_schema("order", {"amount": 1, "status": "paid"})

    with pytest.raises(OpenAPIError):
        judge.check_schema("order", {"amount": 1})


@pytest.mark.parametrize("query", ["page=1", "page=1&made=5", "page=1&made[gte]=5&expand[0]=owner&expand[1]=lines"])
def test_a_query_in_brackets_is_judged_as_what_it_says(judge: Judge, query: str) -> None:
    judge.check_request(Request("get", f"/v1/orders/7?{query}", SIGNED, None))


@pytest.mark.parametrize(
    "query", ["", "page=one", "page=1&made[gte]=x", "page=1&expand=owner", "page=1&made[lt]=5", "page=1&x=1"]
)
def test_a_wrong_query_in_brackets_is_refused(judge: Judge, query: str) -> None:
    with pytest.raises(OpenAPIError):
        judge.check_request(Request("get", f"/v1/orders/7?{query}", SIGNED, None))


def test_a_query_that_is_not_declared_is_refused(swagger: Judge) -> None:
    with pytest.raises(Undeclared):
        swagger.check_request(Request("get", "/v2/orders?pgae=1", {"x-token": "t0k3n"}, None))


def test_enumerations_are_told_without_null(judge: Judge) -> None:
    assert ["open", "paid"] == judge.enumeration("order", "status")
    with pytest.raises(documents.SpecError):
        judge.enumeration("order", "amount")


def test_a_document_of_swagger_2_judges_alike(swagger: Judge) -> None:
    def order(body: str, **headers: str) -> Request:
        return Request("post", "/v2/orders", {"content-type": FORM, "x-token": "t0k3n", **headers}, body.encode())

    swagger.check_request(order("amount=1.50&tags[]=a"))
    swagger.check_response(order("amount=1"), answer({"amount": None}))
    for wrong in (order("amount=one"), order("tags[]=a"), order("amount=1&x=1"), order("amount=1", **{"x-token": "t"})):
        with pytest.raises(OpenAPIError):
            swagger.check_request(wrong)
    with pytest.raises(OpenAPIError):
        swagger.check_request(Request("get", "/v2/orders?page=first", {"x-token": "t0k3n"}, None))
    with pytest.raises(OpenAPIError):
        swagger.check_response(order("amount=1"), answer({"amount": 1}))


def test_a_repair_takes_the_place_of_a_fault(tmp_path: Path) -> None:
    place = "components/schemas/order/properties"
    repairs = [(f"{place}/status/enum", ["lost"]), ("paths/~1orders/post/responses/202", None)]
    judge = judge_by(tmp_path, OPENAPI, prefix="/v1", repairs=repairs)

    judge.check_response(form(RIGHT), answer({"amount": 1, "status": "lost"}))
    assert {"200", "400"} == judge.statuses(form(RIGHT))
    assert ["open", "paid"] == judge.enumeration("order", "status")


def test_a_repair_without_a_place_is_loud(tmp_path: Path) -> None:
    judge = judge_by(tmp_path, OPENAPI, repairs=[("components/schemas/gone/type", "object")])

    with pytest.raises(documents.SpecError):
        judge.knows(form(RIGHT))


@pytest.mark.parametrize(("name", "content"), [("a.json", "{"), ("a.yaml", "a: [b"), ("a.json", "{}")])
def test_what_is_no_document_is_told_in_a_line(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)

    with pytest.raises(documents.SpecError):
        documents.load(path)
