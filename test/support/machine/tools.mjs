// The linters for shell, the terminal that tests type into, a shell that scripts are tried in, and the registry that the
// feature is published to: from Debian where that is possible.
import { canInstall, install } from './apt.mjs'
import { ask, step } from './run.mjs'

export const shellTools = () => provide(['shellcheck', 'shfmt', 'tmux', 'busybox'])

export const registry = () => provide(['docker-registry'])

const ASKED = { tmux: '-V', busybox: '--help' }

function provide(tools) {
  const missing = tools.filter((tool) => !ask(tool, [ASKED[tool] ?? '--version']))
  if (missing.length === 0) return
  if (!canInstall()) throw new Error(`Missing: ${missing.join(', ')}. Install them with your package manager.`)
  step(`Installing ${missing.join(', ')}`, () => install(missing))
}
