#!/usr/bin/env bash
# An endpoint for webhooks; and, where WEBHOOK_… are set, what a receiver does with a delivery. Needs curl, jq, openssl.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API}" "${CORRIDOR_KEY:?a key}" "${ENDPOINT_URL:?where webhooks shall go}"

# part: endpoint
curl -s "$CORRIDOR_URL/v1/webhook-endpoints" \
  -H "Authorization: Bearer $CORRIDOR_KEY" \
  -H "Idempotency-Key: my-endpoint-1" \
  -H "Content-Type: application/json" \
  -d '{"url": "'"$ENDPOINT_URL"'", "event_types": ["payout.settled", "payout.failed", "payout.returned"]}' \
  | jq -r '.webhook_endpoint.webhook_endpoint_id // error(.detail), .secret'
# end

# What stands in a delivery's headers and its raw body, checked against the secret.
if [ -n "${WEBHOOK_ID:-}" ]; then
  # part: verify
  case "$WEBHOOK_TIMESTAMP" in "" | *[!0-9]* | ????????????*) echo "forged" >&2; exit 1 ;; esac
  age=$(($(date +%s) - WEBHOOK_TIMESTAMP))
  [ "${age#-}" -le 300 ] || { echo "too old, or from the future" >&2; exit 1; }
  key=$(printf '%s' "${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -vtx1 | tr -d ' \n')
  expected=$(printf '%s.%s.%s' "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$WEBHOOK_BODY" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
  case " $WEBHOOK_SIGNATURE " in
    *" v1,$expected "*) echo "signed by Corridor" ;;
    *) echo "forged" >&2; exit 1 ;;
  esac
  # end
fi
