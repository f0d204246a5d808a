#!/bin/sh
# Pays a supplier. The idempotency key is the invoice's own number: sent twice, it is paid once.
set -eu
: "${CORRIDOR_URL:=http://127.0.0.1:8080}" "${CORRIDOR_KEY:?}" "${INVOICE:=invoice-1843}"

beneficiary=$(curl --silent --show-error --fail-with-body "$CORRIDOR_URL/v1/beneficiaries" \
  --header "Authorization: Bearer $CORRIDOR_KEY" \
  --header "Idempotency-Key: supplier-of-$INVOICE" \
  --header "Content-Type: application/json" \
  --data '{
    "party": {"business": {"legal_name": "Jacquard Looms SARL"}},
    "bank_account": {"currency_code": "EUR", "iban": {"iban": "FR1420041010050500013M02606"}}
  }')
beneficiary_id=$(printf '%s' "$beneficiary" | sed -n 's/.*"beneficiary_id": *"\([^"]*\)".*/\1/p')

curl --silent --show-error --fail-with-body "$CORRIDOR_URL/v1/payouts" \
  --header "Authorization: Bearer $CORRIDOR_KEY" \
  --header "Idempotency-Key: $INVOICE" \
  --header "Content-Type: application/json" \
  --data '{
    "beneficiary_id": "'"$beneficiary_id"'",
    "amount": {"currency_code": "EUR", "amount_minor": "480000"},
    "reference": "Invoice 1843"
  }'
