"""The second store over HTTP, against a real server that fails in every way: sealing goes on, and catches up."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from server.platform.audit import second_store
from server.platform.audit.second_store import Objects, SecondStoreError
from tests.server.audit.trail import COMPANY, LANE, OTHER, Trail

NAME = f"/checkpoints/{LANE.name}"
OTHER_NAME = f"/checkpoints/{OTHER}-1"


@dataclass
class Bucket:
    """What the server keeps, and what it does wrong: by method and path, or by method alone."""

    address: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    def fault(self, method: str, path: str) -> str:
        """What goes wrong with a request."""
        return self.faults.get(f"{method} {path}", self.faults.get(method, ""))


def handler(bucket: Bucket) -> type[BaseHTTPRequestHandler]:
    """A server of objects: GET, and PUT that honours `If-None-Match: *` (RFC 9110, 13.1.2)."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not self._broken("GET"):
                found = bucket.objects.get(self.path)
                self._answer(404 if found is None else 200, found or b"")

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            fault = bucket.fault("PUT", self.path)
            if fault == "torn":
                bucket.objects[self.path] = body[: len(body) // 2]
            if fault == "answer lost":
                bucket.objects[self.path] = body
            if fault in {"torn", "answer lost"}:
                self.close_connection = True
            elif not self._broken("PUT"):
                taken = self.headers["if-none-match"] == "*" and self.path in bucket.objects
                if not taken:
                    bucket.objects[self.path] = body
                self._answer(412 if taken else 201, b"")

        def _broken(self, method: str) -> bool:
            fault = bucket.fault(method, self.path)
            if fault == "timeout":
                bucket.released.wait(10.0)
                self.close_connection = True
            elif fault:
                self._answer(int(fault), b"an error page")
            return bool(fault)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """A server of objects."""
    made = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(made))
    made.address = f"http://127.0.0.1:{server.server_port}/checkpoints"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mirrored(trail: Trail, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """A trail whose checkpoints stand in the bucket as well."""
    monkeypatch.setattr(second_store, "_SECONDS", 0.5)
    trail.second = Objects(bucket.address)
    return trail


def test_checkpoints_are_put_one_by_one_with_the_key_beside_them(mirrored: Trail, bucket: Bucket) -> None:
    for company_id in (COMPANY, COMPANY, OTHER):
        mirrored.write(2, company_id)
        mirrored.seal()

    names = {f"{NAME}/1", f"{NAME}/2", f"{OTHER_NAME}/1", "/checkpoints/audit-key.pem"}
    assert names == set(bucket.objects)
    assert mirrored.signer.public_key_pem().encode() == bucket.objects["/checkpoints/audit-key.pem"]
    assert ([], [], 6) == outcome(mirrored)


@pytest.mark.parametrize("fault", ["500", "503", "timeout", "answer lost", "torn"])
def test_what_the_store_did_not_take_is_caught_up_with(mirrored: Trail, bucket: Bucket, fault: str) -> None:
    mirrored.write(2)
    mirrored.seal()
    bucket.faults["PUT"] = fault
    mirrored.write(2)
    mirrored.write(1, OTHER)

    done = mirrored.seal()

    assert (3, (), 2) == (done.entries, done.refused, len(done.behind))
    findings, notes, entries = outcome(mirrored)
    assert ([], 5) == (findings, entries)
    assert (0 if fault == "answer lost" else 2) == len(notes)

    bucket.faults.clear()
    mirrored.write(2)
    assert () == mirrored.seal().behind
    assert [1, 2, 3] == list(mirrored.second.read(LANE, 3))
    assert ([], [], 7) == outcome(mirrored)


@pytest.mark.parametrize("fault", ["500", "timeout"])
def test_a_store_that_cannot_be_read_keeps_nothing_from_being_sealed(
    mirrored: Trail, bucket: Bucket, fault: str
) -> None:
    mirrored.write(2)
    mirrored.seal()
    bucket.faults["GET"] = fault
    mirrored.write(2)

    done = mirrored.seal()

    assert (2, (), (LANE,)) == (done.entries, done.refused, done.behind)
    findings, notes, entries = outcome(mirrored)
    assert (1, [], 4) == (len(findings), notes, entries)
    assert "whether the tail was cut off cannot be told" in findings[0]

    bucket.faults.clear()
    assert () == mirrored.seal().behind
    assert ([], [], 4) == outcome(mirrored)


def test_one_lane_that_the_store_refuses_keeps_no_other_back(mirrored: Trail, bucket: Bucket) -> None:
    bucket.faults[f"PUT {NAME}/1"] = "507"
    mirrored.write(1)
    mirrored.write(1, OTHER)

    assert (LANE,) == mirrored.seal().behind

    assert f"{OTHER_NAME}/1" in bucket.objects


def test_a_tail_cut_off_in_the_database_is_found_by_the_store(mirrored: Trail, bucket: Bucket) -> None:
    for _ in range(3):
        mirrored.write(2)
        mirrored.seal()
    for table, column in (("audit_chain", "position"), ("audit_checkpoints", "first_position")):
        mirrored.owner(f"DELETE FROM corridor.{table} WHERE {column} >= 5")

    assert "checkpoint 3 was deleted from the database: the tail was cut off there" in mirrored.findings()
    mirrored.write(1)
    assert (LANE,) == mirrored.seal().refused


def test_an_object_that_went_missing_or_was_exchanged_is_found(mirrored: Trail, bucket: Bucket) -> None:
    for _ in range(3):
        mirrored.write(2)
        mirrored.seal()
    third = bucket.objects[f"{NAME}/3"]
    bucket.objects[f"{NAME}/3"] = bucket.objects[f"{NAME}/2"].replace(b'"number": 2', b'"number": 3')
    assert "checkpoint 3 is another one in the database than in the second store" in mirrored.findings()

    bucket.objects[f"{NAME}/3"] = third
    del bucket.objects[f"{NAME}/2"]
    assert "checkpoint 2 is not in the second store" in mirrored.findings()


def test_what_is_there_is_never_overwritten(bucket: Bucket) -> None:
    store = Objects(bucket.address)
    store.append(LANE, 1, "one")

    store.append(LANE, 1, "one")
    with pytest.raises(SecondStoreError, match="another"):
        store.append(LANE, 1, "two")

    assert {1: "one"} == store.read(LANE, 1)


def test_where_a_lane_is_kept_from_stands_there_before_a_month_goes(mirrored: Trail, bucket: Bucket) -> None:
    mirrored.second.keep_from(LANE, "noted")
    bucket.faults["PUT"] = "500"
    with pytest.raises(SecondStoreError):
        mirrored.second.keep_from(LANE, "noted later")

    assert "noted" == mirrored.second.kept_from(LANE)


def outcome(trail: Trail) -> tuple[list[str], list[str], int]:
    """Findings, notes and how many entries were as they were sealed."""
    report = trail.verify()
    return report.findings, report.notes, report.entries
