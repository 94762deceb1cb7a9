#!/usr/bin/env bash
# Users are looked at and imported; what was refused is listed, mended and sent again.
. "$(dirname "$0")/lib.sh"

file="$work/users.csv"
printf 'email,username\nzoe-%s@e2e.example.org,zoe-%s\nno address,ali-%s\nZOE-%s@e2e.example.org,other-%s\n' \
  "$run" "$run" "$run" "$run" "$run" >"$file"

call 200 POST /v1/imports/inspect --form resource_type=users --form "file=@$file"
says username
call 400 POST /v1/imports --form resource_type=users --form "file=@$file"
says idempotency_key_required
call 202 POST /v1/imports --header "Idempotency-Key: e2e-$run" --form resource_type=users --form "file=@$file"
id=$(value job_id)
call 200 POST /v1/imports --header "Idempotency-Key: e2e-$run" --form resource_type=users --form "file=@$file"
says "$id"
call 422 POST /v1/imports --header "Idempotency-Key: e2e-$run" --form resource_type=users --form mode=atomic \
  --form "file=@$file"
call 422 POST /v1/imports --header "Idempotency-Key: e2e-$run-url" --header 'Content-Type: application/json' \
  --data '{"resource_type":"users","url":"http://169.254.169.254/users.csv"}'
says url_not_allowed
wait_for completed "/v1/imports/$id"
says '"created_count":1'
says '"fail_count":2'

for ending in '' .csv .ndjson; do
  call 200 GET "/v1/imports$ending?resource_type=users"
  says "$id"
  call 200 GET "/v1/imports/$id/errors$ending"
  says duplicate_in_file
  says 'line 2'
done
call 200 GET "/v1/imports/$id/events"
says completed
call 200 GET "/v1/imports/$id/rejects"
says _errors
says 'no address'

sed "s/no address/ali-$run@e2e.example.org/; /other-/d" "$work/body" >"$work/mended.csv"
import_as users "$work/mended.csv" --form "parent_id=$id"
says '"created_count":1'
says '"fail_count":0'

# An import may have ended before it can be held.
call 202 POST /v1/imports --header "Idempotency-Key: e2e-$run-held" --form resource_type=users \
  --form dry_run=true --form "file=@$file"
id=$(value job_id)
call '200|202|409' POST "/v1/imports/$id/pause"
call '200|202|409' POST "/v1/imports/$id/resume"
call '200|202|409' POST "/v1/imports/$id/cancel"
wait_for 'completed|canceled' "/v1/imports/$id"

for name in zoe ali; do
  call 200 GET "/v1/users?username=$name-$run"
  id=$(value id)
  call 204 DELETE "/v1/users/$id"
done
