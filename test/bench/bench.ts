// `npm run bench [-- name …]`: measures what docs/decisions promise. Ratios from one run on one machine.
import { benchActionStart } from './action-start.ts'
import { benchAudit } from './audit.ts'
import { benchCopy } from './copy.ts'
import { benchFeature } from './feature.ts'
import { benchGateway } from './gateway.ts'
import { printRows, type Row } from './row.ts'
import { benchStart } from './start.ts'

const BENCHES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  start: benchStart,
  copy: benchCopy,
  gateway: benchGateway,
  action: benchActionStart,
  feature: benchFeature,
  audit: benchAudit,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}; there are: ${Object.keys(BENCHES).join(', ')}\n`)
  process.exitCode = 2
} else {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (asked.length === 0 || asked.includes(name)) printRows(await bench())
  }
}
