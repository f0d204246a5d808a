"""The TypeScript client repeats what may be repeated, with the same key, and nothing else."""

import json

import pytest

from tests.clients.typescript import built, node

PROGRAM = """
import { createCorridor } from "corridor-client";
const problem = (status, reason, retryable, headers = {}) =>
  new Response(JSON.stringify({ status, reason, retryable, detail: "", instance: "" }),
    { status, headers: { "content-type": "application/problem+json", ...headers } });
const good = () => new Response(JSON.stringify({ payout_id: "po_1" }),
  { status: 200, headers: { "content-type": "application/json" } });
const html = () => new Response("<html>", { status: 502, headers: { "content-type": "text/html" } });
const MEANS = {
  good, html,
  lost: () => { throw new TypeError("fetch failed"); },
  busy: () => problem(503, "UNAVAILABLE", true),
  limited: () => problem(429, "RATE_LIMITED", true, { "retry-after": "0" }),
  later: () => problem(429, "RATE_LIMITED", true, { "retry-after": "3600" }),
  refused: () => problem(422, "AMOUNT_ABOVE_LIMIT", false),
  waits: () => problem(202, "APPROVAL_PENDING", true),
};
async function play([operation, answers]) {
  const keys = [];
  const left = [...answers];
  const corridor = createCorridor({
    baseUrl: "https://corridor.example/", apiKey: async () => "ck_test_1", longestWaitSeconds: 0.01,
    fetch: async (request) => {
      keys.push(request.headers.get("idempotency-key"));
      if (request.headers.get("authorization") !== "Bearer ck_test_1") throw new Error("no credential");
      if (operation === "CreatePayout" && !(await request.text())) throw new Error("no body");
      return MEANS[left.shift()]();
    },
  });
  const input = { CreatePayout: { body: { beneficiary_id: "ben_1" } }, GetPayout: { path: { payout_id: "po_1" } } };
  let end;
  try { end = (await corridor.call(operation, input[operation])).payout_id; }
  catch (thrown) { end = thrown.reason ?? thrown.name; }
  return { sent: keys.length, keys: [...new Set(keys)].length, keyed: keys[0] !== null, end };
}
console.log(JSON.stringify(await Promise.all(JSON.parse(process.env.CASES).map(play))));
"""
CASES = {
    "a write whose answer was lost is repeated": (("CreatePayout", ["lost", "good"]), 2, "po_1"),
    "a read whose answer was lost is repeated": (("GetPayout", ["lost", "good"]), 2, "po_1"),
    "a retryable problem is repeated": (("CreatePayout", ["busy", "limited", "good"]), 3, "po_1"),
    "a proxy's answer is repeated": (("GetPayout", ["html", "good"]), 2, "po_1"),
    "it ends after four": (("CreatePayout", ["busy"] * 5), 4, "UNAVAILABLE"),
    "no answer at all says so": (("CreatePayout", ["lost"] * 5), 4, "CorridorUnreachable"),
    "only a proxy's answers say so": (("GetPayout", ["html"] * 5), 4, "CorridorUnreachable"),
    "a refusal is final": (("CreatePayout", ["refused", "good"]), 1, "AMOUNT_ABOVE_LIMIT"),
    "a wait that is too long is left to the caller": (("GetPayout", ["later", "good"]), 1, "RATE_LIMITED"),
    "what waits for approval is no result": (("CreatePayout", ["waits", "good"]), 1, "APPROVAL_PENDING"),
}


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, object]]:
    """What became of each case."""
    built()
    done = node(PROGRAM, {"CASES": json.dumps([case for case, _, _ in CASES.values()])}, module=True)
    assert 0 == done.returncode, done.stderr
    return dict(zip(CASES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_call(played: dict[str, dict[str, object]], case: str) -> None:
    (operation, _), sent, end = CASES[case]

    found = played[case]

    assert {"sent": sent, "keys": 1, "keyed": operation == "CreatePayout", "end": end} == found
