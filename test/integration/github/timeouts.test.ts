// A GitHub that takes a request and never answers while something is published: what was produced is on disk and told, and
// the same job once more publishes it once.
import { expect, test } from 'vitest'
import { type HostedProject, hosted } from '../../support/github-project.ts'
import { type Made, newFile, type Publication, published } from '../../support/publish-rig.ts'
import { TINY } from '../../support/tiny.ts'

const FINDING = {
  ...{ path: 'src/app.txt', startLine: 2, endLine: 2, severity: 'high', confidence: 0.9 },
  ...{ title: 'Four', body: 'It says four where two was meant.' },
}
const REVIEW = { summary: 'One thing to mend.', verdict: 'comment', findings: [FINDING] }

/** `tries`: how often it is asked before it is given up. */
async function cut(project: HostedProject, made: Made, path: RegExp, tries: number): Promise<Publication> {
  const { github } = project
  const from = github.journal.length
  github.fault({ method: 'POST', path, answer: 'silence', times: tries })
  const done = await published(project, { ...made, timeoutMs: 1_000 })
  expect(github.journal.slice(from).filter((one) => one.method === 'POST' && path.test(one.path))).toHaveLength(tries)
  expect(github.unused()).toEqual([])
  expect(done.unpublished.join('\n')).toContain('gave no answer in time')
  return done
}

test('a review', async () => {
  await using project = await hosted(TINY)
  const number = await project.open({ branch: 'four', files: { 'src/app.txt': 'one\nfour\nthree\n' } })
  const made: Made = { mode: 'review', number, output: REVIEW, run: '7' }
  const done = await cut(project, made, /\/reviews$/, 2)
  expect(done.file('review.json')).toContain(FINDING.body)
  expect(done.file('review.md')).toContain(FINDING.title)
  expect((await published(project, made)).unpublished).toEqual([])
  const once = await project.github.dump()
  expect(once.pulls[0]?.reviews).toMatchObject([{ comments: [{ path: 'src/app.txt', line: 2 }] }])
  expect((await published(project, made)).unpublished).toEqual([])
  expect(await project.github.dump()).toEqual(once)
})

test.each([
  ['git/trees', 4],
  ['git/refs', 2],
  ['pulls', 2],
] as const)('a change, cut at POST %s', async (route, tries) => {
  await using project = await hosted(TINY)
  const output = { title: 'N', body: 'B', commitMessage: 'N' }
  const made: Made = { mode: 'pr', output, files: [newFile('NIGHT', 'night\n')], patch: '+night\n', run: '7' }
  const done = await cut(project, made, new RegExp(`/${route}$`), tries)
  expect(done.file('proposal.json')).toContain('"N"')
  expect((await published(project, made)).unpublished).toEqual([])
  const once = await project.github.dump()
  expect(once.pulls).toHaveLength(1)
  expect(Object.keys(once.branches)).toHaveLength(2)
  expect((await published(project, made)).unpublished).toEqual([])
  expect(await project.github.dump()).toEqual(once)
})
