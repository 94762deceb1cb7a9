#!/usr/bin/env bash
# Users, articles and comments are read, and deleted in an order that leaves nothing dangling.
. "$(dirname "$0")/lib.sh"

import_people
for ending in '' .csv .ndjson; do
  call 200 GET "/v1/users$ending?username=zoe-$run"
  says "zoe-$run@e2e.example.org"
  call 200 GET "/v1/articles$ending?author=zoe-$run"
  says "e2e-$run"
  call 200 GET "/v1/comments$ending?article=e2e-$run"
  says "cm_e2e-${run}_2"
done
call 200 GET "/v1/comments/cm_e2e-${run}_2"
says 'Thank you,\nAli'
author=$(value author_id)
article=$(value article_id)
call 200 GET "/v1/articles/$article"
says '"tags":["a","b|c"]'
call 200 GET "/v1/users/$author"
says '"bio":"=1+1, really"'
call 409 DELETE "/v1/users/$author"
says content_in_use
remove_people
call 404 GET "/v1/articles/$article"
