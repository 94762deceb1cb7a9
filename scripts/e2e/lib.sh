# For the scripts beside it: one request at a time, its status and what it answers checked, its path noted.
set -euo pipefail

url=${AFFIRM_NAME_URL:-http://127.0.0.1:8080}
key=${AFFIRM_NAME_KEY:?set AFFIRM_NAME_KEY to an admin key}
calls=${E2E_CALLS:-/dev/null}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Told apart from what an earlier run left.
run=$$-$RANDOM

fail() {
  printf 'FAIL  %s\n' "$*" >&2
  exit 1
}

# call STATUS METHOD PATH [options of curl]: STATUS may be several, as in '200|409'. The answer stays in $work/body.
call() {
  local expected=$1 method=$2 path=$3 status
  shift 3
  printf '%s %s\n' "$method" "${path%%\?*}" >>"$calls"
  status=$(curl --silent --show-error --max-time 60 --request "$method" \
    --header "Authorization: Bearer $key" --dump-header "$work/head" --output "$work/body" \
    --write-out '%{http_code}' "$@" "$url$path") || fail "$method $path: no answer"
  [[ $status =~ ^($expected)$ ]] || fail "$method $path: $status, not $expected: $(head -c 600 "$work/body")"
  printf 'ok    %s %s: %s\n' "$method" "$path" "$status"
}

# call_json STATUS METHOD PATH JSON
call_json() {
  call "$1" "$2" "$3" --header 'Content-Type: application/json' --data "$4"
}

# says TEXT: the last answer has this text in it.
says() {
  grep --quiet --fixed-strings -- "$1" "$work/body" || fail "the answer lacks $1: $(head -c 600 "$work/body")"
}

# says_head TEXT: the head of the last answer has it, in any case.
says_head() {
  grep --quiet --ignore-case --fixed-strings -- "$1" "$work/head" || fail "the head lacks $1: $(<"$work/head")"
}

# value NAME: the first value with this name in the last answer.
value() {
  [[ $(<"$work/body") =~ \"$1\":\"?([^\",}]*) ]] || fail "the answer has no $1: $(head -c 600 "$work/body")"
  printf '%s' "${BASH_REMATCH[1]}"
}

# wait_for STATUS PATH: asks until the answer has this "status"; a minute at most.
wait_for() {
  local deadline=$((SECONDS + 60)) status
  while true; do
    call 200 GET "$2" >/dev/null
    status=$(value status)
    [[ $status =~ ^($1)$ ]] && return
    ((SECONDS < deadline)) || fail "GET $2: still $status, not $1"
    sleep 0.1
  done
}
