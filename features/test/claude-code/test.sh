#!/bin/sh
# The options' defaults, on whatever image the test is given. Every line has to succeed; -x shows the one that did not.
set -eux

version=$(claude --version)
grep -q "\"CLAUDE_CODE_FEATURE\":\"${version% (Claude Code)}\"" /etc/claude-code/managed-settings.json
grep -q '"DISABLE_AUTOUPDATER":"1"' /etc/claude-code/managed-settings.json
for left in /usr/local/.claude*; do [ ! -e "$left" ]; done

[ "$CLAUDE_CONFIG_DIR" = /var/lib/claude-code ]
[ "$TERM" = xterm-256color ]
[ "$COLORTERM" = truecolor ]
cd /tmp
claude mcp add --scope user test -- true
grep -q '"test"' "$CLAUDE_CONFIG_DIR/.claude.json"
claude mcp remove --scope user test
