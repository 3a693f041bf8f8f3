#!/bin/sh
# Installed twice, first with other options than the defaults: the last one counts, and nothing of the first is in its way.
set -eux

[ "$(claude --version)" = "$VERSION__DEFAULT (Claude Code)" ]
grep -q "\"CLAUDE_CODE_FEATURE\":\"$VERSION__DEFAULT\"" /etc/claude-code/managed-settings.json
[ "$AUTOUPDATE" = true ]
[ "$AUTOUPDATE__DEFAULT" = false ]
grep -q '"DISABLE_AUTOUPDATER":"1"' /etc/claude-code/managed-settings.json
if grep -q bypassPermissions /etc/claude-code/managed-settings.json; then exit 1; fi
