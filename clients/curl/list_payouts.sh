#!/bin/sh
# Reads every payout, page by page, until there is no token for a next page.
set -eu
: "${CORRIDOR_URL:=http://127.0.0.1:8080}" "${CORRIDOR_KEY:?}"

token=""
while :; do
  page=$(curl --silent --show-error --fail-with-body --get "$CORRIDOR_URL/v1/payouts" \
    --header "Authorization: Bearer $CORRIDOR_KEY" \
    --data-urlencode "page_size=2" --data-urlencode "page_token=$token")
  printf '%s\n' "$page"
  token=$(printf '%s' "$page" | sed -n 's/.*"next_page_token": *"\([^"]*\)".*/\1/p')
  [ -n "$token" ] || break
done
