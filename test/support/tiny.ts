// The smallest project that boots: for tests that are about Airlock and not about services.
import { type FileMap, project } from './projects.ts'

export const TINY: FileMap = {
  '.devcontainer/devcontainer.json': JSON.stringify({ image: 'debian:trixie-slim' }),
  'README.md': 'A tiny project.\n',
  'src/app.txt': 'one\ntwo\nthree\n',
}

export const tiny = (more: FileMap = {}, name = 'tiny') => project({ ...TINY, ...more }, name)
