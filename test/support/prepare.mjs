// Brings a bare machine to where the named npm script can run: `node test/support/prepare.mjs <script>`.
// Plain JavaScript without dependencies, for whatever Node (20 or newer) the machine has.
import { chdir } from 'node:process'
import { fileURLToPath } from 'node:url'
import { dependencies } from './machine/dependencies.mjs'
import { engine } from './machine/engine.mjs'
import { baseImage, olderImage } from './machine/images.mjs'
import { registry, shellTools } from './machine/tools.mjs'

const NEEDS = {
  build: [dependencies],
  check: [dependencies, shellTools],
  demo: [dependencies, engine, baseImage],
  bench: [dependencies, engine, baseImage],
  test: [dependencies, shellTools, registry, engine, baseImage, olderImage],
}

chdir(fileURLToPath(new URL('../..', import.meta.url)))
const needs = NEEDS[process.argv[2]]
if (!needs) {
  process.stderr.write(`usage: node test/support/prepare.mjs ${Object.keys(NEEDS).join('|')}\n`)
  process.exitCode = 2
} else {
  try {
    for (const need of needs) need()
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
