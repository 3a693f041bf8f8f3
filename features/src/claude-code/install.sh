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

# A downloader, only for as long as it is needed.
install_downloader() {
  added=
  if have curl || have wget; then return; fi
  if have apt-get; then
    added=apt
    apt_packages >"$work/packages"
    export DEBIAN_FRONTEND=noninteractive
    own_debconf
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends curl ca-certificates; } >"$work/packages.log" 2>&1 ||
      package_failure
  elif have apk; then
    added=apk
    apk add -q --no-cache --virtual .claude-code-downloader curl ca-certificates >"$work/packages.log" 2>&1 || package_failure
  elif have dnf; then
    added=dnf
    dnf install -y -q curl >"$work/packages.log" 2>&1 || package_failure
  elif have zypper; then
    added=zypper
    zypper -q -n install curl >"$work/packages.log" 2>&1 || package_failure
  else
    fail 'neither curl nor wget is in the image, and no package manager is known' 'Install curl in the Dockerfile.'
  fi
}

package_failure() {
  tail -5 "$work/packages.log" >&2
  fail 'curl could not be installed' "Install curl in the Dockerfile, or check the build's way to the package mirror."
}

# debconf writes its whole database anew for a package that asks nothing: to a copy, that the image's stays as it is.
own_debconf() {
  [ -r /etc/debconf.conf ] && cp -r /var/cache/debconf "$work/debconf" || return 0
  sed "s#/var/cache/debconf#$work/debconf#" /etc/debconf.conf >"$work/debconf.conf"
  export DEBCONF_SYSTEMRC="$work/debconf.conf"
}

apt_packages() { dpkg-query -W -f '${binary:Package}\n' | sort; }

# What came with it, and nothing that the image had: apt's own idea of what nobody needs takes in more, and less.
remove_downloader() {
  case $added in
    apt)
      apt_packages | comm -13 "$work/packages" - | xargs -r apt-get purge -y -qq
      apt-get clean
      rm -rf /var/lib/apt/lists/*
      ;;
    apk) apk del -q .claude-code-downloader ;;
    dnf) dnf remove -y -q curl && dnf clean all ;;
    zypper) zypper -q -n remove curl && zypper -q clean --all ;;
  esac >/dev/null 2>&1 || true
}

# download URL FILE: 0 done, 4 not found (the caller knows what that means); everything else ends here. A transfer that
# was cut goes on from where it was; what comes of it is checked by its hash in any case.
download() {
  try=1
  rm -f "$2"
  while :; do
    resume=false
    if [ -s "$2" ]; then resume=true; fi
    download_once "$1" "$2"
    case $outcome in
      ok) return 0 ;;
      missing) return 4 ;;
      tls)
        fail "the certificate of $(host_of "$1") is not trusted" \
          'Behind a TLS-inspecting proxy, copy its CA into the image and give its path as option caCertificate.'
        ;;
      unverified) fail 'the wget of this image does not check certificates' 'Install curl in the Dockerfile.' ;;
      full) fail "the disk is full: $2 could not be written" 'Free space where the engine keeps its images.' ;;
      transient) ;;
      stale) rm -f "$2" ;;
      *) fail "$(host_of "$1") refused the download ($outcome)" 'Check the registry and the proxy settings of the build.' ;;
    esac
    [ "$try" -lt "$TRIES" ] || fail "$(host_of "$1") can not be reached" "$detail" \
      "Check the build's network and proxy, or give an npm mirror as option npmRegistry."
    try=$((try + 1))
    sleep $((try * try))
  done
}

# Downloaders trust one file: the image's own authorities go in beside the option's.
collect_authorities() {
  if [ -z "$CACERTIFICATE" ]; then return; fi
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
    if [ -r "$bundle" ]; then
      cat "$bundle"
      break
    fi
  done >"$work/authorities"
  { echo && cat "$CACERTIFICATE"; } >>"$work/authorities"
}

host_of() { echo "$1" | sed 's#^[a-z]*://##; s#/.*##'; }

download_once() {
  if have curl; then curl_once "$1" "$2"; else wget_once "$1" "$2"; fi
}

curl_once() {
  set -- "$1" "$2" --silent --show-error --location --connect-timeout 15 --speed-limit 1000 --speed-time 30
  if [ -n "$CACERTIFICATE" ]; then set -- "$@" --cacert "$work/authorities"; fi
  if [ "$resume" = true ]; then set -- "$@" --continue-at -; fi
  url=$1
  file=$2
  shift 2
  code=0
  status=$(curl "$@" --output "$file" --write-out '%{http_code}' "$url" 2>"$work/download.log") || code=$?
  detail=$(head -1 "$work/download.log")
  case $code:$status in
    0:2*) outcome=ok ;;
    0:404) outcome=missing ;;
    0:416 | 33:*) outcome=stale ;;
    0:408 | 0:429 | 0:5*) outcome=transient ;;
    0:*) outcome="HTTP $status" ;;
    35:* | 51:* | 58:* | 60:* | 77:*) outcome=tls ;;
    23:*) outcome=full ;;
    *) outcome=transient ;;
  esac
}

wget_once() {
  set -- "$1" "$2" -T 30
  if [ -n "$CACERTIFICATE" ] && wget --help 2>&1 | grep -q -- --ca-certificate; then
    set -- "$@" "--ca-certificate=$work/authorities"
  fi
  if [ "$resume" = true ]; then set -- "$@" -c; fi
  url=$1
  file=$2
  shift 2
  ended=0
  wget "$@" -O "$file" "$url" 2>"$work/download.log" || ended=$?
  # Busybox built without a TLS library takes anybody's certificate, and only mentions it.
  if grep -q 'validation not implemented' "$work/download.log"; then
    outcome=unverified
  elif [ "$ended" -eq 0 ]; then
    outcome=ok
  elif grep -q '404' "$work/download.log"; then
    outcome=missing
  elif grep -qi 'certificate' "$work/download.log"; then
    outcome=tls
  elif grep -qi 'no space left' "$work/download.log"; then
    outcome=full
  elif grep -q ' 40[0-9]' "$work/download.log"; then
    outcome="HTTP $(sed -n 's/.* \(40[0-9]\).*/\1/p' "$work/download.log" | head -1)"
  else
    outcome=transient
  fi
  detail=$(tail -1 "$work/download.log")
}

