// `npm test`: every level, with one closing line.
import { STATIC_CHECKS } from './static-checks.ts'
import { total, vitest } from './steps.ts'

process.exitCode = total([...STATIC_CHECKS, () => vitest('unit'), () => vitest('integration'), () => vitest('e2e')])
