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
call_json 200 POST /v1/countries/IS/births '{"data":[{"year":2098,"gender":"F","births":2000}]}'
says '"added":1'
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/countries/IS/births$ending"
  says 2000
done
call_json 200 PUT /v1/countries/IS/births '{"data":[]}'
says '"removed":1'
call 200 POST /v1/countries/IS/life-table --header 'Content-Type: text/csv' \
  --data-binary $'cohort,gender,age,survivors\n2090,F,0,1000\n2090,F,1,998\n'
says '"written":1'
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/countries/IS/life-table$ending"
  says 998
done
call 200 DELETE /v1/countries/IS/life-table
says '"removed":1'
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/countries/US/editions$ending?gender=F"
done
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

columns='"columns":{"name":"Vorname","count":"Anzahl","gender":"Geschlecht","year":"Jahr"}'
call_json 201 POST /v1/column-profiles "{\"name\":\"e2e $run\",$columns}"
profile=$(value id)
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/column-profiles$ending"
  says "e2e $run"
done
call_json 200 PUT "/v1/column-profiles/$profile" "{\"name\":\"e2e $run\",\"threshold\":3,$columns}"
call 200 GET "/v1/column-profiles/$profile"
says '"threshold":3'
call 204 DELETE "/v1/column-profiles/$profile"
