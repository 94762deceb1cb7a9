#!/usr/bin/env bash
# A file is looked at, imported, read, withdrawn, brought back and read again.
. "$(dirname "$0")/lib.sh"

# Of a year that no office has published, so that the numbers of a real server stay what they are.
file="$work/yob2099.txt"
printf 'Olivia,F,30\nEmma,F,20\nJordan,F,10\nJordan,X,10\nJordan,M,40\n' >"$file"

call 200 POST /v1/datasets/inspect --form country_id=US --form "file=@$file"
says 'us_ssa'
call_json 422 POST /v1/datasets '{"url":"http://10.0.0.1/names.zip","country_id":"US"}'
call 202 POST /v1/datasets --header "Idempotency-Key: e2e-$run" \
  --form country_id=US --form allow_duplicate=true --form "file=@$file"
id=$(value dataset_id)
call 200 POST /v1/datasets --header "Idempotency-Key: e2e-$run" \
  --form country_id=US --form allow_duplicate=true --form "file=@$file"
says "$id"
says_head 'Idempotent-Replayed: true'
wait_for completed "/v1/datasets/$id"
says '"error_count":1'

call 200 GET '/v1/datasets?country=US'
says "$id"
call 200 GET '/v1/datasets.csv?country=US'
call 200 GET '/v1/datasets.ndjson?country=US'
call_json 200 PATCH "/v1/datasets/$id" '{"metadata":{"note":"e2e"}}'
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/datasets/$id/slices$ending"
  says 2099
  call 200 GET "/v1/datasets/$id/errors$ending"
  says invalid_gender
  call 200 GET "/v1/datasets/$id/diff$ending"
  call 200 GET "/v1/datasets/$id/diff/slices$ending?year=2099"
  says 2099
done
call 206 GET "/v1/datasets/$id/file" --range 0-5
[[ $(<"$work/body") == Olivia ]] || fail 'the first six bytes of the file are others'
call 200 GET "/v1/datasets/$id/events" --no-buffer
says 'completed'

call 200 DELETE "/v1/datasets/$id"
call 200 POST "/v1/datasets/$id/restore"
call '200|409' POST "/v1/datasets/$id/publish"
call_json 202 POST "/v1/datasets/$id/reprocess" '{"reason":"e2e"}'
call '200|202|409' POST "/v1/datasets/$id/cancel"
wait_for 'completed|canceled' "/v1/datasets/$id"
call 200 DELETE "/v1/datasets/$id"
