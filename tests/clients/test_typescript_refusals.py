"""Where the TypeScript client sends neither the key nor a body."""

import json

import pytest

from tests.clients.typescript import built, node

PROGRAM = """
import { createServer } from "node:http";
import { createCorridor } from "corridor-client";
const ends = async (work) => { try { await work(); return "done"; } catch (thrown) { return thrown.name; } };
const open = (baseUrl, more = {}) => ends(() => createCorridor({ baseUrl, apiKey: "k", ...more }));
const listening = (answer) => new Promise((resolve) => {
  const server = createServer(answer).listen(0, "127.0.0.1", () => resolve(server));
});
const url = (server) => `http://127.0.0.1:${server.address().port}`;
let arrived = 0;
const other = await listening((_, response) => { arrived += 1; response.end("{}"); });
const first = await listening((_, response) => response.writeHead(307, { location: url(other) + "/v1/payouts" }).end());
const corridor = createCorridor({ baseUrl: url(first), apiKey: "k", attempts: 1 });
let status;
try { await corridor.call("CreatePayout", { body: { beneficiary_id: "ben_1" } }); }
catch (thrown) { status = thrown.status; }
const steps = [];
for (const payout_id of [".", ".."]) {
  steps.push(await ends(() => corridor.call("GetPayout", { path: { payout_id } })));
}
first.close(); other.close();
console.log(JSON.stringify({
  far: await open("http://corridor.example"),
  named: await open("http://127.0.0.1.corridor.example"),
  shouted: await open("HTTP://corridor.example"),
  https: await open("https://corridor.example"),
  here: [await open("http://127.0.0.1:8080"), await open("http://localhost:8080"), await open("http://[::1]:8080")],
  allowed: await open("http://corridor.example", { allowPlaintext: true }),
  status, arrived, steps,
}));
"""
REFUSED = "TypeError"


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    """What became of each."""
    built()
    done = node(PROGRAM, {}, module=True)
    assert 0 == done.returncode, done.stderr
    return dict(json.loads(done.stdout))


def test_a_key_goes_in_plain_text_to_this_machine_alone_unless_it_is_said(found: dict[str, object]) -> None:
    assert [REFUSED] * 3 == [found[name] for name in ("far", "named", "shouted")]
    assert ["done"] * 3 == found["here"]
    assert ["done"] * 2 == [found[name] for name in ("https", "allowed")]


def test_a_redirect_is_not_followed(found: dict[str, object]) -> None:
    assert (307, 0) == (found["status"], found["arrived"])


def test_an_id_that_leads_to_another_path_is_not_sent(found: dict[str, object]) -> None:
    assert [REFUSED] * 2 == found["steps"]
