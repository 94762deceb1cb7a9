#!/usr/bin/env bash
# A job that fails is shown, watched, tried again and canceled.
. "$(dirname "$0")/lib.sh"

printf 'Olivia,X,30\nEmma,F,20\n' >"$work/yob2099.txt"
call 202 POST /v1/datasets --form country_id=US --form mode=atomic --form allow_duplicate=true \
  --form "file=@$work/yob2099.txt"
id=$(value job_id)
wait_for failed "/v1/jobs/$id"
says threshold_exceeded
call 200 GET '/v1/jobs?status=failed'
says "$id"
call 200 GET "/v1/jobs/$id/events"
says failed
call '200|202' POST "/v1/jobs/$id/retry"
wait_for failed "/v1/jobs/$id"
call 409 POST "/v1/jobs/$id/cancel"
says job_ended
