// The version of Claude Code that airlock is tested with, and that a sandbox gets unless the request names another.
export const CLAUDE_VERSION = '2.1.330'