# json_value FILE KEY: the first string of that name. The documents are ours to expect, not to parse in general.
json_value() {
  tr -d '\n' <"$1" | sed -n "s/.*\"$2\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p"
}

not_found() {
  near=$(near_versions)
  fail "there is no Claude Code $VERSION for $platform" "${near:-Name a version that was published, or latest.}"
}

# A sentence with versions that there are: those of the same line, or the newest.
near_versions() {
  if [ -z "$NPMREGISTRY" ]; then
    for name in latest stable; do
      if download "$RELEASES/$name" "$work/version"; then echo "$name is $(tr -d '[:space:]' <"$work/version")."; fi
    done | tr '\n' ' '
    return
  fi
  download "${NPMREGISTRY%/}/@anthropic-ai/claude-code-$platform" "$work/all" || return 0
  tr ',' '\n' <"$work/all" | tr '{' '\n' | sed -n 's/^[[:space:]]*"\([0-9]*\.[0-9]*\.[0-9]*\)":.*/\1/p' >"$work/versions"
  if ! grep "^${VERSION%.*}\." "$work/versions" >"$work/near"; then cp "$work/versions" "$work/near"; fi
  echo "There are $(sort -u -t . -k 1,1n -k 2,2n -k 3,3n "$work/near" | tail -5 | tr '\n' ' ')and others."
}

install_native() {
  if exact_version "$VERSION" && up_to_date; then return; fi
  case $VERSION in
    latest | stable)
      download "$RELEASES/$VERSION" "$work/version" || fail "the newest version can not be found at $(host_of "$RELEASES")"
      VERSION=$(tr -d '[:space:]' <"$work/version")
      exact_version "$VERSION" || fail 'the distribution names no version'
      ;;
  esac
  if up_to_date; then return; fi
  download "$RELEASES/$VERSION/manifest.json" "$work/manifest" || not_found
  # One platform's object of the manifest: {"linux-x64": {"checksum": "…", …}, …}
  tr -d '\n' <"$work/manifest" | sed -n "s/.*\"$platform\"[[:space:]]*:[[:space:]]*{\([^}]*\)}.*/{\1}/p" >"$work/platform"
  wanted=$(json_value "$work/platform" checksum)
  [ "${#wanted}" -eq 64 ] || not_found
  download "$RELEASES/$VERSION/$platform/claude" "$work/claude" || not_found
  got=$(sha256sum "$work/claude" | cut -d ' ' -f 1)
  [ "$got" = "$wanted" ] || hash_mismatch
}

