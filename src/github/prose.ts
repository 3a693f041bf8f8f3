// What prose from a sandbox may not do on GitHub: call people, close issues, command bots, hide text, load or link what
// lies elsewhere. Each rule makes it visible and dead instead of taking it out.
import type { TextPolicy } from './publish-types.ts'

/** Stands where GitHub would otherwise see one word; `plainText` takes it out again, so that a second pass is the same. */
export const BREAK = '\u200b'

export interface Neutralised {
  readonly text: string
  /** What was found, such as `a mention`. */
  readonly found: readonly string[]
}

// Tags that GitHub keeps and that can do nothing without attributes.
const TAG =
  /^<(?:\/?(?:details|summary|sub|sup|kbd|b|i|em|strong|code|del|ins)|br|br\/|br \/|hr|hr\/|hr \/|details open)>/i
const ENTITY = /^&(?:amp|lt|gt|quot|nbsp|mdash|ndash|hellip|copy|times|rarr|larr);/

const CLOSING = /\b(c)(lose[sd]?)|\b(f)(ix(?:e[sd])?)|\b(r)(esolve[sd]?)/gi
const REFERENCE = /^[^\p{L}\p{N}#]{1,40}(?:#|gh-\d|[\w.-]+\/[\w.-]+#|https?:\/\/)/iu
const URLS = /(?:(?:https?|ftp):\/|www\.)[^\s`<>|]*/gi
// An address of a mailbox is none; behind one that GitHub links, the next sign starts anew.
export const MENTION = /(?<![A-Za-z0-9])@(?=[\p{L}\p{N}_])|(?<=@\S*)@/gu
const ELSEWHERE = /([\w.-]+\/[\w.-]+)#(?=\d)/g

/** `prose` holds no code. */
export function neutralise(prose: string, policy: TextPolicy): Neutralised {
  const found: string[] = []
  const note = (what: string, text: string) => {
    found.push(what)
    return text
  }
  const inert = escapeMarkup(prose, note)
    .replaceAll(CLOSING, (word, ...rest) => {
      const [whole, offset] = [rest.at(-1) as string, rest.at(-2) as number]
      if (!REFERENCE.test(whole.slice(offset + word.length))) return word
      return note('a closing keyword', `${word[0]}${BREAK}${word.slice(1)}`)
    })
    .replaceAll(/^([^\S\n]*)(?=\/[a-z]|::|##\[)/gim, (_, space) => note('a command', `${space}${BREAK}`))
    .replaceAll(/\]\((?!\s*\))/g, (match, offset: number, whole: string) =>
      allowedTarget(whole.slice(offset + 2), policy) ? match : note('a link', `]${BREAK}(`),
    )
    .replaceAll(/^([\s>*+-]*\[(?!\^)[^\]\n]*\]):/gm, (_, label) => note('a link', `${label}${BREAK}:`))
  return { text: urlsAndNames(inert, policy, note), found }
}

function escapeMarkup(prose: string, note: (what: string, text: string) => string): string {
  return prose.replaceAll(/<|&(?=#|\w+;)/g, (sign, offset: number, whole: string) => {
    const rest = whole.slice(offset, offset + 40)
    if (sign === '&') return ENTITY.test(rest) ? sign : note('an entity', '&amp;')
    if (TAG.test(rest)) return sign
    return /^<[a-z/!?]/i.test(rest) ? note('markup', '&lt;') : '&lt;'
  })
}

// Addresses first: what they are made of is neither a mention nor a reference.
function urlsAndNames(text: string, policy: TextPolicy, note: (what: string, text: string) => string): string {
  let done = ''
  let from = 0
  for (const match of text.matchAll(URLS)) {
    const url = match[0].replace(/[^\p{L}\p{N}/#=&+-]+$/u, '')
    done += names(text.slice(from, match.index), policy, note)
    const end = match.index + url.length === text.length ? BREAK : ''
    // A span next to another, or behind a backslash, would be none.
    const start = /[`\\]$|^$/.test(done) ? BREAK : ''
    done += isAllowed(url, policy) ? url : note('a link', `${start}\`${url.replaceAll('\\', '')}\`${end}`)
    from = match.index + url.length
  }
  return done + names(text.slice(from), policy, note)
}

function names(text: string, policy: TextPolicy, note: (what: string, text: string) => string): string {
  const mentioned = policy.mentions ? text : text.replaceAll(MENTION, () => note('a mention', `@${BREAK}`))
  return mentioned.replaceAll(ELSEWHERE, (_, repository) =>
    note('a reference to another repository', `${repository}${BREAK}#`),
  )
}

// Inside of `](…)`: a place on this page, a path of this repository, or an allowed address, written without tricks.
function allowedTarget(rest: string, policy: TextPolicy): boolean {
  const target = /^([^\s()<>\\&]*)\)/.exec(rest)?.[1]
  if (target === undefined) return false
  if (/^https?:\/\//i.test(target)) return isAllowed(target, policy)
  return /^(?:#|\.{0,2}\/?[\w.-])[\w./#?=%-]*$/.test(target) && !target.startsWith('//')
}

function isAllowed(text: string, { allowedLinkHosts }: TextPolicy): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && allowedLinkHosts.includes(url.host)
}
