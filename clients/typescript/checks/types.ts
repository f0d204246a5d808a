// Compiled, never run: what callers must and must not be able to write. A line that should not compile says so.
import { createCorridor, isEvent, isProblem, type CorridorEvent, type Input } from "corridor-client";

const corridor = createCorridor({ baseUrl: "https://corridor.example", apiKey: "ck_test_0" });

export async function calls(): Promise<void> {
  // @ts-expect-error an operation that does not exist
  await corridor.call("DeletePayout");
  // @ts-expect-error a body without what is required
  await corridor.call("CreatePayout", { body: { amount: { currency_code: "EUR", amount_minor: "1" } } });
  // @ts-expect-error a path parameter is missing
  await corridor.call("GetPayout");
  // @ts-expect-error a field that the message does not have
  await corridor.call("CreatePayout", { body: { beneficiary_id: "b", amount: { currency_code: "EUR" }, memo: "x" } });
  // @ts-expect-error an enum value that does not exist
  await corridor.call("ListPayouts", { query: { states: ["PAID"] } });
  // @ts-expect-error not a list
  corridor.list("GetPayout", { path: { payout_id: "po_1" } });

  const payout = await corridor.call("GetPayout", { path: { payout_id: "po_1" } });
  const state: "PAYOUT_STATE_SETTLED" | (string & {}) = payout.state;
  // @ts-expect-error 64-bit integers are strings in answers
  const minor: number | undefined = payout.amount?.amount_minor;
  for await (const beneficiary of corridor.list("ListBeneficiaries")) void (beneficiary.beneficiary_id satisfies string);
  const { data, error } = await corridor.api.GET("/v1/payouts/{payout_id}", { params: { path: { payout_id: "po_1" } } });
  void [state, minor, data?.payout_id, error?.reason];
}

export const input: Input<"CreatePayout">["body"] = { beneficiary_id: "ben_1", amount: { currency_code: "EUR", amount_minor: 1 } };

export function events(event: CorridorEvent, thrown: unknown): string {
  if (isEvent(event, "payout.settled")) return event.data.payout?.payout_id ?? "";
  // @ts-expect-error an event that does not exist
  if (isEvent(event, "payout.vanished")) return "";
  // @ts-expect-error a reason that does not exist
  return isProblem(thrown, "OUT_OF_COFFEE") ? thrown.detail : "";
}
