#!/bin/sh
# Fills the workspace and its baseline from the tar stream on standard input. Runs in a helper container without network
# and capabilities, before anything of the project has run: what it reads comes from the host alone.
set -eu

export HOME=/tmp GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
in=/baseline/in
umask 022

# A .git with the host's history and index, a config of airlock's and no hooks.
lay_out_repository() {
  git_dir=/workspace/.git
  mkdir -p "$git_dir/objects/pack" "$git_dir/objects/info" "$git_dir/refs/heads" "$git_dir/refs/tags" "$git_dir/info"
  cp "$in/head" "$git_dir/HEAD"
  cp "$in/config" "$git_dir/config"
  cp "$in/packed-refs" "$git_dir/packed-refs"
  if [ -s "$in/shallow" ]; then cp "$in/shallow" "$git_dir/shallow"; fi
  for file in "$in"/pack-*; do
    if [ -e "$file" ]; then cp "$file" "$git_dir/objects/pack/"; fi
  done
  cd /workspace
  export GIT_DIR="$git_dir" GIT_WORK_TREE=/workspace
  if [ -s "$in/tree" ]; then
    commit=$(git commit-tree -F "$in/message" "$(cat "$in/tree")")
    git update-ref refs/heads/main "$commit"
  fi
  git update-index -z --index-info <"$in/index"
  git update-index -z --skip-worktree --stdin <"$in/skip"
  # Stat data, so that the first `git status` inside is quick. Changed files are no failure.
  git update-index -q --refresh >/dev/null || true
  unset GIT_DIR GIT_WORK_TREE
}

# The baseline: exactly the bytes that were copied, in a git directory that the sandbox never sees.
lay_out_baseline() {
  export GIT_DIR=/baseline/git GIT_WORK_TREE=/workspace
  git init -q --object-format="$(cat "$in/format")" --template= 2>/dev/null
  git config core.autocrlf false
  git config core.compression 0
  git config core.ignoreCase false
  # Names that would be trouble elsewhere have to be seen before they can be refused.
  git config core.protectHFS false
  git config core.protectNTFS false
  mkdir -p "$GIT_DIR/info"
  # Raw bytes: no attribute of the workspace's may convert, filter or hide anything.
  echo '* -text !eol -ident -filter !working-tree-encoding !diff !merge' >"$GIT_DIR/info/attributes"
  for file in "$in"/pack-*; do
    if [ -e "$file" ]; then mv "$file" "$GIT_DIR/objects/pack/"; fi
  done
  cd /workspace
  if [ -e "$in/base-index" ]; then
    git update-index -z --index-info <"$in/base-index"
    git add -A .
    if [ -s "$in/forced" ]; then
      GIT_LITERAL_PATHSPECS=1 git add -f --pathspec-from-file="$in/forced" --pathspec-file-nul
    fi
  else
    git add -A -f .
  fi
  git write-tree >/baseline/tree
  rm -rf "$in"
}

tar -x -f - -C / --no-same-owner
echo files-ready
if [ -e "$in/head" ]; then lay_out_repository; fi
lay_out_baseline
echo baseline-ready
