#!/usr/bin/env bash
# Calls every operation of a running server at least once and checks what it answers.
#   AFFIRM_NAME_URL=http://127.0.0.1:8080 AFFIRM_NAME_KEY=ak_… npm run e2e [PART…]
# It removes what it makes: names of the years 2098 and 2099, users at e2e.example.org.
set -euo pipefail
cd "$(dirname "$0")"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export E2E_CALLS="$folder/calls"
parts=("$@")
if [[ $# -eq 0 ]]; then parts=(health keys countries datasets jobs names statistics imports content exports tasks); fi

for part in "${parts[@]}"; do
  printf '%s\n' "$part"
  bash "./$part.sh"
done
if [[ $# -eq 0 ]]; then
  curl --silent --show-error --fail "${AFFIRM_NAME_URL:-http://127.0.0.1:8080}/openapi.json" >"$folder/openapi.json"
  node ./check-calls.ts "$folder/openapi.json" "$E2E_CALLS"
fi
