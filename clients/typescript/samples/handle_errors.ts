// What can go wrong, and what a program does about it.
import { CorridorUnreachable, createCorridor, isProblem } from "corridor-client";

const corridor = createCorridor({
  baseUrl: process.env["CORRIDOR_URL"] ?? "http://127.0.0.1:8080",
  apiKey: process.env["CORRIDOR_KEY"] ?? "",
});

try {
  await corridor.call("CreatePayout", {
    body: {
      beneficiary_id: "ben_01kafz3q9x7m2c5v8b1n4d6g0h",
      amount: { currency_code: "EUR", amount_minor: "1250" },
    },
  });
} catch (thrown) {
  if (isProblem(thrown, "BENEFICIARY_NOT_FOUND")) {
    console.log(`Nobody has this id; ${thrown.suggestedAction}`);
  } else if (isProblem(thrown)) {
    console.log(`${thrown.reason} (${thrown.class}), request ${thrown.requestId}`);
    for (const violation of thrown.violations) console.log(`  ${violation.field} ${violation.description}`);
  } else if (thrown instanceof CorridorUnreachable) {
    // It may have taken effect. The same key finds out, and never pays twice.
    console.log(`No answer; repeat it with the key ${thrown.idempotencyKey}`);
  } else throw thrown;
}
