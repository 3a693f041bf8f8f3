// The tracking comment's text, while Claude works and afterwards.
import { emptyProgress, type Progress } from '../claude/progress.ts'
import { counted, dollars, duration } from '../report/figures.ts'
import { plainLine } from '../report/plain-text.ts'
import type { RunResult } from '../report/run-result.ts'
import { allowedFindings } from './allowed.ts'
import type { Published } from './published.ts'
import { clean, codeSpan, type Pen } from './review-text.ts'

const MOST_TODOS = 50

/** Says nothing of the time: it would have to be written again and again without any news. */
export function workingText(progress: Progress | undefined, jobUrl: string, pen: Pen): string {
  const { todos, tools, summary } = progress ?? emptyProgress()
  const last = tools.at(-1)
  const rows = todos.slice(0, MOST_TODOS).map(({ text, state }) => {
    const words = clean(pen, 'the to-do list', plainLine(text), 200)
    return `- [${state === 'completed' ? 'x' : ' '}] ${state === 'in_progress' ? `**${words}**` : words}`
  })
  const step = last ? `${codeSpan(last.tool)}${last.subject ? ` ${codeSpan(last.subject)}` : ''}` : undefined
  return [
    `**Claude is working** · [job](${jobUrl})`,
    ...(rows.length > 0 ? [rows.join('\n')] : []),
    ...(step === undefined ? [] : [`Now: ${step}`]),
    ...(summary.numTurns > 0 ? [`<sub>${counted(summary.numTurns, 'turn')}</sub>`] : []),
  ].join('\n\n')
}

const TITLES = { success: 'Claude is done', failure: 'The run failed', cancelled: 'The run was cancelled' }

/** @param answer cleaned; what is said where the run went well */
export function endedText(
  result: RunResult,
  done: Partial<Published>,
  unpublished: readonly string[],
  answer: string | undefined,
  jobUrl: string,
  pen: Pen,
): string {
  const { conclusion, error, costUsd, durationMs, numTurns } = result
  const links = [
    `[job](${jobUrl})`,
    ...(done.pullRequest ? [`#${done.pullRequest.number}`] : []),
    ...(done.branch ? [codeSpan(done.branch.name)] : []),
    ...(done.review ? [`[review](${done.review.url})`] : []),
  ]
  const facts = [counted(numTurns, 'turn'), dollars(costUsd), duration(durationMs)]
  // An answer tells already what could not be published.
  const lacking = answer === undefined ? unpublished : []
  return [
    `**${TITLES[conclusion]}** after ${duration(durationMs)} · ${links.join(' · ')}`,
    ...(error ? [clean(pen, 'the error', plainLine(error.message), 1000)] : []),
    ...(answer ? [answer] : []),
    ...lacking.map((text) => `⚠️ Not published: ${clean(pen, 'a reason', plainLine(text), 1000)}`),
    ...allowedFindings(result, pen),
    `<sub>${facts.join(' · ')}</sub>`,
  ].join('\n\n')
}
