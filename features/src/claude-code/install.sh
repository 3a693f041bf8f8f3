#!/bin/sh
# Installs Claude Code into the image of a devcontainer. POSIX sh: Alpine has no bash.
# Options arrive as environment variables: VERSION, NPMREGISTRY, CACERTIFICATE, AUTOUPDATE, UNATTENDED.
set -eu
umask 022

VERSION=${VERSION:-2.1.330}
NPMREGISTRY=${NPMREGISTRY:-}
CACERTIFICATE=${CACERTIFICATE:-}
AUTOUPDATE=${AUTOUPDATE:-false}
UNATTENDED=${UNATTENDED:-false}

RELEASES=https://downloads.claude.ai/claude-code-releases
COMMAND=/usr/local/bin/claude
BINARY=/usr/local/lib/claude-code/claude
CONFIG_DIR=/var/lib/claude-code
# In the environment of every session, so that it tells where it comes from.
MARK=CLAUDE_CODE_FEATURE
TRIES=3

fail() {
  printf 'claude-code feature: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  → %s\n' "$line" >&2; done
  exit 1
}

# Values come from devcontainer.json: none of them may be more than the plain word that it is meant to be.
validate_options() {
  case $VERSION in
    latest | stable) ;;
    *)
      if ! plain "$VERSION" '0-9.' 20 || ! exact_version "$VERSION"; then
        fail 'option version is neither a version like 2.1.330 nor latest or stable'
      fi
      ;;
  esac
  if [ -n "$NPMREGISTRY" ]; then
    if ! plain "$NPMREGISTRY" 'A-Za-z0-9:/._~%-' 500 || ! echo "$NPMREGISTRY" | grep -Eq '^https?://[A-Za-z0-9]'; then
      fail 'option npmRegistry is not a plain http(s) URL'
    fi
  fi
  if [ -n "$CACERTIFICATE" ]; then
    if ! plain "$CACERTIFICATE" 'A-Za-z0-9/._-' 500 || [ "${CACERTIFICATE#/}" = "$CACERTIFICATE" ]; then
      fail 'option caCertificate is not an absolute path of plain characters'
    fi
    [ -r "$CACERTIFICATE" ] || fail "option caCertificate: there is no file $CACERTIFICATE in the image" \
      'Copy the certificate into the image in the Dockerfile, before features are installed.'
  fi
  case $AUTOUPDATE in
    true | false) ;;
    *) fail 'option autoUpdate is neither true nor false' ;;
  esac
  case $UNATTENDED in
    true | false) ;;
    *) fail 'option unattended is neither true nor false' ;;
  esac
}

# plain VALUE CHARACTERS LENGTH: only these characters, and not too many of them.
plain() {
  [ "${#1}" -le "$3" ] || return 1
  [ -z "$(printf '%s' "$1" | tr -d "$2")" ] || return 1
  [ "$(printf '%s' "$1" | wc -l)" -eq 0 ]
}

exact_version() { echo "$1" | grep -Eq '^[0-9]+\.[0-9]+\.[0-9]+$'; }

find_platform() {
  [ "$(uname -s)" = Linux ] || fail "Claude Code is installed on Linux only, not on $(uname -s)"
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no Claude Code for the architecture $(uname -m)" 'Use an image for linux/amd64 or linux/arm64.' ;;
  esac
  platform=linux-$arch
  if ls /lib/ld-musl-* >/dev/null 2>&1 && ! ls /lib*/ld-linux-* >/dev/null 2>&1; then platform=$platform-musl; fi
}

have() { command -v "$1" >/dev/null 2>&1; }

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=download.sh
. "$here/download.sh"
# shellcheck source-path=SCRIPTDIR source=distributions.sh
. "$here/distributions.sh"
# shellcheck source-path=SCRIPTDIR source=placement.sh
. "$here/placement.sh"

validate_options
find_platform
present=false
# Beside the target, so that the last step is a rename.
mkdir -p /usr/local
work=$(mktemp -d /usr/local/.claude-code.XXXXXX)
trap 'rm -rf "$work"' EXIT
install_downloader
collect_authorities
if [ -n "$NPMREGISTRY" ]; then install_from_npm; else install_native; fi
place_binary
write_command
remove_downloader
prepare_config_dir
write_managed_settings
write_locale
