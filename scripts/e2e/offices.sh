#!/usr/bin/env bash
# Imports a folder of office files in one call of the command line, over a running server, and checks that each file
# was recognised, or refused with a reason.
#   AFFIRM_NAME_URL=http://127.0.0.1:8080 AFFIRM_NAME_KEY=ak_… scripts/e2e/offices.sh [FOLDER]
# Unless a folder is given it is ../shared/data, the official files beside this checkout. What is imported stays.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(cd "${1:-$root/../shared/data}" && pwd)
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

# The exit code is 1 as soon as one file is refused.
node "$root/bin/affirm-name.mjs" import "$folder" | tee "$lines" || true

files=0
read_well=0
refused=0
while IFS= read -r -d '' file; do
  files=$((files + 1))
  # The line of a file begins with its path; what follows in the next ones is indented.
  end=$(grep --fixed-strings -- "$file: " "$lines" | head -n 1 || true)
  end=${end#"$file: "}
  if [[ $end == *'; published as dataset '* || $end == *'; waiting; '* ]]; then
    read_well=$((read_well + 1))
  elif [[ $end =~ (^|failed, )[a-z_]+:\ .{20,} && $end != *internal_error* ]]; then
    refused=$((refused + 1))
  else
    printf 'FAIL  %s: %s\n' "$file" "${end:-nothing was said}" >&2
    exit 1
  fi
done < <(find "$folder" -type f -not -path '*/.*' -print0)
printf '%d files: %d recognised, %d refused with a reason.\n' "$files" "$read_well" "$refused"
