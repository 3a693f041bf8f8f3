// The linters for shell and the terminal that tests type into, from Debian where that is possible.
import { canInstall, install } from './apt.mjs'
import { ask, step } from './run.mjs'

export function shellTools() {
  const missing = ['shellcheck', 'shfmt', 'tmux'].filter((tool) => !ask(tool, [tool === 'tmux' ? '-V' : '--version']))
  if (missing.length === 0) return
  if (!canInstall()) throw new Error(`Missing: ${missing.join(', ')}. Install them with your package manager.`)
  step(`Installing ${missing.join(', ')}`, () => install(missing))
}
