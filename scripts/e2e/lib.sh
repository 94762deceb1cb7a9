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

# import_as RESOURCE FILE [options of curl]: imports a file and waits until that has ended; $import is its id.
import_as() {
  local resource=$1 file=$2
  shift 2
  call 202 POST /v1/imports --header "Idempotency-Key: e2e-$run-$RANDOM-$RANDOM" \
    --form "resource_type=$resource" --form "file=@$file" "$@"
  import=$(value job_id)
  wait_for completed "/v1/imports/$import"
}

# import_people: two users, an article and two comments, whose names have $run in them; "remove_people" takes them away.
import_people() {
  printf 'email,username,bio\nzoe-%s@e2e.example.org,zoe-%s,"=1+1, really"\nali-%s@e2e.example.org,ali-%s,\n' \
    "$run" "$run" "$run" "$run" >"$work/users.csv"
  import_as users "$work/users.csv"
  says '"created_count":2'
  printf '{"slug":"e2e-%s","title":"On tests","body":"…","author":"zoe-%s","status":"published","tags":["a","b|c"]}\n' \
    "$run" "$run" >"$work/articles.ndjson"
  import_as articles "$work/articles.ndjson"
  says '"created_count":1'
  printf 'id,article,author,body\ncm_e2e-%s_1,e2e-%s,ali-%s,Well said\ncm_e2e-%s_2,e2e-%s,zoe-%s,"Thank you,\nAli"\n' \
    "$run" "$run" "$run" "$run" "$run" "$run" >"$work/comments.csv"
  import_as comments "$work/comments.csv"
  says '"created_count":2'
}

remove_people() {
  local name id
  for id in 1 2; do call 204 DELETE "/v1/comments/cm_e2e-${run}_$id"; done
  call 200 GET "/v1/articles?slug=e2e-$run"
  id=$(value id)
  call 204 DELETE "/v1/articles/$id"
  for name in zoe ali; do
    call 200 GET "/v1/users?username=$name-$run"
    id=$(value id)
    call 204 DELETE "/v1/users/$id"
  done
}
