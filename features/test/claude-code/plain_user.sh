#!/bin/sh
# A user without rights of its own: settings are its to write, what the image decides is not.
set -eux

[ "$(id -un)" = dev ]
cd /tmp
claude mcp add --scope user test -- true
grep -q '"test"' "$CLAUDE_CONFIG_DIR/.claude.json"
if echo '{}' >/etc/claude-code/managed-settings.json; then exit 1; fi
if rm -f /usr/local/bin/claude; then exit 1; fi
