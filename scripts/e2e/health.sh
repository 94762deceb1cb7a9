#!/usr/bin/env bash
# Is everything within reach?
. "$(dirname "$0")/lib.sh"

call 200 GET /health
says '"status":"healthy"'
call 200 GET /ready
