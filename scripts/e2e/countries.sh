#!/usr/bin/env bash
# A country is made, changed and removed; parsers are listed and tried.
. "$(dirname "$0")/lib.sh"

call_json '201|409' POST /v1/countries '{"code":"IS","name":"Iceland","attribution":"Hagstofa"}'
call_json 200 PUT /v1/countries/IS '{"code":"IS","name":"Island"}'
call_json 200 PATCH /v1/countries/IS '{"name":"Iceland"}'
call 200 GET /v1/countries/IS
says '"name":"Iceland"'
call 200 GET /v1/countries.csv
says 'Iceland'
call 200 GET /v1/countries.ndjson
says '"code":"IS"'
call 204 DELETE /v1/countries/IS
call 404 GET /v1/countries/IS
call 200 GET /v1/countries
says '"code":"US"'

call 200 GET /v1/parsers
says '"id":"us_ssa"'
call 200 GET /v1/parsers.csv
call 200 GET /v1/parsers.ndjson
call 200 GET /v1/parsers/us_ssa
printf 'Mary,F,7065\nJohn,M,9655\n' >"$work/yob1880.txt"
call 200 POST /v1/parsers/us_ssa/validate --form "file=@$work/yob1880.txt"
