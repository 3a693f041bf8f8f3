import { describe, expect, test } from 'vitest'
import { cut, plainLine, plainText } from '../../../src/report/plain-text.ts'

const ESC = '\u001b'

describe('what moves, hides or reorders is gone', () => {
  test.each([
    ['colours', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['colours with colons', `${ESC}[38:2:1:2:3mred`, 'red'],
    ['cursor and screen', `a${ESC}[2J${ESC}[1;1Hb${ESC}[?25l`, 'ab'],
    ['a title', `a${ESC}]0;evil\u0007b`, 'ab'],
    ['a link', `${ESC}]8;;https://evil.example${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['the clipboard', `${ESC}]52;c;ZXZpbA==\u0007x`, 'x'],
    ['a device control string', `${ESC}P1$r evil${ESC}\\x`, 'x'],
    ['one that never ends', `a${ESC}]0;evil\nb`, 'a\nb'],
    ['an eight-bit introducer', 'a\u009b31mb\u009d0;t\u009cc', 'abc'],
    ['a half one', `a${ESC}`, 'a'],
    ['one hidden in another', `${ESC}${ESC}[31m[31mx`, '[31mx'],
    ['reset', `a${ESC}cb`, 'ab'],
    ['a character set', `a${ESC}(0b`, 'ab'],
    ['backspaces and bells', 'a\b\u0007\u007fb', 'ab'],
    ['a line written over', 'all good\rFAILED', 'FAILED'],
    ['a Windows line end', 'a\r\nb', 'a\nb'],
    ['text that runs the other way', 'user\u202e\u2066// admin\u2069', 'user// admin'],
    ['invisible letters', 'a\u200bb\u2060c\ufeffd', 'abcd'],
    ['tags', `x\u{e0041}\u{e007f}y`, 'xy'],
    ['line ends nobody sees', 'a\u2028b\u0085c', 'abc'],
    ['half a pair', 'a\ud83d b', 'a\ufffd b'],
  ])('%s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain)
    expect(plainText(plain)).toBe(plain)
  })

  test.each(['Grüße, 世界, emoji 👩‍💻', 'a\tb\nc', '→ ✓ │ ─'])('%j stays', (text) => {
    expect(plainText(text)).toBe(text)
  })
})

test('no control character survives, whatever stands around it', () => {
  const all = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code))
  for (const first of all) {
    for (const second of [ESC, '\u009b', '[', ']', 'a', '']) {
      expect(plainText(`x${first}${second}31my`)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    }
  }
})

test('a line is one line, and has an end', () => {
  expect(plainLine('a\n  b\tc')).toBe('a b  c')
  expect(plainLine('x'.repeat(1_000_000)).length).toBeLessThan(5000)
  expect(cut('👍👍', 3)).toBe('👍\ufffd…')
})
