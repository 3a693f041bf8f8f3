// A real terminal that a test types into and reads the screen of.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Size {
  readonly columns: number
  readonly rows: number
}

export class Terminal implements Disposable {
  readonly #socket = `airlock-test-${randomBytes(4).toString('hex')}`

  /** Starts the command in a window of that size. */
  constructor(command: readonly string[], { columns, rows }: Size = { columns: 100, rows: 30 }) {
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
    const window = ['new-session', '-d', '-x', String(columns), '-y', String(rows)]
    this.#tmux('-f', '/dev/null', ...window, `${quoted}; echo "ended with $?"; exec sleep 600`)
    this.#tmux('set-option', '-g', 'default-terminal', 'tmux-256color')
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' })
  }

  /** Key names as tmux knows them: `Up`, `C-p`, `Escape`, `Enter`. */
  press(...keys: string[]): void {
    for (const key of keys) this.#tmux('send-keys', key)
  }

  /** A program that has only just drawn its screen may not listen yet: pressed again, every three seconds, until the screen fits. */
  async pressUntil(key: string, what: string | RegExp): Promise<string> {
    for (let tries = 0; tries < 7; tries += 1) {
      this.press(key)
      const screen = await this.shows(what, 30).catch(() => undefined)
      if (screen !== undefined) return screen
    }
    throw new Error(`the screen never showed ${String(what)}:\n${this.screen()}`)
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text)
  }

  /** In one piece, as a terminal does with what is in its clipboard. */
  paste(text: string): void {
    execFileSync('tmux', ['-L', this.#socket, 'load-buffer', '-'], { input: text })
    this.#tmux('paste-buffer', '-p')
  }

  resize({ columns, rows }: Size): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Without its non-breaking spaces: a prompt is followed by one. */
  screen(): string {
    return this.#tmux('capture-pane', '-p').replaceAll('\u00a0', ' ')
  }

  /** With its colours, as escape sequences. */
  colours(): string {
    return this.#tmux('capture-pane', '-p', '-e')
  }

  /** The screen that first fits; throws with the last one after 20 seconds, or so many looks, ten in a second. */
  async shows(what: string | RegExp | ((screen: string) => boolean), looks = 200): Promise<string> {
    const fits = typeof what === 'function' ? what : (screen: string) => screen.search(asPattern(what)) !== -1
    for (let tries = 0; tries < looks; tries += 1) {
      const screen = this.screen()
      if (fits(screen)) return screen
      await sleep(100)
    }
    throw new Error(`the screen never showed ${String(what)}:\n${this.screen()}`)
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server')
  }
}

const asPattern = (what: string | RegExp) =>
  typeof what === 'string' ? new RegExp(what.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')) : what
