#!/bin/sh
# What the image brings stays as it was, with the feature's beside it.
set -eux

[ "$(cat /etc/claude-code/managed-settings.json)" = '{"model":"opus"}' ]
grep -q bypassPermissions /etc/claude-code/managed-settings.d/claude-code-feature.json
[ "$(sh -lc 'echo "$LANG $LC_ALL"')" = 'C.UTF-8 POSIX' ]
