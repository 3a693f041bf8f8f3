#!/bin/sh
# Computes what changed in the workspace. Runs in a helper container without network and capabilities, after everything
# in the sandbox was stopped. The workspace is hostile: git never looks around in it, but is told file by file what to
# take, through a git directory that was never in the sandbox's reach.
#
# Arguments: prefix of paths in the patch; `contents` if the accepted files shall come along whole, or `patch`.
# Output: sections, each `@<name> <bytes>` on a line and then that many bytes. Twice it reads two lists from standard
# input, each announced by its length on a line: after `ignored` the paths to forget and those to take, after `converted`
# the index entries for the patch and for the withheld one.
set -eu

prefix=$1
what=$2
export HOME=/tmp GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=0 LC_ALL=C
export GIT_DIR=/baseline/git GIT_WORK_TREE=/workspace GIT_LITERAL_PATHSPECS=1 GIT_OPTIONAL_LOCKS=0
export GIT_INDEX_FILE=/tmp/index GIT_OBJECT_DIRECTORY=/tmp/objects GIT_ALTERNATE_OBJECT_DIRECTORIES=/baseline/git/objects
base=$(cat /baseline/tree)

section() {
  printf '@%s %s\n' "$1" "$(wc -c <"$2")"
  cat "$2"
}

# Reads a list of standard input into a file.
receive() {
  read -r length
  head -c "$length" >"$1"
}

# The stamps are as fill.sh wrote them. Beside them: what can not be read, what may be a repository, and where patterns
# of ignored files are (a named pipe of that name would make git wait for ever).
list_files() {
  find . -mindepth 1 -path ./.git -prune -o \( -printf '%y %m %s %C@ %i %P\0' \
    , -type f ! -readable -fprintf /tmp/unread '%P\0' \
    , -type d ! \( -readable -executable \) -fprintf /tmp/unread '%P\0' \
    , -iname .git -fprintf /tmp/nested '%P\0' \
    , ! -type d \( -iname HEAD -o -iname config -o -iname commondir \) -fprintf /tmp/markers '%P\0' \
    , -type d \( -iname objects -o -iname refs -o -iname hooks \) -fprintf /tmp/markers '%P\0' \
    , -name .gitignore -type f -readable -size -2048 -fprintf /tmp/ignore-files '%P\0' \
    \) 2>/dev/null | sort -z >/tmp/stamps
  comm -z -3 /baseline/stamps /tmp/stamps >/tmp/differences
}

# Which of the new things git would pass over. It is asked about copies of the patterns, in a folder with nothing else.
# The dot before each path is for names that start with a colon.
list_ignored() {
  mkdir /tmp/shadow
  if [ -s /tmp/ignore-files ]; then
    tar -c -f - --null --no-recursion --mode=u+rw --files-from=/tmp/ignore-files | tar -x -f - -C /tmp/shadow
  fi
  comm -z -13 /baseline/stamps /tmp/stamps | cut -z -d ' ' -f 6- >/tmp/new
  sort -z -u /tmp/new /tmp/unread /tmp/nested /tmp/markers | sed -z 's,^,./,' >/tmp/asked
  check_ignore /tmp/asked | cut -z -c 3- >/tmp/ignored
}

# Exit code 1 says that none is.
check_ignore() {
  cd /tmp/shadow
  GIT_LITERAL_PATHSPECS=0 GIT_WORK_TREE=/tmp/shadow git check-ignore -z --stdin --no-index <"$1" || [ $? -eq 1 ] || {
    echo 'the ignored files can not be told apart' >&2
    kill $$
  }
}

# Forgetting a file first makes git read it again whatever its times say.
stage_changes() {
  cp /baseline/git/index /tmp/index
  if [ -s /tmp/gone ]; then git update-index -z --force-remove --stdin </tmp/gone; fi
  if [ -s /tmp/taken ]; then git update-index -z --add --replace --stdin </tmp/taken >&2; fi
  tree=$(git write-tree)
}

describe_changes() {
  git diff-tree -r -z --raw --full-index -M "$base" "$tree" >/tmp/raw
  # `:old new sha sha status` fields; the fourth of each record is the new object.
  sed -z -n 's/^:[0-7]* [0-7]* [0-9a-f]* \([0-9a-f]*\) [A-Z][0-9]*$/\1/p' /tmp/raw | tr '\0' '\n' |
    git cat-file --batch-check='%(objectname) %(objectsize)' >/tmp/sizes
  git ls-files -z --stage >/tmp/tree
  cut -z -f 2- /tmp/tree >/tmp/paths
  # Links of the whole tree, changed or not: where one leads may depend on another.
  grep -z '^120000 ' /tmp/tree >/tmp/links || true
  cut -z -d ' ' -f 2 /tmp/links | tr '\0' '\n' | sort -u | git cat-file --batch >/tmp/targets
  git diff-tree -r -z --name-only --no-renames "$base" "$tree" >/tmp/changed
  GIT_DIR=/baseline/attributes git --attr-source="$base" check-attr -z --stdin filter working-tree-encoding ident \
    </tmp/changed >/tmp/converted
}

patch_of() {
  git diff-tree -r -p --binary --full-index -M --no-ext-diff --no-textconv --no-color \
    --src-prefix="a/$prefix" --dst-prefix="b/$prefix" "$base" "$1"
}

# The tree that index entries make of the baseline.
tree_with() {
  if [ ! -s "$1" ]; then
    echo "$base"
    return
  fi
  cp /baseline/git/index /tmp/index
  git update-index -z --index-info <"$1"
  git write-tree
}

# The patch is tried before it is handed out: on the baseline it has to give exactly the accepted tree.
try_patch() {
  depth=$(printf 'a/%s' "$prefix" | tr -cd / | wc -c)
  cp /baseline/git/index /tmp/index
  git apply --cached --whitespace=nowarn "-p$depth" /tmp/patch
  if [ "$(git write-tree)" != "$1" ]; then
    echo 'the patch does not give the accepted tree' >&2
    exit 1
  fi
}

# The accepted files as git has them now; an entry without a mode is a deletion.
contents_of() {
  grep -z -v '^0 ' "$1" | cut -z -d ' ' -f 2 | tr '\0' '\n' | sort -u | git cat-file --batch
}

mkdir /tmp/objects
cd /workspace
list_files
list_ignored
for name in differences unread nested markers ignored; do section "$name" "/tmp/$name"; done
receive /tmp/gone
receive /tmp/taken
stage_changes
describe_changes
for name in raw sizes paths links targets converted; do section "$name" "/tmp/$name"; done
receive /tmp/entries
receive /tmp/withheld-entries
accepted=$(tree_with /tmp/entries)
withheld=$(tree_with /tmp/withheld-entries)
patch_of "$accepted" >/tmp/patch
if [ -s /tmp/patch ]; then try_patch "$accepted"; fi
git diff-tree -r --numstat -M "$base" "$accepted" >/tmp/numstat
patch_of "$withheld" >/tmp/withheld
for name in numstat patch withheld; do section "$name" "/tmp/$name"; done
if [ "$what" = contents ]; then
  contents_of /tmp/entries >/tmp/contents
  section contents /tmp/contents
fi
