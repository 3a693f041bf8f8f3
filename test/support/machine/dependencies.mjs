// npm dependencies exactly as locked; a second call finds them in place.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { run, step } from './run.mjs'

const STAMP = 'node_modules/.airlock-lock-hash'

export function dependencies() {
  const hash = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return
  step('Installing npm dependencies', () => run('npm', ['ci', '--no-audit', '--no-fund']))
  writeFileSync(STAMP, hash)
}
