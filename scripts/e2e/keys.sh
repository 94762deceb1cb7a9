#!/usr/bin/env bash
# A key is made, used, listed and revoked.
. "$(dirname "$0")/lib.sh"

call_json 201 POST /v1/api-keys "{\"name\":\"e2e $run\",\"role\":\"viewer\"}"
id=$(value id)
made=$(value key)
key=$made call 403 GET /v1/api-keys
call 200 GET '/v1/api-keys?limit=1000'
says "$id"
call 200 GET '/v1/api-keys.csv?limit=1000'
says "$id"
call 200 GET '/v1/api-keys.ndjson?limit=1000'
says "$id"
call 204 DELETE "/v1/api-keys/$id"
key=$made call 401 GET /v1/jobs
