#!/bin/sh
# `gh` inside the sandbox, where there is neither a token nor a way to GitHub. What it shows was rendered before the run
# began (src/github/tool-files.ts); what it shall say goes to the outbox, which Airlock reads when Claude has ended.
# Output and exit codes are those of GitHub's own command line where no terminal is there: https://cli.github.com/manual
# Needs a POSIX shell, cat, wc and mv; jq only for filters beyond a field.
set -eu

context=${AIRLOCK_CONTEXT:-/airlock/context}
outbox=${AIRLOCK_OUTBOX:-/airlock/outbox}
tools=${AIRLOCK_TOOLS:-$context/bin}
data=$context/gh
most_bytes=65536

say() { printf '%s\n' "$*" >&2; }

refuse() {
  say "$*"
  exit 1
}

fact() { cat "$data/$1" 2>/dev/null || true; }

# shellcheck source=src/github/gh-arguments.sh
. "$tools/gh-arguments.sh"
# shellcheck source=src/github/gh-elsewhere.sh
. "$tools/gh-elsewhere.sh"

# --- JSON ------------------------------------------------------------------------------------------------------------

# Ends with an error unless every field asked for is there. $1: folder of the fragments.
check_fields() {
  [ -z "$template" ] || refuse '--template is not available here: leave it out and read the JSON'
  [ -n "$fields" ] || refuse "Specify one or more comma-separated fields for \`--json\`:$(list_fields "$1")"
  rest=$fields,
  while [ -n "$rest" ]; do
    field=${rest%%,*} rest=${rest#*,}
    case $field in
      '' | *[!A-Za-z]*) ;;
      *) [ ! -f "$1/$field" ] || continue ;;
    esac
    refuse "Unknown JSON field: \"$field\"
Available fields:$(list_fields "$1")"
  done
}

list_fields() {
  for file in "$1"/*; do printf '\n  %s' "${file##*/}"; done
}

# The object of the fields asked for. $1: folder of the fragments.
object() {
  comma=''
  printf '{'
  for file in "$1"/*; do
    case ",$fields," in
      *",${file##*/},"*)
        printf '%s"%s":' "$comma" "${file##*/}"
        cat "$file"
        comma=,
        ;;
    esac
  done
  printf '}'
}

# JSON from standard input, through --jq if it was given.
print_json() {
  if [ -z "$jq" ]; then
    cat
    echo
  else
    command jq -rc "$jq"
  fi
}

check_jq() {
  [ -n "$has_json" ] || [ -z "$jq$template" ] || refuse 'cannot use --jq or --template without specifying --json'
  [ -z "$jq" ] || command -v jq >/dev/null 2>&1 ||
    refuse "--jq needs the program jq, which is not installed here (without it, only .FIELD, .FIELD.KEY, .FIELD[] and .FIELD[].KEY work): leave --jq out and read the JSON"
}

# --- commands --------------------------------------------------------------------------------------------------------

view() {
  select_subject "$1"
  if [ -n "$has_json" ]; then
    check_fields "$data/$1"
    view_json "$1"
    return 0
  fi
  check_jq
  if [ -n "$comments" ]; then cat "$data/comments"; else cat "$data/view"; fi
}

view_json() {
  # What the simplest of filters print lies ready: .FIELD, .FIELD.KEY, .FIELD[] and .FIELD[].KEY work without jq.
  filter=${jq#.}
  case $jq in
    .*[!][A-Za-z.]* | '' | .) ;;
    .*)
      case ",$fields," in
        *",${filter%%[.[]*},"*)
          if [ -f "$data/text/$filter" ]; then
            cat "$data/text/$filter"
            return 0
          fi
          ;;
      esac
      ;;
  esac
  check_jq
  object "$data/$1" | print_json
}

show_diff() {
  select_subject pr
  if [ -n "$name_only" ]; then cat "$data/names"; else cat "$data/diff"; fi
}

