// Collects what publishing comes to. A step that fails takes none of the others along.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AirlockError } from '../ports/errors.ts'
import type { Published } from './published.ts'

type Mutable<T> = { -readonly [K in keyof T]?: T[K] }

export class Outcome {
  readonly #directory: string
  readonly done: Mutable<Omit<Published, 'unpublished' | 'notes'>> = {}
  readonly unpublished: string[] = []
  readonly notes: string[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Writes what is to be published, before GitHub is asked to take it; returns the file's path. */
  async keep(name: string, content: string): Promise<string> {
    const file = join(this.#directory, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    return file
  }

  /** @param file what holds it otherwise */
  async attempt(what: string, file: string | undefined, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.refuse(what, describe(error), file)
      return false
    }
  }

  refuse(what: string, why: string, file: string | undefined): void {
    this.unpublished.push(`${what}: ${why}${file === undefined ? '' : ` It is in ${file}`}`)
  }

  published(): Published {
    const { annotations = [], ...rest } = this.done
    return { ...rest, annotations, unpublished: this.unpublished, notes: [...new Set(this.notes)] } as Published
  }
}

function describe(error: unknown): string {
  if (!(error instanceof AirlockError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  const { message, where, detail, next } = error
  const place = where === undefined ? '' : ` (${where})`
  return `${message}${place}${detail === undefined ? '' : `: ${detail}`}. ${next ?? ''}`.trim()
}
