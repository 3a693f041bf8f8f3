// `npm run check`: what a developer runs before each commit.
import { STATIC_CHECKS } from './static-checks.ts'
import { total, vitest } from './steps.ts'

process.exitCode = total([...STATIC_CHECKS, () => vitest('unit')])
