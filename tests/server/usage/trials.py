"""A contract with something deprecated in every place, served by the real chain behind the real gateway.

The shipped contracts deprecate nothing. This one is compiled beside them, and its clock is the test's own.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message
from grpc_tools import protoc

from gateway.contract import Contract
from gateway.settings import contract_image
from server import app, interceptors
from server.kit import context as contexts
from server.kit import contract, ids, stability, versions
from server.kit.contract import Method
from server.platform.usage.counting import Uses
from server.store import idempotency
from tests.serving import Running

SUNSET = datetime(2026, 12, 31, tzinfo=UTC)
AFTER = SUNSET + timedelta(minutes=1)  # when every call has ended that began before
BEFORE = datetime(2026, 12, 30, 23, 59, 59, tzinfo=UTC)
PACKAGE = "corridor.trials.v1"
SERVICE = f"{PACKAGE}.TrialService"
_FILE = "corridor/trials/v1/trial_service.proto"
_ENDS = """{
    level: STABILITY_LEVEL_DEPRECATED
    deprecated_since: "2026-06-01"
    sunset: "2026-12-31"
    replacement: "corridor.trials.v1.%s"
  }"""
_OLD = "[deprecated = true, (corridor.options.v1.field_stability) = " + _ENDS + "]"
_POLICY = """scopes: "usage:read" idempotency: %s deadline: {seconds: 5} audit: "%s" rate_class: RATE_CLASS_READ"""
PROTO = f"""
syntax = "proto3";
package corridor.trials.v1;
import "buf/validate/validate.proto";
import "corridor/options/v1/field.proto";
import "corridor/options/v1/method.proto";
import "google/api/annotations.proto";
service TrialService {{
  rpc CreateTrial(CreateTrialRequest) returns (CreateTrialResponse) {{
    option (google.api.http) = {{post: "/v1/trials" body: "*" response_body: "trial"}};
    option (corridor.options.v1.policy) = {{{_POLICY % ("IDEMPOTENCY_RULE_OPTIONAL", "trial.create")}}};
  }}
  rpc GetTrial(GetTrialRequest) returns (CreateTrialResponse) {{
    option (google.api.http) = {{get: "/v1/trials/{{trial_id}}" response_body: "trial"}};
    option (corridor.options.v1.policy) = {{{_POLICY % ("IDEMPOTENCY_RULE_NONE", "trial.get")}}};
  }}
  rpc ReadTrial(GetTrialRequest) returns (PlainResponse) {{
    option deprecated = true;
    option (google.api.http) = {{get: "/v1/old-trials/{{trial_id}}"}};
    option (corridor.options.v1.policy) = {{{_POLICY % ("IDEMPOTENCY_RULE_NONE", "trial.read")}
      stability: {_ENDS % "TrialService.GetTrial"}}};
  }}
  rpc MakeTrial(PlainRequest) returns (PlainResponse) {{
    option deprecated = true;
    option (google.api.http) = {{post: "/v1/old-trials" body: "*"}};
    option (corridor.options.v1.policy) = {{{_POLICY % ("IDEMPOTENCY_RULE_REQUIRED", "trial.make")}
      stability: {_ENDS % "TrialService.CreateTrial"}}};
  }}
}}
message Trial {{
  string trial_id = 1;
  string title = 2;
  string name = 3 {_OLD % "Trial.title"};
}}
message Step {{
  string text = 1 [(buf.validate.field).string.max_len = 100];
  string words = 2 {_OLD % "Step.text"};
}}
message CreateTrialRequest {{
  string title = 1 [(buf.validate.field).string.max_len = 100];
  string name = 2 {_OLD % "CreateTrialRequest.title"};
  repeated Step steps = 3;
  map<string, Step> by_name = 4;
}}
message CreateTrialResponse {{ Trial trial = 1; }}
message GetTrialRequest {{ string trial_id = 1 [(buf.validate.field).string.max_len = 100]; }}
message PlainRequest {{ string title = 1 [(buf.validate.field).string.max_len = 10]; }}
message PlainResponse {{ string trial_id = 1; }}
"""


def compiled(text: str, name: str = _FILE) -> bytes:
    """The descriptor set of the real contract with one more file."""
    base = contract_image().read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(text)
        (root / "base").write_bytes(base)
        arguments = [f"--descriptor_set_in={root / 'base'}", f"-I{root}", f"--descriptor_set_out={root / 'out'}"]
        assert protoc.main(["", *arguments, name]) == 0
        image = descriptor_pb2.FileDescriptorSet.FromString(base)
        image.file.extend(descriptor_pb2.FileDescriptorSet.FromString((root / "out").read_bytes()).file)
    return image.SerializeToString()


@cache
def image() -> bytes:
    """The descriptor set with the trials, which this process knows from then on."""
    made = compiled(PROTO)
    versions.load(made)
    return made


@cache
def methods() -> Mapping[str, Method]:
    """The RPCs of the trials, by path."""
    image()
    service = descriptor_pool.Default().FindServiceByName(SERVICE)
    return {method.path: method for method in map(contract.method_of, service.methods)}


def message(kind: str, /, **values: Any) -> Any:
    """A message of the trials."""
    image()
    found = descriptor_pool.Default().FindMessageTypeByName(f"{PACKAGE}.{kind}")
    return message_factory.GetMessageClass(found)(**values)


@dataclass
class Moved:
    """A clock that stands where the test puts it."""

    time: datetime = BEFORE

    def now(self) -> datetime:
        """The time."""
        return self.time


@dataclass
class Trials:
    """Serves trials, and remembers which it was asked for. Every trial still has its old name."""

    store: Any
    made: list[Message] = field(default_factory=list)
    before: Callable[[], object] = lambda: None  # what happens before a trial is made

    def CreateTrial(self, request: Any, _: grpc.ServicerContext) -> bytes:
        """Makes a trial once."""
        self.before()
        with idempotency.once(self.store, contexts.current()) as (_connection, answer):
            self.made.append(request)
            trial = message("Trial", trial_id=ids.new("tr"), title=request.title, name=request.title)
            return answer(trial.trial_id, message("CreateTrialResponse", trial=trial))

    def GetTrial(self, request: Any, _: grpc.ServicerContext) -> Message:
        """Any trial."""
        trial = message("Trial", trial_id=request.trial_id, title="t", name="t")
        found: Message = message("CreateTrialResponse", trial=trial)
        return found

    def ReadTrial(self, request: Any, _: grpc.ServicerContext) -> Message:
        """Any trial."""
        found: Message = message("PlainResponse", trial_id=request.trial_id)
        return found

    def MakeTrial(self, request: Any, _: grpc.ServicerContext) -> bytes:
        """Makes a trial once."""
        self.before()
        with idempotency.once(self.store, contexts.current()) as (_connection, answer):
            self.made.append(request)
            trial_id = ids.new("tr")
            return answer(trial_id, message("PlainResponse", trial_id=trial_id))


@dataclass(frozen=True)
class Served:
    """Where the trials are served, by whom, and the time there."""

    address: str
    trials: Trials
    uses: Uses
    clock: Moved
    contract: Contract


@contextlib.contextmanager
def serving(running: Running) -> Iterator[Served]:
    """Serve the trials, on the database of a server and with its keys."""
    parts, clock, trials = running.parts, Moved(), Trials(running.parts.store)
    served = {**contract.methods(), **methods()}
    uses = Uses(parts.store, parts.machine_clock, stability.field_names(served))
    chain = interceptors.chain(
        interceptors.Parts(
            store=parts.store,
            recorder=parts.recorder,
            approval_policies=parts.approval_policies,
            keys=parts.keys,
            key_uses=parts.key_uses,
            metrics=parts.metrics,
            oauth=parts.oauth,
            clock=parts.clock,
            machine_clock=clock,
            fingerprint_secret=parts.keyring.derived("fingerprints"),
            rate_limits=False,
            uses=uses,
            methods=served,
        )
    )
    handlers = {each.name: app.handler(each, getattr(trials, each.name), chain) for each in methods().values()}
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield Served(f"127.0.0.1:{port}", trials, uses, clock, Contract(image()))
    finally:
        server.stop(0).wait()
        uses.close()
