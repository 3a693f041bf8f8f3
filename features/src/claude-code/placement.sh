# Part of install.sh: what stays in the image: the command, the folder for settings, and what the image decides itself.
# shellcheck shell=sh disable=SC2154 # variables of install.sh

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
