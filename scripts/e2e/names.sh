#!/usr/bin/env bash
# What an imported file says is asked in every way.
. "$(dirname "$0")/lib.sh"

printf 'Zoé,F,30\nEmma,F,20\nJordan,F,10\nJordan,M,40\n' >"$work/yob2098.txt"
call 202 POST /v1/datasets --form country_id=US --form allow_duplicate=true --form "file=@$work/yob2098.txt"
dataset=$(value dataset_id)
wait_for completed "/v1/datasets/$dataset"

for ending in '' .csv .ndjson; do
  call 200 GET "/v1/names$ending?country=US&year=2098&gender=F&limit=1"
  says Zoé
  call 200 GET "/v1/names/search$ending?q=zoe&country=US"
  says Zoé
done
call 200 GET '/v1/names/Emma?country=US'
call 200 GET '/v1/names/Emma/trend?country=US&gender=F'
says '"year":2098'
call 200 GET '/v1/names/Jordan/gender?country=US&year_from=2098'
says '"female_count":10'
call 200 GET '/v1/exports?resource=names&country=US&year=2098'
says Zoé
call 200 DELETE "/v1/datasets/$dataset"
