// Checks, as `gh pr checks` tells them: https://cli.github.com/manual/gh_pr_checks
import type { Check } from './context.ts'

type Bucket = 'pass' | 'fail' | 'pending' | 'skipping' | 'cancel'

function bucket({ status, conclusion }: Check): Bucket {
  if (status.toLowerCase() !== 'completed') return 'pending'
  switch (conclusion?.toLowerCase()) {
    case 'success':
      return 'pass'
    case 'skipped':
    case 'neutral':
      return 'skipping'
    case 'cancelled':
      return 'cancel'
    case 'stale':
    case undefined:
      return 'pending'
    default:
      return 'fail'
  }
}

// A tab or line break in a name would look like another check.
const flat = (text: string) => text.replaceAll(/[\t\r\n]+/g, ' ')

/** A line a check: name, bucket, time it took (not known here), link, description. */
export function checkLines(checks: readonly Check[]): string {
  return checks
    .map((check) => [
      check.name,
      bucket(check) === 'cancel' ? 'fail' : bucket(check),
      '0',
      check.url,
      check.title ?? '',
    ])
    .map((columns) => `${columns.map(flat).join('\t')}\n`)
    .join('')
}

/** As gh ends: 1 when one failed, 8 when one is pending. */
export function checksExit(checks: readonly Check[]): 0 | 1 | 8 {
  const buckets = checks.map(bucket)
  if (checks.length === 0 || buckets.some((one) => one === 'fail' || one === 'cancel')) return 1
  return buckets.includes('pending') ? 8 : 0
}

export function checkFields(check: Check): Readonly<Record<string, string>> {
  return {
    bucket: bucket(check),
    description: check.title ?? '',
    link: check.url,
    name: check.name,
    state: (check.conclusion ?? check.status).toUpperCase(),
  }
}

export function checkRollup(checks: readonly Check[]) {
  return checks.map((check) => ({
    __typename: 'CheckRun',
    conclusion: (check.conclusion ?? '').toUpperCase(),
    detailsUrl: check.url,
    name: check.name,
    status: check.status.toUpperCase(),
  }))
}
