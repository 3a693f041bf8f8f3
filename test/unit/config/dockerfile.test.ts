import { describe, expect, it } from 'vitest'
import { parseDockerfile } from '../../../src/config/dockerfile.ts'

const keywords = (text: string) => parseDockerfile(text).instructions.map(({ keyword, line }) => `${keyword}@${line}`)

describe('instructions', () => {
  it.each<[string, string[]]>([
    ['FROM a\nRUN b', ['FROM@1', 'RUN@2']],
    ['\uFEFF# c\r\n\r\n  from a\r\nRUN b \\\r\n  c\r\nCMD d', ['FROM@3', 'RUN@4', 'CMD@6']],
    ['RUN a \\\n# comment\n\n  b \\\nADD c\nCMD d', ['RUN@1', 'CMD@6']],
    ['# escape=`\nRUN a `\n  b\nCMD c\\\nCMD d', ['RUN@2', 'CMD@4', 'CMD@5']],
    ['RUN <<EOF\nFROM x\nEOF\nCMD a', ['RUN@1', 'CMD@4']],
    ['COPY <<"A" <<-B /x/\nFROM x\nA\nFROM y\n\t\tB\nCMD a', ['COPY@1', 'CMD@6']],
    ['RUN cat<<EOF "<<X" a\\ <<Y\nCMD a', ['RUN@1', 'CMD@2']],
    ['RUN 3<<EOF\nEOF\nCMD a', ['RUN@1', 'CMD@3']],
    ['CMD a <<EOF\nRUN b', ['CMD@1', 'RUN@2']],
    // What a heredoc holds is listed too where it would matter as an instruction.
    ['RUN <<EOF\nADD http://x /y\nEOF', ['RUN@1', 'ADD@2']],
  ])('%j', (text, expected) => expect(keywords(text)).toEqual(expected))

  it('flags, words and JSON', () => {
    const text =
      'RUN --mount=type=cache,target=/x --network="host" apt -y --yes\nADD ["a b", "c"]\nONBUILD ADD --chown=1 a b'
    expect(parseDockerfile(text).instructions).toMatchObject([
      {
        flags: [
          { name: 'mount', value: 'type=cache,target=/x' },
          { name: 'network', value: 'host' },
        ],
        words: ['apt', '-y', '--yes'],
      },
      { words: ['a b', 'c'] },
      { keyword: 'ADD', onbuild: true, flags: [{ name: 'chown' }], line: 3 },
    ])
  })
})

describe('the syntax directive', () => {
  it.each<[string, string, number]>([
    ['# syntax=a/b:1\nFROM x', 'a/b:1', 1],
    ['#!/usr/bin/env x\n#Syntax = a/b more\nFROM x', 'a/b', 2],
    ['# escape=`\n#syntax=a/b', 'a/b', 2],
    ['// syntax=a/b\n{}', 'a/b', 1],
    ['{ "syntax": "a/b" }', 'a/b', 1],
    ['\uFEFF# syntax=a/b', 'a/b', 1],
  ])('%j', (text, image, line) => expect(parseDockerfile(text).syntax).toEqual({ image, line }))

  it.each(['# comment\n# syntax=a/b', 'FROM x\n# syntax=a/b', '\n# syntax=a/b', '# syntax:a/b'])('%j is none', (text) =>
    expect(parseDockerfile(text).syntax).toBeUndefined())
})

describe('faults', () => {
  it.each([
    ['FROM a\nRUNN b', 'unknown instruction RUNN', 2],
    ['FROM a\nRUN <<EOF\nb', 'the heredoc EOF is not closed', 2],
    ['FROM a\nRUN b \\\\\nCMD c', 'builders disagree', 2],
    ['ONBUILD ONBUILD RUN a', 'unknown instruction ONBUILD', 1],
  ])('%j', (text, message, line) => {
    const [fault] = parseDockerfile(text).faults
    expect(fault?.message).toContain(message)
    expect(fault?.line).toBe(line)
  })
})
