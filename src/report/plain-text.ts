// Text that a sandbox wrote, made fit to be shown: letters only, nothing that moves a cursor, sets a title, hides or
// reorders what a person reads.

// Sequences that a terminal takes for commands: CSI, then OSC, DCS, SOS, PM and APC up to their end, then short ones.
const SEQUENCES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g
// What is left of them, all other control characters but tab and newline, and line ends that not everybody knows.
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/g
// Characters that reorder or hide text: bidirectional controls, invisible letters, tags, the byte order mark.
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

/** Keeps newlines and tabs. Idempotent. */
export function plainText(text: string): string {
  return wellFormed(text)
    .replaceAll(SEQUENCES, '')
    .replaceAll(/\r\n/g, '\n')
    .replaceAll(/^.*\r(?=[^\r\n])/gm, '')
    .replaceAll('\r', '')
    .replaceAll(CONTROLS, '')
    .replaceAll(INVISIBLE, '')
}

/** At most `longest` characters, with a sign where it was cut. */
export function cut(text: string, longest: number, sign = '…'): string {
  return text.length > longest ? `${wellFormed(text.slice(0, longest))}${sign}` : text
}

// Half a pair, from a cut or from somebody's hand, is no character.
const wellFormed = (text: string) => text.replaceAll(/\p{Surrogate}/gu, '\ufffd')

const LONGEST = 4000

/** One line of at most 4000 characters, tabs as spaces. */
export function plainLine(text: string): string {
  const line = plainText(text.slice(0, LONGEST * 2))
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('\t', '  ')
  return cut(line, LONGEST)
}
