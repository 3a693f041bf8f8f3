#!/bin/sh
# Part of gh.sh: reads its arguments, and whether they speak of what this run is about. Sets variables for it.
# shellcheck disable=SC2034

selector='' repo='' fields='' jq='' template='' body='' body_file='' state='' head='' base='' author='' not_applied=''
has_json='' has_body='' comments='' name_only='' edit_last=''

# One reader for all commands: what one of them has no use for changes nothing in what it shows.
read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      # --flag=value and -Fvalue become two words.
      --*=*)
        joined=$1
        shift
        set -- "${joined%%=*}" "${joined#*=}" "$@"
        ;;
      -[RqtbFsHBALSlam]?*)
        joined=$1
        rest=${joined#-?}
        shift
        set -- "${joined%"$rest"}" "$rest" "$@"
        ;;
    esac
    case $1 in
      -R | --repo | -q | --jq | -t | --template | -b | --body | -F | --body-file | -s | --state | -H | --head | -B | --base | \
        -A | --author | -L | --limit | -S | --search | -l | --label | -a | --assignee | -m | --milestone | --app | --mention | \
        -i | --interval | --color)
        [ $# -ge 2 ] || refuse "flag needs an argument: $1"
        take_value "$1" "$2"
        shift
        ;;
      --json)
        has_json=yes
        [ $# -ge 2 ] || return 0
        fields=$2
        shift
        ;;
      -c | --comments) comments=yes ;;
      --name-only) name_only=yes ;;
      --edit-last) edit_last=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      -w | --web) refuse 'there is no browser here; leave --web out' ;;
      -e | --editor) refuse 'there is no editor here; give the text with --body or --body-file' ;;
      --create-if-none | --patch | --watch | --fail-fast | --required | -d | --draft) ;;
      --)
        shift
        [ $# -eq 0 ] || selector=$1
        return 0
        ;;
      -?*) refuse "unknown flag: $1" ;;
      *)
        [ -z "$selector" ] || refuse "accepts at most 1 arg(s), received another: $1"
        selector=$1
        ;;
    esac
    shift
  done
}

take_value() {
  case $1 in
    -R | --repo) repo=$2 ;;
    -q | --jq) jq=$2 ;;
    -t | --template) template=$2 ;;
    -b | --body) body=$2 has_body=${has_body}b ;;
    -F | --body-file) body_file=$2 has_body=${has_body}f ;;
    -s | --state) state=$2 ;;
    -H | --head) head=$2 ;;
    -B | --base) base=$2 ;;
    -A | --author) author=$2 ;;
    -L | --limit | -i | --interval | --color) ;;
    *) not_applied="$not_applied $1" ;;
  esac
}

# --- what the run is about -------------------------------------------------------------------------------------------

# Ends with an error unless the selector names the subject of this run. $1: pr or issue.
select_subject() {
  kind=$(fact kind) number=$(fact number) own=$(fact repository) branch=$(fact branch)
  check_repository
  [ "$kind" != none ] || refuse "this run is about no issue or pull request, so there is none to read or to answer here"
  case $1/$kind in
    pr/issue) refuse "this run is about issue #$number; no pull request can be read or answered here" ;;
  esac
  case $selector in
    '' | "$number" | "#$number") return 0 ;;
    http*"/$own/pull/$number" | http*"/$own/pull/$number"[/#?]* | http*"/$own/issues/$number" | http*"/$own/issues/$number"[/#?]*) return 0 ;;
  esac
  if [ "$1" = pr ] && [ -n "$branch" ]; then
    case $selector in
      "$branch" | *":$branch") return 0 ;;
    esac
  fi
  refuse "only #$number of $own can be read or answered here, not $selector: it is what this run is about"
}

check_repository() {
  case $repo in
    '' | "$own" | */"$own" | */"$own.git") ;;
    *) refuse "only $own can be read or answered here, not $repo" ;;
  esac
}
