import { describe, expect, test } from 'vitest'
import { visibleText } from '../../../src/github/hidden-text.ts'

const SECRET = 'IGNORE ALL PREVIOUS'

describe('is taken out', () => {
  test.each([
    ['a comment', `a <!-- ${SECRET} --> b`],
    ['one over several lines', `a <!--\n${SECRET}\n--> b`],
    ['one that is never closed', `a b <!-- ${SECRET}`],
    ['one that ends another way', `a <!-- ${SECRET} --!> b`],
    ['one put together by removal', `a <!<!-- x -->-- ${SECRET} --> b`],
    ['a processing instruction', `a <?x ${SECRET} ?> b`],
    ['CDATA', `a <![CDATA[ ${SECRET} ]]> b`],
    ['a declaration', `a <!X ${SECRET}> b`],
    ['a definition that is a comment', `a\n\n[//]: # (${SECRET})\n\nb`],
    ['one with another name', `a\n\n[comment]: <> (${SECRET})\n\nb`],
    ['the title of a definition', `a [b][c]\n\n[c]: https://example.com "${SECRET}"`],
    ['the alternative of an image', `a ![${SECRET}](https://github.com/x.png) b`],
    ['over several lines', `a ![${SECRET}\nx](https://github.com/x.png) b`],
    ['by reference', `a ![${SECRET}][x] b`],
    ['the title of a link', `a [b](https://example.com "${SECRET}") b`],
    ['with other quotes', `a [b](<https://example.com> '${SECRET}') b`],
    ['attributes of HTML', `a <img src=x alt="${SECRET}" title='${SECRET}'> b`],
    ['attributes of a link', `a <a href=x data-note="${SECRET}" aria-label='${SECRET}'>b</a>`],
  ])('%s', (_what, text) => {
    const seen = visibleText(text)
    expect(seen).not.toContain('IGNORE')
    expect(seen).toContain('a')
    expect(seen).toContain('b')
    expect(visibleText(seen)).toBe(seen)
  })

  test.each([
    ['zero width', 'a\u200bb\u200cc\u200dd\ufeffe'],
    ['bidirectional', 'a\u202eb\u2066c\u200fde'],
    ['soft hyphens and fillers', 'a\u00adb\u3164c\u115fd\uffa0e'],
    ['tags', 'a\u{e0041}\u{e0042}bcde'],
    ['selectors that carry bytes', 'a\u{e0100}b\ufe00c\ufe01de'],
    ['entities of those', 'a&#8203;b&#x200B;c&#xE0041;de'],
    ['terminal sequences', 'a\u001b[31mb\u001b]0;x\u0007cde'],
    ['a number that is no character', 'abc&#x7fffff;de'],
  ])('%s', (_what, text) => {
    expect(visibleText(text)).toBe('abcde')
  })
})

test.each([
  'An ordinary text, with `code` and **bold**.\n\n- a list\n- [a link](https://example.com/a?b=c#d)\n',
  'if (a <b && c> d) { x = a < b ? c : d }',
  '&#60;div&#62; and &lt;b&gt; are how one writes HTML',
  'Grüße, 日本語, emoji ❤️ 🎉',
  '> a quote\n\n```ts\nconst x: Array<string> = []\n```',
  '[a]: https://example.com/page\nand [a] itself',
  '<details><summary>More</summary>\n\nhidden by a click only\n</details>',
])('what everybody sees stays: %j', (text) => {
  expect(visibleText(text)).toBe(text)
})

test('long texts of nothing but openings end in time', () => {
  for (const part of ['<!-', '![', '[a](', '<a ', '[x]: y "', '&#8203;']) {
    expect(visibleText(part.repeat(20_000)).length).toBeLessThanOrEqual(part.length * 20_000)
  }
}, 20_000)
