// Fails when dist/ is not what a fresh build of src/ gives, files too many or too few included.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildInto } from './build.ts'
import { ROOT } from './steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'airlock-dist-'))
try {
  await buildInto(join(folder, 'dist'))
  execFileSync('diff', ['-rq', join(ROOT, 'dist'), join(folder, 'dist')], { stdio: 'inherit' })
} catch {
  process.stderr.write('dist/ is not up to date: run npm run build and commit the result\n')
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
