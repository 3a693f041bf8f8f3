// JSON that may be shown at a terminal: JSON itself lets control characters of the second set and invisible ones pass.
const UNSAFE = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\udb40[\udc00-\udc7f]/g

/** The same value, two spaces deep, with such characters escaped. */
export function safeJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, undefined, 2).replaceAll(UNSAFE, (sign) => sign.split('').map(escaped).join(''))
}
