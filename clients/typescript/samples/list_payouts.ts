// Reads every payout of the company, the newest first, without thinking of pages.
import { createCorridor } from "corridor-client";

const corridor = createCorridor({
  baseUrl: process.env["CORRIDOR_URL"] ?? "http://127.0.0.1:8080",
  apiKey: process.env["CORRIDOR_KEY"] ?? "",
});

let count = 0;
for await (const payout of corridor.list("ListPayouts", { query: { page_size: 2 } })) {
  console.log(`${payout.payout_id} ${payout.state} ${payout.amount?.amount_minor} ${payout.amount?.currency_code}`);
  count++;
}
console.log(`${count} payouts`);
