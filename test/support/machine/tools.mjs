// The linters for shell, from Debian where that is possible.
import { canInstall, install } from './apt.mjs'
import { ask, step } from './run.mjs'

export function shellTools() {
  const missing = ['shellcheck', 'shfmt'].filter((tool) => !ask(tool, ['--version']))
  if (missing.length === 0) return
  if (!canInstall()) throw new Error(`Missing: ${missing.join(', ')}. Install them with your package manager.`)
  step(`Installing ${missing.join(', ')}`, () => install(missing))
}
