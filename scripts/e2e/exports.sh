#!/usr/bin/env bash
# Users are exported as a stream and as a file that can be fetched in parts.
. "$(dirname "$0")/lib.sh"

import_people
call 200 GET "/v1/exports?resource=users&username=zoe-$run"
says_head 'content-disposition: attachment'
says "zoe-$run,\"'=1+1, really\""
call 200 GET "/v1/exports?resource=users&format=ndjson&fields=email,bio&username=zoe-$run"
says "{\"email\":\"zoe-$run@e2e.example.org\",\"bio\":\"=1+1, really\"}"
call 200 GET '/v1/exports?resource=names&country=US&year=2023&format=ndjson'
says_head 'x-sources: ['

order="{\"idempotency_key\":\"e2e-$run\",\"resource_type\":\"comments\",\"format\":\"csv\",\"filters\":{\"article\":\"e2e-$run\"}}"
call_json 202 POST /v1/exports "$order"
id=$(value job_id)
call_json 200 POST /v1/exports "$order"
says "$id"
wait_for completed "/v1/exports/$id"
says '"total_records":2'
file=$(value download_url)
sum=$(value sha256)
call 200 GET "$file"
[[ $(sha256sum <"$work/body") == "$sum "* ]] || fail 'the file is another one than its sha256 says'
call 206 GET "$file" --range 0-1
[[ $(<"$work/body") == id ]] || fail 'the first two bytes of the file are others'
call 200 GET /v1/exports
says "$id"
call 200 GET "/v1/exports/$id/events"
says completed
call '200|202|409' POST "/v1/exports/$id/cancel"
remove_people
