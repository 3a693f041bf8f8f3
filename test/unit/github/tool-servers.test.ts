// claude-code-action's tools by name and arguments, answered without GitHub.
import { describe, expect, test } from 'vitest'
import type { ToolServer } from '../../../src/gateway/gateway-config.ts'
import { answerMessage } from '../../../src/gateway/mcp.ts'
import { toolServers } from '../../../src/github/tool-servers.ts'
import { ISSUE, PULL } from '../../support/frozen.ts'

const names = (servers: readonly ToolServer[]) =>
  servers.flatMap((server) => server.tools.map((tool) => `mcp__${server.name}__${tool.name}`))

function call(context: typeof PULL, server: string, name: string, given: object): string {
  const found = toolServers(context).find((one) => one.name === server)
  if (!found) throw new Error(`no server ${server}`)
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } }
  const answer = answerMessage(found, message, () => undefined) as { result: { content: { text: string }[] } }
  return answer.result.content[0]?.text ?? ''
}

const ci = (name: string, given: object, context = PULL) => call(context, 'github_ci', name, given)

test('which there are, by what the run is about', () => {
  const fileOps = ['mcp__github_file_ops__commit_files', 'mcp__github_file_ops__delete_files']
  expect(names(toolServers(PULL))).toEqual([
    'mcp__github_comment__update_claude_comment',
    'mcp__github_inline_comment__create_inline_comment',
    'mcp__github_ci__get_ci_status',
    'mcp__github_ci__get_workflow_run_details',
    'mcp__github_ci__download_job_log',
    ...fileOps,
  ])
  expect(names(toolServers(ISSUE))).toEqual(['mcp__github_comment__update_claude_comment', ...fileOps])
  expect(names(toolServers(undefined))).toEqual(fileOps)
})

describe('CI, as it was when the run began', () => {
  const failed = {
    ...{ id: 501, name: 'CI', status: 'completed', conclusion: 'failure' },
    html_url: 'https://github.com/acme/orders/actions/runs/501',
    created_at: '2026-03-01T09:01:00Z',
  }

  test('status, whole and by state', () => {
    expect(JSON.parse(ci('get_ci_status', {}))).toEqual({
      summary: { total_runs: 2, failed: 1, passed: 0, pending: 1 },
      runs: [failed, expect.objectContaining({ id: 502, conclusion: null })],
    })
    expect(JSON.parse(ci('get_ci_status', { status: 'failure' })).runs).toEqual([failed])
    expect(JSON.parse(ci('get_ci_status', { status: 'cancelled' }))).toMatchObject({
      summary: { total_runs: 0 },
      runs: [],
    })
    expect(ci('get_ci_status', { status: 'broken' })).toMatch(/^Error: status has to be one of completed, /)
  })

  test('jobs of a run, with the steps that failed', () => {
    expect(JSON.parse(ci('get_workflow_run_details', { run_id: 501 })).jobs[0]).toMatchObject({
      ...{ id: 9001, name: 'test', conclusion: 'failure', failed_steps: [{ name: 'npm test', number: 3 }] },
    })
    expect(ci('get_workflow_run_details', { run_id: 1 })).toContain('No workflow run with this ID')
    expect(ci('get_workflow_run_details', {})).toBe('Error: run_id is missing')
  })

  test('logs, as files in the briefing', () => {
    expect(JSON.parse(ci('download_job_log', { job_id: 9001 }))).toEqual({
      ...{ path: '/airlock/context/ci/job-9001.log', size_bytes: 18 },
    })
    expect(ci('download_job_log', { job_id: 9002 })).toContain('only failed jobs')
    expect(ci('download_job_log', { job_id: 'constructor' })).toBe('Error: job_id has to be an integer')
  })

  test('without the permission to read runs, it says so and tells the checks', () => {
    const { workflowRuns: _none, ...context } = PULL
    const said = ci('get_ci_status', {}, context)
    expect(said).toContain('actions: read')
    expect(said).toContain('2 tests failed')
  })
})

test('committing is answered with what to do instead', () => {
  expect(call(PULL, 'github_file_ops', 'commit_files', { files: ['a'], message: 'x' })).toContain(
    'edit the files in the',
  )
})
