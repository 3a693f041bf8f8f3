// GitHub's answers, read without trusting their shape.
import type { Author } from './context.ts'

export type Fields = Readonly<Record<string, unknown>>

export interface Place {
  readonly owner: string
  readonly repo: string
  readonly number: number
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/** Of an issue, a pull request, a comment or a review; `ghost` where the account is gone. */
export function authorOf(said: Fields): Author {
  const { login, type } = fieldsOf(said.user)
  return {
    login: typeof login === 'string' ? login : 'ghost',
    bot: type === 'Bot',
    association: textOf(said.author_association) || 'NONE',
  }
}
