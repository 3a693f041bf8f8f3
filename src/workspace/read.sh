#!/bin/sh
# Computes what changed in the workspace. Runs in a helper container without network and capabilities, after everything
# in the sandbox was stopped. The workspace is hostile: it is read as data, through a git directory that was never in its
# reach, and nothing of its own .git is looked at.
#
# Arguments: limit of changed bytes, prefix of paths in the patch.
# Output: sections, each `@<name> <bytes>` on a line and then that many bytes. After the section `unread` it reads two
# index-info lists from standard input, each announced by its length on a line, and answers with the patches.
set -eu

limit=$1
prefix=$2
export HOME=/tmp GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=0
export GIT_DIR=/baseline/git GIT_WORK_TREE=/workspace GIT_LITERAL_PATHSPECS=1 GIT_OPTIONAL_LOCKS=0
export GIT_INDEX_FILE=/tmp/index GIT_OBJECT_DIRECTORY=/tmp/objects GIT_ALTERNATE_OBJECT_DIRECTORIES=/baseline/git/objects
base=$(cat /baseline/tree)

section() {
  printf '@%s %s\n' "$1" "$(wc -c <"$2")"
  cat "$2"
}

# Everything about a path that git does not tell. The workspace's own .git is the agent's and stays out.
inspect_files() {
  cd /workspace
  find . -path ./.git -prune -o \( ! -type f ! -type d ! -type l -o -type f -perm /6000 \) -printf '%y %m %P\0' \
    >/tmp/special 2>/tmp/find-errors || true
  find . -path ./.git -prune -o -iname '.git' -printf '%P\0' >/tmp/nested 2>/dev/null || true
  find . -path ./.git -prune -o \( -type f -o -type d \) ! -readable -printf '%P\0' >/tmp/unread 2>/dev/null || true
}

# Disk and memory must survive a workspace full of huge files: they are counted before they are read.
count_changed_bytes() {
  cd /workspace
  git ls-files -z --modified --others --exclude-standard 2>/dev/null |
    xargs -0 -r stat -c '%s' -- 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f", sum }'
}

# `git add` would take a link to a repository's inside, or a nested repository, as they are: they are judged by mode later.
stage_changes() {
  cd /workspace
  git add -A --ignore-errors . >/dev/null 2>/tmp/add-errors || true
  if grep -qi 'no space left' /tmp/add-errors; then
    echo 'no space left on device' >&2
    exit 1
  fi
}

patch_of() {
  git diff-tree -r -p --binary --full-index -M --no-ext-diff --no-textconv --no-color \
    --src-prefix="a/$prefix" --dst-prefix="b/$prefix" "$base" "$1"
}

# Reads a list of `mode sha 0<tab>path` entries and writes the tree that they make of the baseline.
tree_with() {
  read -r length
  head -c "$length" >/tmp/entries
  rm -f /tmp/index-two
  GIT_INDEX_FILE=/tmp/index-two git read-tree "$base"
  GIT_INDEX_FILE=/tmp/index-two git update-index -z --index-info </tmp/entries
  GIT_INDEX_FILE=/tmp/index-two git write-tree
}

mkdir -p /tmp/objects
cp /baseline/git/index /tmp/index 2>/dev/null || git read-tree "$base"
inspect_files
changed=$(count_changed_bytes)
if [ "$changed" -gt "$limit" ]; then
  printf '%s' "$changed" >/tmp/changed
  section too-large /tmp/changed
  exit 0
fi
stage_changes
tree=$(git write-tree)
git diff-tree -r -z --raw --full-index -M "$base" "$tree" >/tmp/raw
# `:old new sha sha status` fields; the fourth of each record is the new object.
tr '\0' '\n' </tmp/raw | awk '/^:[0-7]+ [0-7]+ [0-9a-f]+ [0-9a-f]+ [A-Z]/ && $2 != "160000" && $4 !~ /^0+$/ { print $4 }' |
  git cat-file --batch-check='%(objectname) %(objectsize)' >/tmp/sizes
# Where the changed links point: their object's content is the target.
tr '\0' '\n' </tmp/raw | awk '/^:[0-7]+ 120000 / { print $4 }' | sort -u | while read -r sha; do
  printf '%s ' "$sha"
  git cat-file blob "$sha" | head -c 4096
  printf '\0'
done >/tmp/links
section raw /tmp/raw
section sizes /tmp/sizes
section links /tmp/links
section special /tmp/special
section nested /tmp/nested
section unread /tmp/unread

accepted=$(tree_with)
withheld=$(tree_with)
patch_of "$accepted" >/tmp/patch
# The patch is tried before it is handed out: on the baseline it has to give exactly the accepted tree.
rm -f /tmp/index-two
GIT_INDEX_FILE=/tmp/index-two git read-tree "$base"
if [ -s /tmp/patch ]; then
  depth=$(printf 'a/%s' "$prefix" | tr -cd / | wc -c)
  GIT_INDEX_FILE=/tmp/index-two git apply --cached --whitespace=nowarn "-p$depth" /tmp/patch
fi
[ "$(GIT_INDEX_FILE=/tmp/index-two git write-tree)" = "$accepted" ] || {
  echo 'the patch does not give the accepted tree' >&2
  exit 1
}
git diff-tree -r --numstat -M "$base" "$accepted" >/tmp/numstat
section numstat /tmp/numstat
section patch /tmp/patch
patch_of "$withheld" >/tmp/withheld
section withheld /tmp/withheld
