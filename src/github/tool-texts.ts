// What `gh pr view`, `gh issue view` and the lists print where no terminal is there to be pretty for.
import type { FrozenContext, Said } from './context.ts'
import { lastTime } from './tool-json.ts'

const flat = (text: string) => text.replaceAll(/[\t\r\n]+/g, ' ')

export function viewText(context: FrozenContext): string {
  return `${head(context)
    .map(([name, value]) => `${name}:\t${flat(value)}\n`)
    .join('')}--\n${context.body}\n`
}

function head(context: FrozenContext): readonly (readonly [string, string])[] {
  const { kind, said, files } = context
  const sum = (count: 'additions' | 'deletions') => String(files.reduce((total, file) => total + file[count], 0))
  const first = [
    ['title', context.title],
    ['state', stateOf(context)],
    ['author', context.author.login],
    ['labels', context.labels.join(', ')],
  ] as const
  if (kind === 'issue') {
    return [...first, ['comments', String(said.length)], ['number', String(context.number)], ['url', context.url]]
  }
  return [
    ...first,
    ['reviewers', reviewers(said)],
    ['number', String(context.number)],
    ['url', context.url],
    ['additions', sum('additions')],
    ['deletions', sum('deletions')],
  ]
}

const stateOf = ({ state, draft }: FrozenContext) =>
  draft && state.toUpperCase() === 'OPEN' ? 'DRAFT' : state.toUpperCase()

function reviewers(said: readonly Said[]): string {
  const last = new Map(said.filter(isReview).map((review) => [review.author.login, review.state ?? 'COMMENTED']))
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
  return [...last].map(([login, state]) => `${login} (${capital(words(state))})`).join(', ')
}

const isReview = (said: Said) => said.kind === 'review'

/** CHANGES_REQUESTED: changes requested. */
const words = (state: string) => state.toLowerCase().replaceAll('_', ' ')

/** Comments and reviews, as `--comments` prints them. gh leaves comments on lines out; here they stand with their place. */
export function commentsText({ said }: FrozenContext): string {
  return said
    .map((entry) => {
      const fields = [
        ['author', entry.author.login],
        ['association', words(entry.author.association)],
        ['status', isReview(entry) ? words(entry.state ?? 'COMMENTED') : 'none'],
        ...(entry.path === undefined ? [] : [['line', `${entry.path}:${entry.line ?? ''}`]]),
      ] as const
      return `${fields.map(([name = '', value = '']) => `${name}:\t${flat(value)}\n`).join('')}--\n${entry.body.trim()}\n--\n`
    })
    .join('')
}

export function listLine(context: FrozenContext): string {
  const columns =
    context.kind === 'pull'
      ? [String(context.number), context.title, context.headRef ?? '', stateOf(context), context.createdAt]
      : [String(context.number), stateOf(context), context.title, context.labels.join(', '), lastTime(context)]
  return `${columns.map(flat).join('\t')}\n`
}
