#!/usr/bin/env bash
# What is computed of all names of a year, of births, and of many names at once.
. "$(dirname "$0")/lib.sh"

printf 'Emma,F,20\nJordan,F,210\nJordan,M,240\nLiam,M,30\n' >"$work/yob2098.txt"
call 202 POST /v1/datasets --form country_id=US --form allow_duplicate=true --form "file=@$work/yob2098.txt"
dataset=$(value dataset_id)
wait_for completed "/v1/datasets/$dataset"

for ending in '' .csv .ndjson; do
  call 200 GET "/v1/statistics/diversity$ending?country=US&year=2098"
  call 200 GET "/v1/statistics/letters$ending?country=US&year=2098&gender=F"
  call 200 GET "/v1/statistics/lengths$ending?country=US&year=2098&gender=F"
  call 200 GET "/v1/statistics/unisex$ending?country=US&year_from=2098&year_to=2098"
  says Jordan
  call 200 GET "/v1/statistics/unisex/years$ending?country=US&year_from=2098&year_to=2098"
  call 200 GET "/v1/statistics/similar$ending?country=US&name=Emma"
  call 200 GET "/v1/statistics/families$ending?country=US&name=Emma"
  says emma
  call 200 GET "/v1/statistics/countryness$ending?name=Emma"
  for kind in movers new lost breakouts revivals flashes; do
    call 200 GET "/v1/statistics/$kind$ending?country=US&year=2098&gender=F"
  done
done
call 200 GET '/v1/names/Jordan/trend?country=US&gender=F&year_on_year=true'
says '"trends":['
call 200 GET '/v1/names/Jordan?country=US&peaks_from=2000'
says '"half_life":{'
call 200 GET '/v1/names/Emma/forecast?country=US&gender=F'
says '"status":"withheld"'
call_json 200 PUT "/v1/name-groups/e2e-$run" '{"title":"Emma and others","names":["Emma","Ema"]}'
call 200 GET "/v1/name-groups/e2e-$run"
says 'group=sum'
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/name-groups$ending"
  says "e2e-$run"
done
call 204 DELETE "/v1/name-groups/e2e-$run"
call 200 GET '/v1/names/Emma/age?country=US&gender=F'
says '"status":"no_life_table"'
call_json 200 POST /v1/gender '{"items":[{"id":"1","name":"Jordan","country":"US","year_from":2098}]}'
says '"id":"1"'
call 200 GET '/v1/compat/genderize?name=Emma&country_id=US'
says '"gender":"female"'
call 200 DELETE "/v1/datasets/$dataset"
