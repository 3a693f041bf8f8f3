#!/bin/sh
# Fills the context volume from the archive on standard input, in frames as fill.sh reads them, and opens the outbox to
# whoever Claude works as. Runs in a helper container without network and capabilities.
set -eu
umask 022

while read -r bytes && [ "$bytes" -gt 0 ]; do
  dd bs="$bytes" count=1 iflag=fullblock status=none
done | tar -x -f - -C /context --no-same-owner

mkdir -p /context/bin
cp /airlock/gh.sh /context/bin/gh
cp /airlock/gh-*.sh /context/bin/
chmod 0755 /context /context/bin /context/bin/gh
# As /tmp: anybody may leave something, and nobody can take another's away.
chmod 1777 /outbox
