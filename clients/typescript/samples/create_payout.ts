// Pays a supplier: who it is, how much, and then what became of it.
import { createCorridor } from "corridor-client";

const corridor = createCorridor({
  baseUrl: process.env["CORRIDOR_URL"] ?? "http://127.0.0.1:8080",
  apiKey: process.env["CORRIDOR_KEY"] ?? "",
});

const beneficiary = await corridor.call("CreateBeneficiary", {
  body: {
    party: { business: { legal_name: "Jacquard Looms SARL" } },
    bank_account: { currency_code: "EUR", iban: { iban: "FR1420041010050500013M02606" } },
  },
});

// Your own number of the invoice as the key: however often this program runs, the invoice is paid once.
const invoice = process.env["INVOICE"] ?? "invoice-1843";
const accepted = await corridor.call("CreatePayout", {
  idempotencyKey: invoice,
  body: {
    beneficiary_id: beneficiary.beneficiary_id,
    amount: { currency_code: "EUR", amount_minor: 4_800_00 },
    reference: "Invoice 1843",
  },
});
console.log(`${accepted.payout_id} is accepted`);

const payout = await corridor.call("GetPayout", { path: { payout_id: accepted.payout_id } });
console.log(`${payout.payout_id} is at ${payout.state}, ${payout.amount?.amount_minor} ${payout.amount?.currency_code}`);
