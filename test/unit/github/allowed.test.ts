// What was allowed on purpose is said in a text on GitHub, and can do nothing there.
import { expect, test } from 'vitest'
import type { Finding } from '../../../src/audit/finding.ts'
import { allowedFindings } from '../../../src/github/allowed.ts'
import { endedText } from '../../../src/github/tracking-text.ts'
import type { RunResult } from '../../../src/report/run-result.ts'

const pen = () => ({
  cleaning: { policy: { allowedLinkHosts: [], mentions: false }, secrets: ['s3cret-value'] },
  notes: [],
})
const finding = (allowed?: string): Finding => ({
  ...{ rule: 'AL101', severity: 'refuse', message: 'privileged: true on service `a`', reason: 'r', remedy: 'r' },
  ...{ source: { file: 'compose.yaml', line: 4 }, ...(allowed === undefined ? {} : { allowed }) },
})

test('each has its rule, place, reason and what becomes of it', () => {
  expect(allowedFindings({ findings: [finding('the old image'), finding()] }, pen())).toEqual([
    "<details><summary>1 finding of the audit allowed on purpose</summary>\n\n- AL101 `privileged: true on service 'a' (compose.yaml:4)`: the old image; the sandbox starts without it\n\n</details>",
  ])
  expect(allowedFindings({ findings: [finding()] }, pen())).toEqual([])
})

test('a reason mentions nobody, and has no secret and no link', () => {
  const [text] = allowedFindings({ findings: [finding('ask @octo ![x](https://evil.example/s3cret-value)')] }, pen())
  expect(text).not.toMatch(/@octo|s3cret-value|\]\(https/)
})

test('many of them are counted', () => {
  const [text = ''] = allowedFindings({ findings: Array.from({ length: 23 }, () => finding('why')) }, pen())
  expect(text.match(/^- AL101/gm)).toHaveLength(20)
  expect(text).toContain('… and 3 more')
})

test('the end of the tracking comment has them', () => {
  const result = { conclusion: 'success', costUsd: 0, durationMs: 1, numTurns: 1, findings: [finding('why')] }
  const text = endedText(result as unknown as RunResult, {}, [], undefined, 'https://x/job', pen())
  expect(text).toContain('1 finding of the audit allowed on purpose')
})
