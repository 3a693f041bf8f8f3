// The outbox is whatever somebody inside put there: what is taken, what is refused, and that the reason is told.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MOST_ENTRIES, parseOutbox, type RawOutbox } from '../../../src/github/outbox.ts'

const raw = (part: Partial<RawOutbox>): RawOutbox => ({ calls: [], files: [], refused: [], ...part })
const inline = (given: unknown) => ({
  ...{ server: 'github_inline_comment', tool: 'create_inline_comment', arguments: given },
})
const tracking = (given: unknown) => ({ server: 'github_comment', tool: 'update_claude_comment', arguments: given })

describe('taken', () => {
  test('comments, the last tracking text, and comments on lines, in their order', () => {
    const calls = [
      tracking({ body: 'first' }),
      inline({ path: 'src/a.ts', line: 3, body: 'Why?', commit_id: 'f'.repeat(40), confirmed: false }),
      inline({ path: 'src/a.ts', line: 9, startLine: 7, body: 'Old', side: 'LEFT' }),
      tracking({ body: 'second' }),
    ]
    const files = [
      { name: '001.comment', text: 'Hello' },
      { name: '002.tracking', text: 'third' },
    ]
    expect(parseOutbox(raw({ calls, files }), 'pull')).toEqual({
      entries: [
        { kind: 'inline-comment', path: 'src/a.ts', line: 3, body: 'Why?', side: 'RIGHT' },
        { kind: 'inline-comment', path: 'src/a.ts', line: 9, startLine: 7, body: 'Old', side: 'LEFT' },
        { kind: 'comment', body: 'Hello' },
        { kind: 'tracking', body: 'third' },
      ],
      refused: [],
    })
  })

  test('what was said twice counts once', () => {
    const call = inline({ path: 'a', line: 1, body: 'x' })
    const files = ['001.comment', '002.comment', '003.comment'].map((name) => ({ name, text: 'again' }))
    const { entries } = parseOutbox(raw({ calls: [call, call], files }), 'pull')
    expect(entries.map((entry) => entry.kind)).toEqual(['inline-comment', 'comment'])
  })
})

describe('refused, with the reason', () => {
  const good = { path: 'src/a.ts', line: 3, body: 'Why?' }
  test.each([
    ['no body', inline({ path: 'a', line: 1 }), /must have required property 'body'/],
    ['a blank body', inline({ ...good, body: ' \n' }), /body is blank/],
    ['a long body', inline({ ...good, body: 'x'.repeat(65_537) }), /body must NOT have more than 65536/],
    ['a body of another type', inline({ ...good, body: { toString: 'x' } }), /body must be string/],
    ['an absolute path', inline({ ...good, path: '/etc/passwd' }), /path is no path inside/],
    ['a path out of the tree', inline({ ...good, path: 'a/../../b' }), /path is no path inside/],
    ['a path with a line break', inline({ ...good, path: 'a\n::error::b' }), /path is no path inside/],
    ['an empty path', inline({ ...good, path: '' }), /path is no path inside/],
    ['line 0', inline({ ...good, line: 0 }), /line must be >= 1/],
    ['a line as text', inline({ ...good, line: '3' }), /line must be integer/],
    ['a range from behind', inline({ ...good, startLine: 4 }), /startLine is behind line/],
    ['another side', inline({ ...good, side: 'UP' }), /side must be equal to one of/],
    ['fields of its own', inline({ ...good, pull_number: 99 }), /must NOT have additional properties/],
    ['no object', inline('x'), /must have required property/],
    ['another tool', { server: 'github_file_ops', tool: 'commit_files', arguments: {} }, /no such kind/],
    ['a tool of Object’s', { server: '__proto__', tool: 'constructor', arguments: good }, /no such kind/],
  ])('%s', (_, call, reason) => {
    const { entries, refused } = parseOutbox(raw({ calls: [call] }), 'pull')
    expect([entries, refused]).toEqual([[], [expect.stringMatching(reason)]])
  })

  test.each([
    '.part-12',
    '001.inline-comment',
    '1.comment',
    '001.comment.md',
    '../001.comment',
    '001.comment\n',
  ])('a file called %j', (name) => {
    const { entries, refused } = parseOutbox(raw({ files: [{ name, text: 'x' }] }), 'pull')
    expect([entries, refused]).toEqual([[], [expect.stringMatching(/no such kind of entry/)]])
    expect(refused.join('')).not.toContain('\n')
  })

  test('whatever has no place in what the run is about', () => {
    const all = raw({ calls: [inline(good), tracking({ body: 'x' })], files: [{ name: '001.comment', text: 'x' }] })
    expect(parseOutbox(all, 'none')).toEqual({
      entries: [],
      refused: Array(3).fill(expect.stringMatching(/no issue or/)),
    })
    expect(parseOutbox(all, 'issue')).toEqual({
      entries: [
        { kind: 'tracking', body: 'x' },
        { kind: 'comment', body: 'x' },
      ],
      refused: [expect.stringMatching(/has no lines/)],
    })
  })

  test('what is more than there is room for, and not without end', () => {
    const files = Array.from({ length: 400 }, (_, at) => ({
      name: `${String(at).padStart(3, '0')}.comment`,
      text: `${at}`,
    }))
    const many = parseOutbox(raw({ files }), 'pull')
    expect(many.entries).toHaveLength(MOST_ENTRIES)
    expect(many.refused).toEqual(['100 entries more than 300'])
    const bad = parseOutbox(raw({ files: files.map(({ text }) => ({ name: text, text })) }), 'pull')
    expect([bad.refused.length, bad.refused.at(-1)]).toEqual([51, 'and 350 more were refused'])
  })
})

test('anything at all is parsed without throwing, and only entries of the schema come out', () => {
  const value = fc.anything({ maxDepth: 2 })
  const call = fc.record({
    server: fc.constantFrom('github_comment', 'github_inline_comment'),
    tool: fc.string(),
    arguments: value,
  })
  fc.assert(
    fc.property(fc.array(call), fc.array(fc.record({ name: fc.string(), text: fc.string() })), (calls, files) => {
      const known = calls.map((one) =>
        one.server === 'github_comment' ? tracking(one.arguments) : inline(one.arguments),
      )
      for (const { body } of parseOutbox(raw({ calls: known, files }), 'pull').entries) {
        expect(body.trim()).not.toBe('')
        expect(body.length).toBeLessThanOrEqual(65_536)
      }
    }),
  )
})
