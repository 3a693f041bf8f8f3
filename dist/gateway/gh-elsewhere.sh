#!/bin/sh
# Part of gh.sh: what it is asked for and can't do, each with what to do instead.
# shellcheck disable=SC2154

STATE='can not be changed from here: say in a comment or in your answer what should be done'
readonly STATE

elsewhere() {
  case $1 in
    'pr create') refuse 'change the files in the workspace: Airlock commits what passes its checks and makes the pull request when you have finished. Say in your answer what its title and description should be.' ;;
    'pr review') refuse 'reviews can not be submitted from here: comment on lines with the tool mcp__github_inline_comment__create_inline_comment, and as a whole with gh pr comment. Approving is for people.' ;;
    'pr checkout' | 'pr update-branch') refuse 'the workspace holds what this run is about already: there is nothing to check out' ;;
    'pr status' | 'issue status') refuse "use gh ${1% status} view" ;;
    'pr '* | 'issue '*) refuse "gh $1: pull requests and issues $STATE." ;;
    'run '* | 'workflow '* | 'run' | 'workflow') refuse "workflow runs are known as far as gh pr checks and the tools mcp__github_ci__* tell; logs of failed jobs, if there are any, are in $context/ci. None can be started from here." ;;
    'api'*) refuse 'there is no way to the GitHub API from here, and no token. Read with gh pr view, gh pr diff, gh pr checks or gh issue view (--json works), and say things with gh pr comment or gh issue comment.' ;;
    'auth'*) refuse 'there is no login here, and none is needed: gh pr view, diff, checks, comment, list and gh issue view, comment, list work as they are' ;;
    'repo'*) refuse 'the repository is in the workspace: use git there. Nothing else of it can be reached from here.' ;;
    *) refuse "gh $1 is not available here. There are: gh pr view, diff, checks, comment, list and gh issue view, comment, list." ;;
  esac
}

usage() {
  cat <<TEXT
gh in Airlock's sandbox: shows the issue or pull request that this run is about, as it was when the run began.

  gh pr view|diff|checks|comment|list      gh issue view|comment|list
  with --json FIELDS, --jq, --comments, --name-only, --body, --body-file, --repo

The same and more lies in $context. Comments are published when you have finished.
TEXT
}
