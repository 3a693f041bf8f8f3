#!/bin/sh
set -eux

[ "$(claude --version)" = '2.1.329 (Claude Code)' ]
grep -q '"defaultMode":"bypassPermissions"' /etc/claude-code/managed-settings.json
