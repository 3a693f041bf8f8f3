// What a build of the project's own Dockerfile gets to see: what the workspace's copy has, and no more. `COPY . .` would
// bring a `.env` that git ignores, or the token in `.git/config`, into an image that Claude can read.
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { isBelow } from '../config/below.ts'
import { readProjectFile } from '../config/project-file.ts'
import type { BaseImage } from '../config/resolved-config.ts'
import { AirlockError } from '../ports/errors.ts'

/** The files that the sandbox may see. */
export interface Shown {
  /** The project's folder, absolute. */
  readonly directory: string
  /** Whether a path relative to it, file or folder, is part of the workspace's copy. */
  has(path: string): boolean
}

/** A Dockerfile with its ignore file beside it, in a folder of their own, which BuildKit looks at first. */
export interface StagedDockerfile extends AsyncDisposable {
  readonly file: string
}

type Build = Extract<BaseImage, { kind: 'build' }>

/** Errors: `input` for a Dockerfile or ignore file that can't be read. */
export async function stageDockerfile(build: Build, shown: Shown): Promise<StagedDockerfile> {
  const root = await realpath(shown.directory)
  const text = build.inline ?? (await readFile(build.dockerfile, 'utf8').catch((error) => unreadable(build, error)))
  const ignores = [await ownIgnores(build, root), ...(await leftOut(build.context, root, shown)).map(ignoreLine), '']
  const folder = await mkdtemp(join(tmpdir(), 'airlock-build-'))
  const file = join(folder, 'Dockerfile')
  await writeFile(file, text)
  await writeFile(`${file}.dockerignore`, ignores.join('\n'))
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

function unreadable({ dockerfile }: Build, cause: NodeJS.ErrnoException): never {
  throw new AirlockError('input', `the Dockerfile can not be read (${cause.code ?? cause.message})`, {
    where: dockerfile,
    next: 'Check its path in devcontainer.json or the compose file, and that this user may read it.',
    cause,
  })
}

// The Dockerfile's own one counts instead of the context's, as it does for BuildKit.
async function ownIgnores({ context, dockerfile, inline }: Build, root: string): Promise<string> {
  const names = [...(inline === undefined ? [`${dockerfile}.dockerignore`] : []), join(context, '.dockerignore')]
  for (const name of names) {
    const found = await readProjectFile(isBelow(root, name) ? root : undefined, name)
    if ('text' in found) return found.text
    if ('problem' in found) throw new AirlockError('input', found.problem, { where: name })
  }
  return ''
}

/** Paths relative to the context that are in no copy; a folder of which nothing is stands for all below it. */
async function leftOut(context: string, root: string, shown: Shown): Promise<readonly string[]> {
  const top = await realpath(context)
  const found: string[] = []
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (!isBelow(root, path) || !shown.has(slashed(relative(root, path)))) found.push(slashed(relative(top, path)))
      else if (entry.isDirectory()) await walk(path)
    }
  }
  await walk(top)
  return found
}

const slashed = (path: string) => path.split(sep).join('/')

/**
 * A line of an ignore file for one path. The slash in front keeps `#` from meaning something, but BuildKit takes it off
 * before it looks for `!`. That, and what no line can say (a line's end, a backslash), is told by the pattern for any
 * character.
 */
export function ignoreLine(path: string): string {
  return `/${path.replaceAll(/[*?[\]]/g, '\\$&').replaceAll(/[\r\n]|\\(?![*?[\]])|^[\s!]|\s$/g, '?')}`
}
