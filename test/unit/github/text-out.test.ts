// What a sandbox wrote is made fit for GitHub: visible, dead, and nothing that a bot, a person or our own markers obey.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pieces } from '../../../src/github/markdown-pieces.ts'
import { BREAK } from '../../../src/github/prose.ts'
import { redact } from '../../../src/github/redact.ts'
import { cleanMarkdown, cleanPlain, cleanTitle } from '../../../src/github/text-out.ts'

const SECRET = 'not-a-real-key-1234567890'
const CLEANING = { policy: { allowedLinkHosts: ['github.com'], mentions: false }, secrets: [SECRET] }
const clean = (text: string) => cleanMarkdown(text, CLEANING).text
/** The break made visible. */
const shown = (text: string) => clean(text).replaceAll(BREAK, '¦')

describe('what is meant well stays as it is', () => {
  test.each([
    'The total is wrong: `sum(a, b)` loses the last one. See #12 and src/total.ts:30.',
    '## Findings\n\n- one\n- **two**\n  - three\n\n> quoted\n\n| a | b |\n| --- | --- |\n| `x` | 2 |',
    "```ts\nimport x from '@types/node'\nconst a = `b${c}`\n```",
    'Mail me at me@example.org, or install `@types/node`.',
    'See [the code](src/a.ts#L3), [above](#findings) and [an issue](https://github.com/o/r/issues/1).',
    'a < b && c > d; 100% & more',
    '<details><summary>More</summary>\n\ntext<br>\n\n</details>',
    'It fixes the total and resolves nothing else; closes the file.',
    '~~struck~~ and 3/4, and/or, 5:30, std::vector',
  ])('%s', (text) => expect(clean(text).replaceAll('&lt; b', '< b')).toBe(text))
})

describe('what would act is dead, and still there to be read', () => {
  test.each([
    ['a mention', 'thanks @octocat and @org/team', 'thanks @¦octocat and @¦org/team'],
    ['a mention after a slash or dash', '/@a -@b (@c) _@d_', '/@¦a -@¦b (@¦c) _@¦d_'],
    ['a mention by entity', 'hi &#64;octocat &commat;x', 'hi &amp;#64;octocat &amp;commat;x'],
    [
      'closing keywords',
      'Fixes #1, closes: o/r#2\nresolved\n#3 fix GH-4',
      'F¦ixes #1, c¦loses: o/r¦#2\nr¦esolved\n#3 f¦ix GH-4',
    ],
    [
      'a closing keyword in bold, with an address',
      '**Closes** https://github.com/o/r/issues/1',
      '**C¦loses** https://github.com/o/r/issues/1',
    ],
    ['slash commands', '/approve\n  /lgtm please\n/etc', '¦/approve\n  ¦/lgtm please\n¦/etc'],
    ['workflow commands', '::set-output name=x::1\n##[error]x', '¦::set-output name=x::1\n¦##[error]x'],
    ['hidden text', 'a <!-- airlock:summary --> b', 'a &lt;!-- airlock:summary --> b'],
    ['an image from elsewhere', '![x](https://evil.example/p.png?d=1)', '![x]¦(`https://evil.example/p.png?d=1`)'],
    ['a link elsewhere', '[docs](https://evil.example)', '[docs]¦(`https://evil.example`)'],
    ['a bare link', 'see https://evil.example/a.', 'see `https://evil.example/a`.'],
    ['www', 'see www.evil.example now', 'see `www.evil.example` now'],
    [
      'a link written with tricks',
      '[a](https&#58;//evil.example) [b](//evil.example) [c](ht\\tp:x)',
      '[a]¦(https&amp;#58;//evil.example) [b]¦(//evil.example) [c]¦(ht\\tp:x)',
    ],
    [
      'a name that looks like ours',
      '[a](https://github.com@evil.example/x)',
      '[a]¦(`https://github.com@¦evil.example/x`)',
    ],
    ['a script address', '[a](javascript:alert(1))', '[a]¦(javascript:alert(1))'],
    ['a link defined apart', '[a]\n\n[a]: https://evil.example', '[a]\n\n[a]¦: `https://evil.example`¦'],
    ['an address in angle brackets', '<https://evil.example>', '&lt;`https://evil.example`>'],
    ['markup', '<img src=x onerror=y><a href="x">', '&lt;img src=x onerror=y>&lt;a href="x">'],
    ['a reference to another repository', 'like other/repo#12', 'like other/repo¦#12'],
    ['ANSI and hidden letters', 'a\u001b[31mred\u001b[0m @\u200boctocat\u202e', 'ared @¦octocat'],
    [
      'a drawing with links',
      '```mermaid\nclick A "https://evil.example"\n```',
      '```\nclick A "https://evil.example"\n```',
    ],
    ['a command in code', '```\n/approve\n```', '```\n¦/approve\n```'],
    ['a command in a suggestion', '```suggestion\n/approve\n```', '```\n¦/approve\n```'],
  ])('%s', (_, text, expected) => {
    expect(shown(text)).toBe(expected.replace('@¦evil', '@evil'))
    expect(cleanMarkdown(text, CLEANING).notes).not.toEqual([])
  })
})

