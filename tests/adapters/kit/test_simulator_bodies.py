"""What simulators take and give besides JSON: forms, files, and answers that are all in their headers."""

from collections.abc import Iterator

import pytest

from adapters.kit.forms import Part
from adapters.kit.http import Http
from adapters.kit.simulator import Answer, Request, Route, Simulator
from tests.adapters.kit.wire import call_to


class Postbox(Simulator):
    """Takes anything once per key, and says where it is."""

    ROUTES = (Route("create_thing", "POST", "/things", writes=True), Route("create_file", "POST", "/files"))

    def create_thing(self, request: Request) -> Answer:
        self.form = request.nested_form()

        def act() -> Answer:
            return Answer(201, headers={"Location": f"{self.url}/things/{self.new_id()}"})

        return self.once("", request.headers.get("idempotency-key", ""), "", act, lambda: Answer(409))

    def create_file(self, request: Request) -> Answer:
        self.parts = request.parts()
        return Answer(200, {"id": "file_1"})


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with Postbox() as made:
        yield made


def test_an_answer_can_be_all_in_its_headers_and_is_so_again_under_the_same_key(http: Http, postbox: Postbox) -> None:
    replies = [
        call_to(http, postbox.url).ask(
            "POST", "/things", form={}, headers={"Idempotency-Key": "k"}, writes=True, bodyless=True
        )
        for _ in range(2)
    ]

    assert [(201, None)] * 2 == [(reply.status, reply.body) for reply in replies]
    assert replies[0].headers["location"] == replies[1].headers["location"]
    assert "content-type" not in replies[0].headers


def test_a_simulator_reads_nested_forms(http: Http, postbox: Postbox) -> None:
    call_to(http, postbox.url).send(
        "POST", "/things", form={"card": {"on": True}, "of": [1]}, writes=True, bodyless=True
    )

    assert {"card": {"on": "true"}, "of": ["1"]} == postbox.form


def test_a_simulator_reads_files(http: Http, postbox: Postbox) -> None:
    call_to(http, postbox.url).send("POST", "/files", parts=[Part("file", b"\x00\r\n", "a.pdf")], writes=True)

    assert [("file", b"\x00\r\n", "a.pdf")] == [(part.name, part.data, part.filename) for part in postbox.parts]