checks() {
  select_subject pr
  [ -s "$data/checks" ] || refuse "no checks reported on the '$branch' branch"
  if [ -z "$has_json" ]; then
    check_jq
    cat "$data/checks"
    exit "$(fact exit)"
  fi
  check_fields "$data/check/0001"
  check_jq
  each_check | print_json
}

each_check() {
  before='['
  for folder in "$data/check"/*; do
    printf '%s' "$before"
    object "$folder"
    before=,
  done
  printf ']'
}

list() {
  own=$(fact repository)
  check_repository
  [ -z "$not_applied" ] || say "not applied here:$not_applied"
  [ -z "$has_json" ] || check_fields "$data/$1"
  check_jq
  say "only what this run is about is known here; others can not be listed"
  if is_listed "$1"; then
    if [ -n "$has_json" ]; then (printf '[' && object "$data/$1" && printf ']') | print_json; else cat "$data/list"; fi
  elif [ -n "$has_json" ]; then printf '[]' | print_json; fi
}

is_listed() {
  case $1/$(fact kind) in
    pr/pull | issue/issue) ;;
    *) return 1 ;;
  esac
  actual=$(fact state)
  case ${state:-open} in
    all | "$actual") ;;
    closed) [ "$actual" = merged ] || return 1 ;;
    *) return 1 ;;
  esac
  [ -z "$head" ] || [ "$head" = "$(fact branch)" ] || return 1
  [ -z "$base" ] || [ "$base" = "$(fact base)" ] || return 1
  [ -z "$author" ] || [ "$author" = "$(fact author)" ] || return 1
}

comment() {
  select_subject "$1"
  case $has_body in
    '') refuse 'flags required when not running interactively: give the text with --body or --body-file' ;;
    b) ;;
    f) if [ "$body_file" = - ]; then body=$(cat); else body=$(cat -- "$body_file"); fi ;;
    *) refuse 'specify only one of --body or --body-file' ;;
  esac
  case $body in
    *[![:space:]]*) ;;
    *) refuse 'Body cannot be blank' ;;
  esac
  if [ -n "$edit_last" ]; then post tracking; else post comment; fi
  say "In the outbox: Airlock publishes it on #$number when you have finished and the checks have passed."
  fact url
  echo
}

# Leaves the body in the outbox, whole from the moment that it has its name. $1: kind of entry.
post() {
  [ -w "$outbox" ] || refuse "the outbox ($outbox) can not be written to"
  part=$outbox/.part-$$
  umask 022
  printf '%s' "$body" >"$part"
  bytes=$(($(wc -c <"$part")))
  if [ "$bytes" -gt "$most_bytes" ]; then
    rm -f "$part"
    refuse "Body is too long (maximum is $most_bytes bytes, this has $bytes): say it shorter"
  fi
  entry=1
  until (set -C && : >"$outbox/$(printf '%03d' "$entry").$1") 2>/dev/null; do
    entry=$((entry + 1))
    [ "$entry" -le 200 ] || {
      rm -f "$part"
      refuse 'the outbox is full'
    }
  done
  mv "$part" "$outbox/$(printf '%03d' "$entry").$1"
}

main() {
  case ${1-} in
    '' | help | --help | -h)
      usage
      return 0
      ;;
    --version | version)
      echo "gh version 2.0.0 (Airlock's stand-in)"
      return 0
      ;;
  esac
  command="$1 ${2-}"
  case $command in
    'pr view' | 'pr diff' | 'pr checks' | 'pr comment' | 'pr list' | 'issue view' | 'issue comment' | 'issue list') ;;
    *) elsewhere "${command% }" ;;
  esac
  shift 2
  read_arguments "$@"
  [ -d "$data" ] || refuse "this run has no briefing ($data is missing): nothing of GitHub can be read here"
  case $command in
    'pr view' | 'issue view') view "${command% *}" ;;
    'pr diff') show_diff ;;
    'pr checks') checks ;;
    'pr comment' | 'issue comment') comment "${command% *}" ;;
    'pr list' | 'issue list') list "${command% *}" ;;
  esac
}

main "$@"
