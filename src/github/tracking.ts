// The tracking comment while Claude works: brought up to date as there is news, but never faster than GitHub likes.
import type { Progress } from '../claude/progress.ts'
import type { Host } from '../host/host.ts'
import { plainLine } from '../report/plain-text.ts'
import type { GitHub } from './client.ts'
import { comment } from './comments.ts'
import { marked, whoAmI } from './own.ts'
import type { Pen } from './review-text.ts'
import type { Task } from './task.ts'
import type { Cleaning } from './text-out.ts'
import { workingText } from './tracking-text.ts'

export interface TrackingDeps {
  readonly github: GitHub
  readonly host: Pick<Host, 'warning'>
  readonly jobUrl: string
  readonly workflowRunId: string
  readonly cleaning: Cleaning
  /** Milliseconds between two edits. */
  readonly everyMs?: number
}

const EVERY_MS = 10_000

export class Tracking {
  readonly id: number
  readonly #task: Task
  readonly #deps: TrackingDeps
  readonly #pen: Pen
  #written: string
  #wanted: string
  #last = performance.now()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #over = false

  private constructor(id: number, text: string, task: Task, deps: TrackingDeps) {
    this.id = id
    this.#written = text
    this.#wanted = text
    this.#task = task
    this.#deps = deps
    this.#pen = penOf(deps)
  }

  /** Posts the comment, or takes over that of an earlier try. Undefined where there is nothing to comment on. */
  static async start(task: Task, deps: TrackingDeps): Promise<Tracking | undefined> {
    const { subject, repository } = task
    if (subject.kind === 'none') return undefined
    const login = await whoAmI(deps.github)
    const text = workingText(undefined, deps.jobUrl, penOf(deps))
    const place = { repository, number: subject.number }
    const { id } = await comment(deps.github, login, place, text, 'tracking', { run: deps.workflowRunId })
    return new Tracking(id, text, task, deps)
  }

  /** Many a call comes to one edit. */
  update(progress: Progress): void {
    this.#wanted = workingText(progress, this.#deps.jobUrl, this.#pen)
    this.#schedule()
  }

  /** Nothing is written after this. */
  async stop(): Promise<void> {
    this.#over = true
    clearTimeout(this.#timer)
    await this.#writing
  }

  #schedule(): void {
    if (this.#over || this.#timer || this.#writing || this.#wanted === this.#written) return
    const { everyMs = EVERY_MS } = this.#deps
    const wait = Math.max(0, this.#last + everyMs - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined
        this.#schedule()
      })
    }, wait)
    // A comment keeps no process alive.
    this.#timer.unref()
  }

  async #write(): Promise<void> {
    const text = this.#wanted
    this.#last = performance.now()
    const { owner, name } = this.#task.repository
    const body = marked(text, 'tracking', { run: this.#deps.workflowRunId })
    try {
      await this.#deps.github.request(
        'PATCH /repos/{owner}/{repo}/issues/comments/{id}',
        { owner, repo: name, id: this.id, body },
        { repeatable: true },
      )
      this.#written = text
    } catch (error) {
      // Claude's work does not depend on it; the end is told by publishing.
      this.#over = true
      this.#deps.host.warning(`the progress is no longer told on GitHub: ${plainLine(String(error))}`)
    }
  }
}

const penOf = ({ cleaning }: TrackingDeps): Pen => ({ cleaning, notes: [] })
