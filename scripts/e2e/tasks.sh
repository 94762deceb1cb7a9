#!/usr/bin/env bash
# A table is looked at and worked on; the result, its errors and its rejects are fetched, with and without /v1.
. "$(dirname "$0")/lib.sh"

file="$work/people.csv"
printf 'id;name\n007;Zoe-%s\n1e5;"Ali; B."\n3\n' "$run" >"$file"

call 200 GET /v1/operations
says '"id":"select"'
call 200 POST /v1/tasks/inspect --form "file=@$file"
says '"columns":["id","name"]'
call 400 POST /v1/tasks --form operation=none --form "file=@$file"
says unknown_operation
call 422 POST /v1/tasks --form operation=select --form 'options={"columns":["x"]}' --form "file=@$file"
says unknown_column
for again in 202 200; do
  call $again POST /v1/tasks --header "Idempotency-Key: e2e-$run" --form operation=select \
    --form 'options={"columns":["name","id"]}' --form "file=@$file"
  id=$(value task_id)
done
wait_for COMPLETED "/tasks/$id"
says '"records_read":3'
says '"records_rejected":1'
call 200 GET "/v1/tasks/$id"
call 200 GET "/v1/tasks/$id/result"
says "Zoe-$run;007"
says '"Ali; B.";1e5'
call 206 GET "/v1/tasks/$id/result" --range 0-3
[[ $(<"$work/body") == name ]] || fail 'the first four bytes of the result are others'
call 200 GET "/v1/tasks/$id/rejects"
says _errors
call 200 GET "/v1/tasks/$id/events"
says completed
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/tasks$ending?operation=select"
  says "$id"
  call 200 GET "/v1/tasks/$id/errors$ending"
  says missing_cell
done
call 409 POST "/v1/tasks/$id/cancel"
says job_ended
call 409 POST "/v1/tasks/$id/retry"
says job_not_ended
