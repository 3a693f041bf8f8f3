import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { parseDockerfile } from '../../../src/config/dockerfile.ts'
import { devcontainerConfig } from './config-of.ts'

const findings = (text: string, args: Record<string, string> = {}) =>
  audit(
    {
      ...devcontainerConfig('{"image": "debian"}'),
      dockerfiles: [{ file: 'Dockerfile', args, hasLines: true, text: parseDockerfile(text) }],
    },
    { allow: [] },
  )

const CASES: readonly (readonly [string, string, string])[] = [
  ['AL801', '# syntax=evil/frontend\nFROM x', '# syntax=docker/dockerfile:1.7-labs\nFROM x'],
  [
    'AL801',
    '# syntax=docker/dockerfile.evil.example/x\nFROM x',
    '# syntax=docker.io/docker/dockerfile@sha256:0\nFROM x',
  ],
  ['AL801', '// syntax=evil\nFROM x', '# check=skip=all\nFROM x'],
  ['AL802', 'RUN --network=host true', 'RUN --network=none true'],
  ['AL802', 'RUN --security=insecure true', 'RUN --security=sandbox true'],
  ['AL802', 'RUN --device=vendor.com/gpu=all true', 'RUN true --device=x'],
  ['AL802', 'ONBUILD RUN --network=host true', 'ONBUILD RUN true'],
  ['AL803', 'RUN --mount=type=secret,id=token true', 'RUN --mount=type=cache,target=/root/.npm npm ci'],
  ['AL803', 'RUN --mount=type=ssh true', 'RUN --mount=type=bind,target=/src true'],
  ['AL804', 'ADD http://127.0.0.1:8080/x /x', 'ADD . /x'],
  ['AL804', 'ADD http://169.254.169.254/latest /x', 'ADD file.tar.gz /x'],
  ['AL804', 'ADD https://localhost/x /x', 'ADD ["http", "/x"]'],
  ['AL804', 'ADD https://2130706433/x /x', 'ADD httpd.conf /x'],
  ['AL804', 'ADD https://[::1]/x /x', 'COPY x /x'],
  ['AL804', 'ADD https://db.internal/x /x', 'COPY --from=x /y /x'],
  ['AL804', 'ADD http://example.com/x /x', 'ADD x y /x/'],
  ['AL804', 'ADD git@example.com:x.git /x', 'ADD x.git /x'],
  ['AL804', 'ARG WHERE=http://localhost\nADD ${WHERE}/x /x', 'ARG WHERE=dir\nADD ${WHERE}/x /x'],
  ['AL804', 'ENV WHERE http://localhost\nADD $WHERE/x /x', 'ENV WHERE=dir OTHER=x\nADD $WHERE/x /x'],
  ['AL804', 'ADD $UNKNOWN /x', 'ADD x$UNKNOWN /x'],
  ['AL804', 'ADD ${UNKNOWN:-http://localhost}/x /x', 'ADD ${UNKNOWN:-dir}/x /x'],
  ['AL804', 'ADD https://${HOST}.example.com/x /x', 'ADD --checksum=sha256:0 https://example.com/${VERSION}/x /x'],
  ['AL805', 'ADD https://example.com/x /x', 'ADD --checksum=sha256:0 https://example.com/x /x'],
  ['AL806', 'FROM x\nINCLUDE y', 'FROM x\nMAINTAINER y'],
  ['AL806', 'RUN --become=root true', 'HEALTHCHECK --start-period=3s CMD true'],
]

describe('rules about Dockerfiles', () => {
  it.each(CASES)('%s finds %j and lets %j pass', (rule, found, harmless) => {
    expect(findings(found).map((finding) => finding.rule)).toContain(rule)
    expect(findings(harmless)).toEqual([])
  })

  it('names file and line', () => {
    expect(findings('FROM x\n\nRUN --network=host true')[0]?.source).toEqual({ file: 'Dockerfile', line: 3 })
  })

  it('build arguments: another frontend, a default that is overridden, a secret', () => {
    const rules = (text: string, args: Record<string, string>) => findings(text, args).map(({ rule }) => rule)
    expect(rules('FROM x', { BUILDKIT_SYNTAX: 'evil/frontend' })).toEqual(['AL801'])
    expect(rules('ARG WHERE=dir\nADD $WHERE/x /x', { WHERE: 'http://localhost' })).toEqual(['AL804'])
    expect(rules('FROM x', { NPM_TOKEN: 'abc', VERSION: '3', KEYBOARD: 'x', EMPTY_TOKEN: '' })).toEqual(['AL807'])
  })
})