describe('nobody makes us take prose for code', () => {
  test.each([
    ['an unmatched backtick', 'a ` b\n@octocat ` c'],
    ['an escaped backtick', 'a \\` @octocat `'],
    ['runs of other lengths', '`` @octocat `'],
    ['a fence inside of markup', '<details>\n```\n@octocat\n```'],
    ['a fence that is not one', '``` ` x\n@octocat\n```'],
    ['an indented fence', '    ```\n@octocat\n    ```'],
    ['a fence in a list that was never closed', '- ```\n  x\n@octocat'],
    ['a bar in a table', '| `a | @octocat` |'],
    ['a span behind a tag', '<summary>`@octocat`'],
    ['a span on a line below a tag', '<b>\n`@octocat`'],
    ['emphasis right before', '_x_@octocat'],
    ['an address right before', 'x@example.org@octocat'],
    ['a letter that GitHub takes for none', 'Ͱ@octocat'],
    ['a link next to a span', '`a`https://evil.example/ `@octocat'],
    ['a tilde fence', '~~~ `\nx\n~~~\n@octocat'],
  ])('%s', (_, text) => {
    // What stays code is code for GitHub: in a fence at the left edge after an empty line.
    const outside = clean(text).replaceAll(/(^|\n\n)(`{3,})[^\n]*\n[\s\S]*?\n\2(?=\n|$)/g, '')
    expect(outside).not.toMatch(/(?<!\w)@octocat/)
  })

  test('a fence is closed by its own length only, and by the end', () => {
    expect(clean('````\n```\n@octocat\n````\nafter')).toBe('````\n```\n@octocat\n````\nafter')
    expect(clean('```\n@octocat')).toBe('```\n@octocat\n```')
  })
})

describe('secrets', () => {
  test.each([
    ['plainly', SECRET],
    ['as base64', Buffer.from(SECRET).toString('base64')],
    ['as base64 inside something longer', Buffer.from(`x${SECRET}yz`).toString('base64')],
    ['as hex', Buffer.from(SECRET).toString('hex')],
    ['in code', `\`\`\`\n${SECRET}\n\`\`\``],
    ['with hidden letters in it', SECRET.split('').join('\u200b')],
  ])('of the run, %s', (_, text) => {
    const { text: out, notes } = cleanMarkdown(`key: ${text}`, CLEANING)
    expect(out).toContain('[redacted: a secret of this run]')
    expect(out).not.toContain(SECRET.slice(4, 16))
    expect(notes).toContain('a secret')
  })

  test.each([
    `ghp_${'a1'.repeat(18)}`,
    `ghs_${'a1'.repeat(18)}`,
    `github_pat_${'a1'.repeat(30)}`,
    `sk-ant-api03-${'a1'.repeat(20)}`,
    'AKIAABCDEFGHIJKLMNOP',
    `xoxb-${'1'.repeat(12)}`,
    `glpat-${'a'.repeat(20)}`,
    `npm_${'a'.repeat(36)}`,
    '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----',
    `eyJhbGciOiJIUzI1.eyJzdWIiOiIx${'a'.repeat(10)}.${'b'.repeat(20)}`,
  ])('by shape: %s', (token) => {
    expect(redact(`a ${token} b`, []).text).toMatch(/^a \[redacted: [\w ]+\] b$/)
  })

  test('short or unset ones redact nothing', () => {
    expect(redact('a test', ['', 'test']).text).toBe('a test')
  })
})

describe('titles and commit messages', () => {
  test.each([
    ['Fix totals (fixes #3)\n\nThanks @octocat', 'Fix totals (f¦ixes #3)\n\nThanks @¦octocat'],
    ['x [skip ci]\n\nskip-checks: true', 'x [¦skip ci]\n\n¦skip-checks: true'],
    ['x\n\nSigned-off-by: Linus <l@x>', 'x\n\n¦Signed-off-by: Linus <l@x>'],
    ['x\n\nCo-authored-by: Mallory <m@x>', 'x\n\n¦Co-authored-by: Mallory <m@x>'],
    ['x\n\nCo-Authored-By: Claude <noreply@anthropic.com>', 'x\n\nCo-Authored-By: Claude <noreply@anthropic.com>'],
  ])('%j', (text, expected) => {
    expect(cleanPlain(text, CLEANING).text.replaceAll(BREAK, '¦')).toBe(expected)
  })

  test('a title is one line of at most 200 letters', () => {
    expect(cleanTitle(`a\n\u001b[1mb ${'x'.repeat(300)}`, CLEANING).text).toBe(`a b ${'x'.repeat(196)}…`)
  })
})

test('a text that is too long is cut, with its fences closed', () => {
  const { text, notes } = cleanMarkdown(`\`\`\`\n${'@x `` '.repeat(20_000)}`, CLEANING)
  expect(text.length).toBeLessThan(65_536)
  expect(text).toMatch(/\n`{3,}\n\n… cut here/)
  expect(notes).toContain('a text that was too long')
  expect(clean(`${'<@x '.repeat(20_000)}`).length).toBeLessThan(65_536)
})

describe('whatever it is', () => {
  const bits = fc.array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '@octocat',
          '`',
          '``',
          '```',
          '````',
          '~~~',
          '\n',
          '\n\n',
          ' ',
          '    ',
          '- ',
          '> ',
          '| ',
          '\\',
          '<',
          '>',
          '&#64;',
          '&lt;',
        ],
        ...[
          '<!-- airlock:x -->',
          '](',
          '![',
          '[',
          ')',
          'https://evil.example/x',
          '//evil.example',
          'fixes #1',
          '/approve',
          '::error::',
          '<details>',
          '</details>',
        ],
        ...['suggestion', 'o/r#1', 'www.evil.example', '&', 'a', '\u200b', '\r', '\u001b[1m', SECRET],
      ),
      fc.string({ maxLength: 6, unit: 'grapheme' }),
    ),
    { maxLength: 40 },
  )

  const isInert = (text: string) => {
    expect(text).not.toContain(SECRET)
    expect(text).not.toMatch(/^[^\S\n]*(?:\/[a-z]|::|##\[)/im)
    const prose = pieces(text)
      .map((piece) => (piece.kind === 'prose' ? piece.text : '\u0001'))
      .join('')
    expect(prose).not.toMatch(/<!--|<[^>\n]*(?:src|href)/i)
    expect(prose).not.toMatch(/(?<!\w)@octocat/)
    expect(prose).not.toMatch(/https?:\/\/evil|www\.evil/)
    expect(prose).not.toMatch(/\]\((?:\/\/|\u0001)/)
    expect(prose).not.toMatch(/(?<!\w)fixes #1/)
  }

  test('no marker, no secret, no command, no address, no mention outside of code, cleaned once or twice', () => {
    fc.assert(
      fc.property(bits, (parts) => {
        const once = clean(parts.join(''))
        isInert(once)
        isInert(clean(once))
      }),
      { numRuns: 3000 },
    )
  })
})
