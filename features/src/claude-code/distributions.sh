# Part of install.sh: where Claude Code comes from. Each way leaves the checked binary in $work/claude, or sets present.
# shellcheck shell=sh disable=SC2154,SC2034 # variables of install.sh

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
