#!/usr/bin/env bash
# The servers and the library of clocks that test/services needs, from Debian, as root. Installing starts none of them.
set -euo pipefail

packages=(
  # S3: a monitor, a store and the gateway of Ceph
  ceph-mon ceph-osd radosgw
  # a broker
  rabbitmq-server
  # a pooler, a load balancer
  pgbouncer haproxy
  # clocks that are set
  faketime
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi
if [[ "$(id -u)" != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "Only root can install, with apt-get: ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
