#!/bin/sh
# Fills the workspace and its baseline from the stream on standard input: an archive of the files in frames, and after it
# an archive of the history. Runs in a helper container without network and capabilities, before anything of the project
# has run: what it reads comes from the host alone.
set -eu

export HOME=/tmp GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C
in=/baseline/in
umask 022

# Each frame is a line with its length and that many bytes; a length of 0 ends the archive.
unframe() {
  while read -r bytes && [ "$bytes" -gt 0 ]; do
    dd bs="$bytes" count=1 iflag=fullblock status=none
  done
}

# Absolute names, so that links are made at once and not as placeholders that turn into links at the end.
extract() {
  unframe | tar -x -P -f - -C / --no-same-owner
}

in_baseline() {
  GIT_DIR=/baseline/git GIT_WORK_TREE=/workspace "$@"
}

in_workspace() {
  GIT_DIR=/workspace/.git GIT_WORK_TREE=/workspace "$@"
}

# A git directory that the sandbox never sees, for exactly the bytes that were copied.
start_baseline() {
  git init -q --bare --object-format="$(cat "$in/format")" --template= /baseline/git 2>/dev/null
  mkdir -p /baseline/git/info
  cat >>/baseline/git/config <<'CONFIG'
[core]
	bare = false
	autocrlf = false
	compression = 0
	ignoreCase = false
	# Names that would be trouble elsewhere have to be seen before they can be refused.
	protectHFS = false
	protectNTFS = false
CONFIG
  # Raw bytes: no attribute of the workspace's may convert, filter or hide anything.
  echo '* -text !eol -ident -filter !working-tree-encoding !diff !merge' >/baseline/git/info/attributes
  if [ -e "$in/exclude" ]; then cp "$in/exclude" /baseline/git/info/exclude; fi
  # And one more, that knows only which conversions the host's git would do.
  git init -q --bare --object-format="$(cat "$in/format")" --template= /baseline/attributes 2>/dev/null
  if [ -e "$in/attributes" ]; then
    mkdir -p /baseline/attributes/info
    cp "$in/attributes" /baseline/attributes/info/attributes
    cp "$in/attributes-below" /baseline/attributes/below
    printf '[core]\n\tattributesFile = /baseline/attributes/below\n' >>/baseline/attributes/config
  fi
  if [ -e "$in/index-base" ]; then
    in_baseline git update-index -z --index-info <"$in/index-base"
    # Which files are as the index has them; the objects themselves are not needed for that. Others are no failure.
    in_baseline git update-index -q --refresh >/dev/null || true
  fi
}

# A .git with the host's history and index, a config of airlock's and no hooks.
lay_out_repository() {
  git_dir=/workspace/.git
  mkdir -p "$git_dir/objects/pack" "$git_dir/objects/info" "$git_dir/refs/heads" "$git_dir/refs/tags" "$git_dir/info"
  cp "$in/head" "$git_dir/HEAD"
  cp "$in/config" "$git_dir/config"
  cp "$in/packed-refs" "$git_dir/packed-refs"
  cp "$in/exclude" "$git_dir/info/exclude"
  if [ -s "$in/shallow" ]; then cp "$in/shallow" "$git_dir/shallow"; fi
  for file in "$in"/pack-*; do
    if [ -e "$file" ]; then cp "$file" "$git_dir/objects/pack/"; fi
  done
  if [ -s "$in/tree" ]; then
    commit=$(in_workspace git commit-tree -F "$in/message" "$(cat "$in/tree")")
    in_workspace git update-ref refs/heads/main "$commit"
  fi
  # With the baseline's stat data: only what differs from the index has to be read again.
  if [ -e /baseline/git/index ]; then cp /baseline/git/index "$git_dir/index"; fi
  in_workspace git update-index -z --index-info <"$in/index-rest"
  in_workspace git update-index -z --skip-worktree --stdin <"$in/skip"
  in_workspace git --literal-pathspecs add -f --intent-to-add --pathspec-from-file="$in/intended" --pathspec-file-nul
  in_workspace git update-index -q --refresh >/dev/null || true
}

# Type, mode, size, time of the last change of any kind, inode and name of everything there is. What an agent changes
# gets a new ctime whatever it does to the mtime; git itself would compare whole seconds.
write_stamps() {
  find . -mindepth 1 -path ./.git -prune -o -printf '%y %m %s %C@ %i %P\0' | sort -z >/baseline/stamps
}

finish_baseline() {
  for file in "$in"/pack-*; do
    if [ -e "$file" ]; then mv "$file" /baseline/git/objects/pack/; fi
  done
  in_baseline git add -A -f .
  in_baseline git write-tree >/baseline/tree
  write_stamps
  rm -rf "$in"
}

cd /workspace
extract
echo files-ready
start_baseline &
extract
if [ ! -e "$in/complete" ]; then
  echo 'the copy ended early' >&2
  exit 1
fi
wait $!
if [ -e "$in/head" ]; then lay_out_repository; fi
finish_baseline
echo baseline-ready