install_from_npm() {
  package=@anthropic-ai/claude-code-$platform
  tag=$VERSION
  if exact_version "$VERSION" && up_to_date; then return; fi
  download "${NPMREGISTRY%/}/$package/$tag" "$work/package.json" || not_found
  VERSION=$(json_value "$work/package.json" version)
  exact_version "$VERSION" || fail "the npm registry's answer about $package can not be read"
  if up_to_date; then return; fi
  integrity=$(json_value "$work/package.json" integrity)
  tarball=$(json_value "$work/package.json" tarball)
  case $integrity in
    sha512-*) ;;
    *) fail "the npm registry gives no sha512 for $package $VERSION" ;;
  esac
  download "$tarball" "$work/package.tgz" || not_found
  wanted=$(printf '%s' "${integrity#sha512-}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  got=$(sha512sum "$work/package.tgz" | cut -d ' ' -f 1)
  [ "$got" = "$wanted" ] || hash_mismatch
  tar -xzf "$work/package.tgz" -C "$work" package/claude || fail 'the package holds no binary, or the disk is full'
  mv "$work/package/claude" "$work/claude"
}

hash_mismatch() {
  fail "what was downloaded is not Claude Code $VERSION: its hash is wrong" \
    'Nothing was installed. A proxy or mirror may have changed it: try again, or another source.'
}

up_to_date() {
  [ -x "$BINARY" ] && [ "$(cat "$BINARY.version" 2>/dev/null)" = "$VERSION $platform" ] && present=true
}

# Into place whole: a build that is cut off leaves no half binary.
place_binary() {
  if [ "$present" = true ]; then
    echo "Claude Code $VERSION is installed already"
    return
  fi
  mkdir -p "${BINARY%/*}"
  chown 0:0 "$work/claude"
  chmod 0755 "$work/claude"
  mv "$work/claude" "$BINARY"
  echo "$VERSION $platform" >"$BINARY.version"
  echo "Claude Code $VERSION for $platform is installed"
}

# Claude Code updates itself into the home of who runs it, and can't into the image. What a user has there goes first,
# or the update would be made and never used.
write_command() {
  mkdir -p "${COMMAND%/*}"
  if [ "$AUTOUPDATE" = true ]; then
    cat >"$work/command" <<COMMAND
#!/bin/sh
if [ -x "\$HOME/.local/bin/claude" ]; then exec "\$HOME/.local/bin/claude" "\$@"; fi
exec $BINARY "\$@"
COMMAND
    chmod 0755 "$work/command"
  else
    ln -s "$BINARY" "$work/command"
  fi
  mv -f "$work/command" "$COMMAND"
}

# A fresh volume takes owner and mode from this folder. The user's ids may change after the build (updateRemoteUserUID),
# so everybody in the container may write. No sticky bit: Claude Code replaces its settings whole, by a rename, and where
# that is refused it writes over them in place, which two sessions at once can tear.
prepare_config_dir() {
  mkdir -p "$CONFIG_DIR"
  chmod 0777 "$CONFIG_DIR"
  if [ ! -e "$CONFIG_DIR/.claude.json" ]; then
    echo '{"hasCompletedOnboarding":true}' >"$CONFIG_DIR/.claude.json"
    chmod 0666 "$CONFIG_DIR/.claude.json"
    user=${_REMOTE_USER:-root}
    if id "$user" >/dev/null 2>&1; then chown "$user" "$CONFIG_DIR/.claude.json" "$CONFIG_DIR"; fi
  fi
}

# Root's, and read-only to the user: what the image decides. An image with managed settings of its own keeps them, and
# gets ours beside them.
write_managed_settings() {
  settings=/etc/claude-code/managed-settings.json
  mkdir -p "${settings%/*}"
  if [ -e "$settings" ] && ! grep -q "$MARK" "$settings"; then
    settings=/etc/claude-code/managed-settings.d/claude-code-feature.json
    mkdir -p "${settings%/*}"
  fi
  env="\"$MARK\":\"$VERSION\""
  # The second one refuses `claude update` too: what it makes would not be the claude that runs.
  if [ "$AUTOUPDATE" = false ]; then env="$env,\"DISABLE_AUTOUPDATER\":\"1\",\"DISABLE_UPDATES\":\"1\""; fi
  if [ -n "$CACERTIFICATE" ]; then env="$env,\"NODE_EXTRA_CA_CERTS\":\"$CACERTIFICATE\""; fi
  more=
  if [ "$UNATTENDED" = true ]; then
    more=',"permissions":{"defaultMode":"bypassPermissions"},"skipDangerousModePermissionPrompt":true'
  fi
  printf '{"env":{%s}%s}\n' "$env" "$more" >"$settings"
  chmod 0644 "$settings"
}

# Login shells, which is what devcontainer tools take their environment from; an image's own choice stays.
write_locale() {
  mkdir -p /etc/profile.d
  cat >/etc/profile.d/claude-code.sh <<'PROFILE'
if [ -z "${LANG:-}${LC_ALL:-}" ]; then export LANG=C.UTF-8; fi
PROFILE
}

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
