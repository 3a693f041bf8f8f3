// Takes out of a text what GitHub does not show a person who reads it: a favourite place for instructions to an agent.
import { plainText } from '../report/plain-text.ts'

// In the order in which they are taken out; again and again until nothing changes, so that none is put together by the
// removal of another.
const HIDDEN: readonly (readonly [pattern: RegExp, kept: string])[] = [
  // An open comment hides everything after it.
  [/<!--(?:>|->|[\s\S]*?(?:--!?>|$))/g, ''],
  [/<\?[\s\S]*?(?:\?>|$)/g, ''],
  [/<!\[CDATA\[[\s\S]*?(?:\]\]>|$)/g, ''],
  [/<![A-Za-z][^>]*(?:>|$)/g, ''],
  // `[//]: # (text)` and other definitions that nothing refers to; their titles show nowhere.
  [/^[ \t]{0,3}\[[^\]\n]*\]:[ \t]*(?:#|<>)(?:[ \t]+.*)?$/gm, ''],
  [/^([ \t]{0,3}\[[^\]\n]+\]:[ \t]*\S+)[ \t]+(?:"[^\n]*"|'[^\n]*'|\([^\n]*\))[ \t]*$/gm, '$1'],
  // What stands in for an image, and what only a pointer held still over a link brings up.
  [/!\[[^\]]*\](?=[([])/g, '![image]'],
  [/(\]\(\s*(?:<[^<>\n]*>|[^\s()<>]*))\s+(?:"[^"]*"|'[^']*'|\([^()]*\))\s*\)/g, '$1)'],
  [
    /(<[a-zA-Z][^<>]*?)\s(?:alt|title|placeholder|label|summary|aria-[a-z]+|data-[a-z-]+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)/g,
    '$1',
  ],
]

/** Characters without a shape, beyond those of plainText: joiners, fillers, selectors that can carry a message. */
const SHAPELESS =
  /\u034f|\u200d|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]|[\u180b-\u180f]|[\u17b4\u17b5]|[\u00ad\u115f\u1160\u200c\u2028-\u202f\u205f\u3164\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]/gu

/** `&#8203;` and `&#x200b;` are the characters they name. */
const ENTITY = /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi

/** Text as a person sees it. Idempotent. */
export function visibleText(text: string): string {
  let seen = text
  for (let before = ''; before !== seen; ) {
    before = seen
    seen = onlyShapes(seen)
    for (const [pattern, kept] of HIDDEN) seen = seen.replaceAll(pattern, kept)
  }
  return seen
}

function onlyShapes(text: string): string {
  return plainText(
    text.replaceAll(ENTITY, (entity, hex?: string, decimal?: string) => invisible(entity, hex, decimal)),
  ).replaceAll(SHAPELESS, '')
}

// Only those that show nothing are decoded: `&#60;` is how a person writes about HTML.
function invisible(entity: string, hex: string | undefined, decimal: string | undefined): string {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (code > 0x10ffff) return ''
  const letter = String.fromCodePoint(code)
  return plainText(letter).replaceAll(SHAPELESS, '') === '' && !/\s/.test(letter) ? '' : entity
}
