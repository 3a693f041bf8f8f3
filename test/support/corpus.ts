// The corpus: ordinary development setups of many kinds, and what the audit makes of each. Run this file to write
// docs/corpus.md; a test holds the page to what is computed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { audit, isRefused } from '../../src/audit/audit.ts'
import type { Finding } from '../../src/audit/finding.ts'
import { type ConfigRequest, resolveConfig } from '../../src/config/resolve.ts'
import { dockerClient } from '../../src/ports/docker.ts'
import { AirlockError } from '../../src/ports/errors.ts'
import { allowedEnvironment, hostProcess } from '../../src/ports/process.ts'
import { project } from './projects.ts'
import { ROOT } from './steps.ts'

const FOLDER = join(ROOT, 'test/fixtures/corpus')
export const PAGE = join(ROOT, 'docs/corpus.md')

export interface Setup {
  readonly name: string
  readonly stack: string
  /** The public repository that it is modelled on. */
  readonly like: string
  /** What a user of it would have to choose. */
  readonly request?: Partial<ConfigRequest> & { readonly base_image?: string }
  readonly files: Readonly<Record<string, string>>
  /** Why it is right that it is refused, and what makes it pass. */
  readonly why?: string
  /** What makes it pass: another choice, or texts of its files with what to write in their place, in turn. */
  readonly mended?: { readonly request?: Setup['request']; readonly change?: readonly string[] }
}

export type Verdict = 'untouched' | 'changed' | 'refused'

export interface Judged extends Setup {
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  /** Of a configuration that can't be read. */
  readonly error?: string
}

export function corpus(): readonly Setup[] {
  return readdirSync(FOLDER)
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')))
    .map((document) => document.toJS() as Setup)
}

/** A refused setup with its remedy. */
export function mended({ mended: { request = {}, change = [] } = {}, ...setup }: Setup): Setup {
  const replace = (text: string) => {
    let result = text
    for (let at = 0; at < change.length; at += 2)
      result = result.replaceAll(change[at] as string, change[at + 1] as string)
    return result
  }
  const files = Object.entries(setup.files).map(([path, text]) => [path, replace(text)])
  return { ...setup, request: { ...setup.request, ...request }, files: Object.fromEntries(files) }
}

export async function judge(setup: Setup): Promise<Judged> {
  using made = project(setup.files, setup.name)
  // Nobody's agent and home: the page is the same wherever it is made.
  const { SSH_AUTH_SOCK: _, ...environment } = allowedEnvironment(process.env)
  const child = hostProcess({
    ...environment,
    HOME: '/home/somebody',
    DOCKER_CONFIG: join(process.env.HOME ?? '/', '.docker'),
  })
  const { base_image: image, ...request } = setup.request ?? {}
  const base = image === undefined ? {} : { base: { kind: 'image', image } as const }
  try {
    const config = await resolveConfig(
      {
        directory: made.directory,
        include: [],
        ...request,
        project: { kind: 'auto', ...request.project, ...base } as ConfigRequest['project'],
      },
      { process: child, docker: dockerClient(child) },
    )
    const findings = audit(config, { allow: [] })
    const verdict = findings.some(isRefused)
      ? 'refused'
      : findings.some(({ severity }) => severity === 'rewrite')
        ? 'changed'
        : 'untouched'
    return { ...setup, verdict, findings }
  } catch (error) {
    if (!(error instanceof AirlockError)) throw error
    return { ...setup, verdict: 'refused', findings: [], error: error.message }
  }
}

/** Two at a time: each starts compose. */
export async function judgeAll(setups: readonly Setup[]): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (let at = 0; at < setups.length; at += 2) judged.push(...(await Promise.all(setups.slice(at, at + 2).map(judge))))
  return judged
}

const share = (part: number, all: number) => `${((100 * part) / all).toFixed(0)} %`

export function corpusPage(all: readonly Judged[]): string {
  const of = (verdict: Verdict) => all.filter((setup) => setup.verdict === verdict)
  const refused = of('refused')
  const passed = all.length - refused.length
  const row = ({ name, stack, like, request, verdict, findings }: Judged) => {
    const [repository = '', more = ''] = like.split(/ (.*)/)
    const changes = rulesOf(findings.filter(({ severity }) => severity !== 'refuse'))
    return `| ${name} | ${stack} | [${repository}](https://github.com/${repository})${more && ` ${more}`} | ${chosen(request)} | ${verdict} | ${changes} |`
  }
  return `<!-- Made from test/fixtures/corpus by test/support/corpus.ts. -->
# What ordinary projects meet

${all.length} development setups, each written after a public repository that was looked up, and none copied from it. Each is
resolved and judged as a run would, with the choices that a user has to make (a service or an image to work in) and no
finding allowed.

| | setups | share |
| --- | --- | --- |
| pass untouched | ${of('untouched').length} | ${share(of('untouched').length, all.length)} |
| pass, and something is done in another way | ${of('changed').length} | ${share(of('changed').length, all.length)} |
| **pass** | **${passed}** | **${share(passed, all.length)}** |
| refused | ${refused.length} | ${share(refused.length, all.length)} |

## The refused ones

| setup | found | why it stays refused |
| --- | --- | --- |
${refused.map(({ name, findings, error, why }) => `| ${name} | ${error ?? rulesOf(findings.filter(isRefused))} | ${why ?? ''} |`).join('\n')}

## All of them

The last column names what is told besides: [changes and warnings](audit.md).

| setup | stack | after | chosen | verdict | told |
| --- | --- | --- | --- | --- | --- |
${all.map(row).join('\n')}
`
}

const chosen = (request: Setup['request'] = {}) =>
  (['service', 'base_image', 'services', 'include'] as const)
    .flatMap((key) => (request[key] === undefined ? [] : [`\`${key}: ${[request[key]].flat().join(', ')}\``]))
    .join('; ')

const rulesOf = (findings: readonly Finding[]) =>
  [...new Set(findings.map(({ rule }) => rule))]
    .sort()
    .map((rule) => `[${rule}](audit.md#${rule.toLowerCase()})`)
    .join(' ')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const judged = await judgeAll(corpus())
  writeFileSync(PAGE, corpusPage(judged))
  for (const { name, verdict, findings, error } of judged.filter((setup) => setup.verdict === 'refused')) {
    const lines = findings.filter(isRefused).map(({ rule, message }) => `${rule} ${message}`)
    process.stdout.write(`${verdict} ${name}: ${error ?? lines.join('; ')}\n`)
  }
}
