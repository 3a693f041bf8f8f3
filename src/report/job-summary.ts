// The summary of a job, as GitHub shows it under a workflow run.
import type { Published } from '../github/published.ts'
import { auditSections } from './audit-markdown.ts'
import { blockedRequests } from './blocked.ts'
import { counted, dollars, duration } from './figures.ts'
import { block, code, details, inline, table } from './markdown.ts'
import { PHASES, type RunResult } from './run-result.ts'
import { keptVolumeHelp } from './terminal-summary.ts'

// GitHub refuses a step's summary of more than 1 MiB, whole.
const LONGEST = 900 * 1024

const TITLES = { success: '✅ Claude is done', failure: '❌ The run failed', cancelled: '⏹️ The run was cancelled' }

/** @param published what came of it on GitHub, if the run was about something there */
export function jobSummary(result: RunResult, published?: Published): string {
  const sections = [
    `## ${TITLES[result.conclusion]}`,
    figures(result),
    error(result),
    onGitHub(published),
    trusted(result),
    kept(result),
    said(result),
    changes(result),
    heldBack(result),
    probe(result),
    blocked(result),
    ...auditSections(result.findings),
    notes(result),
    times(result),
  ]
  let text = ''
  for (const section of sections.filter((part) => part !== undefined)) {
    const next = `${text}${section}\n\n`
    if (Buffer.byteLength(next) > LONGEST) return `${text}… the rest is in the result file.\n`
    text = next
  }
  return text
}

function figures({ numTurns, costUsd, durationMs, model, services, patch }: RunResult): string {
  const facts = [
    counted(numTurns, 'turn'),
    dollars(costUsd),
    duration(durationMs),
    ...(model === undefined ? [] : [inline(model, 80)]),
    ...(services.length === 0 ? [] : [`with ${services.map((name) => code(name, 80)).join(', ')}`]),
    ...(patch ? [`${counted(patch.files, 'file')} changed, +${patch.insertions} −${patch.deletions}`] : []),
  ]
  return facts.join(' · ')
}

function error({ error: failure, conclusion }: RunResult): string | undefined {
  if (!failure) return conclusion === 'cancelled' ? 'The work so far was kept.' : undefined
  const lines = [
    `**${inline(failure.message)}**`,
    ...(failure.where ? [`at ${code(failure.where)}`] : []),
    ...(failure.detail ? [block(failure.detail, 5000)] : []),
    ...(failure.next ? [`→ ${inline(failure.next)}`] : []),
  ]
  return lines.join('\n\n')
}

function onGitHub(published: Published | undefined): string | undefined {
  if (!published) return undefined
  const { review, comment, branch, pullRequest, unpublished, notes: remarks, report } = published
  const lines = [
    ...(review ? [`- Review with ${counted(review.comments, 'comment')}: ${inline(review.url)}`] : []),
    ...(pullRequest
      ? [`- Pull request #${pullRequest.number}${pullRequest.created ? ', new' : ''}: ${inline(pullRequest.url)}`]
      : []),
    ...(branch ? [`- Branch ${code(branch.name)} at ${code(branch.sha)}`] : []),
    ...(comment ? [`- Comment: ${inline(comment.url)}`] : []),
    ...unpublished.map((text) => `- ⚠️ Not published: ${inline(text)}`),
    ...remarks.map((text) => `- ${inline(text)}`),
  ]
  const links = lines.length === 0 ? 'Nothing was published.' : lines.join('\n')
  return `### On GitHub\n\n${links}${report === undefined ? '' : `\n\n${report}`}`
}

function trusted({ trusted: base }: RunResult): string | undefined {
  if (!base) return undefined
  const from = `The sandbox and Claude’s configuration come from ${code(base.ref)} at ${code(base.sha.slice(0, 12))}`
  if (base.differing.length === 0) return `${from}; the head has them the same.`
  const title = `${from}, not from the head, which has ${counted(base.differing.length, 'file')} in another way`
  return details(
    title,
    base.differing
      .slice(0, 100)
      .map((path) => `- ${code(path)}`)
      .join('\n'),
  )
}

function kept({ keptVolume, runId }: RunResult): string | undefined {
  return keptVolume === undefined ? undefined : block(keptVolumeHelp(keptVolume, runId).join('\n'))
}

function said({ finalMessage }: RunResult): string | undefined {
  return finalMessage?.trim() ? `### What Claude says\n\n${block(finalMessage)}` : undefined
}

function changes({ patch }: RunResult): string | undefined {
  if (!patch) return undefined
  const refused = new Set(patch.refusals.map((refusal) => refusal.path))
  const accepted = patch.changes.filter((change) => !refused.has(change.path))
  if (accepted.length === 0) return '### Files changed\n\nNone.'
  const rows = accepted.map(({ status, path, oldPath }) => [
    status,
    oldPath === undefined || oldPath === path ? code(path) : `${code(oldPath)} → ${code(path)}`,
  ])
  return `### Files changed\n\n${table(['', 'path'], rows)}`
}

function heldBack({ patch }: RunResult): string | undefined {
  if (!patch || patch.refusals.length === 0) return undefined
  const rows = patch.refusals.map(({ path, kind, reason }) => [
    code(path),
    kind === 'protected' ? 'for you to look at' : 'refused',
    inline(reason),
  ])
  const text = 'Not in the patch. What a person should look at is in `withheld.patch`.'
  return `### Held back\n\n${text}\n\n${table(['path', '', 'why'], rows)}`
}

function probe({ probe: rows }: RunResult): string | undefined {
  if (rows.length === 0) return undefined
  const cells = rows.map(({ ok, direction, name, target, result, detail, durationMs }) => [
    ok ? '✅' : '❌',
    direction === 'out' ? 'way out' : 'way in',
    inline(name, 100),
    code(target, 100),
    `${result} (${inline(detail, 60)})`,
    duration(durationMs),
  ])
  const good = rows.filter((row) => row.ok).length
  const title = `What the sandbox could reach: ${good} of ${rows.length} as it should be`
  return details(title, table(['', '', 'what', 'target', 'answer', 'time'], cells))
}

function blocked(result: RunResult): string | undefined {
  const requests = blockedRequests(result)
  if (requests.length === 0) return undefined
  const rows = requests.map(({ target, method, reason, times }) => [
    code(`${method} ${target}`, 200),
    inline(reason),
    String(times),
  ])
  const total = result.requests.blocked.length
  const content = `${table(['request', 'why', 'times'], rows)}\n\nAllow a domain with the input \`allowed_domains\`.`
  return details(`Blocked requests: ${total} (${result.requests.allowed} allowed)`, content)
}

function notes({ notes: texts }: RunResult): string | undefined {
  if (texts.length === 0) return undefined
  const shown = texts.slice(0, 50).map((note) => `- ${inline(note)}`)
  return details(`Notes: ${texts.length}`, shown.join('\n'))
}

function times({ timings, durationMs }: RunResult): string | undefined {
  const rows = PHASES.flatMap((phase) => {
    const milliseconds = timings[phase]
    return milliseconds === undefined ? [] : [[phase.replaceAll('_', ' '), duration(milliseconds)]]
  })
  if (rows.length === 0) return undefined
  const text = 'Phases overlap, so their sum may be more than the whole.'
  return details(`Time: ${duration(durationMs)}`, `${table(['phase', 'time'], rows)}\n\n${text}`)
}
