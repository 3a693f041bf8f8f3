// Properties of the parsers and the rules that hold for whatever a repository has in its files. `npm run fuzz -- SECONDS`
// runs them for that long each; the tests run them for a moment.
import fc from 'fast-check'
import { parse, stringify } from 'yaml'
import { audit, auditMetadata } from '../../src/audit/audit.ts'
import { formatFindings } from '../../src/audit/format.ts'
import { checkShape } from '../../src/config/devcontainer-shape.ts'
import { parseDockerfile } from '../../src/config/dockerfile.ts'
import { objectOf } from '../../src/config/json.ts'
import { parseJsonc } from '../../src/config/jsonc.ts'
import { collectProblems, type Problems } from '../../src/config/problems.ts'
import type {
  ComposeModel,
  Json,
  JsonObject,
  ResolvedConfig,
  SourceDocument,
} from '../../src/config/resolved-config.ts'
import { tidyModel } from '../../src/config/tidy.ts'
import { parseYaml } from '../../src/config/yaml.ts'
import { AirlockError } from '../../src/ports/errors.ts'
import { composeConfig, devcontainerConfig } from '../unit/audit/config-of.ts'
import { COMPOSE_KEYS, DEVCONTAINER_KEYS, DOCKERFILE_LINES, NASTY, YAML_PIECES } from './fuzz-words.ts'

type Property = fc.IRawProperty<unknown>

const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const { value: anything } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.constantFrom<Json>(null, true, false, 0, -1, 1e21), nasty),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(nasty, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

/** Objects whose keys are mostly the ones that mean something. */
const keyed = (keys: readonly string[]) =>
  fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, nasty), anything, {
    maxKeys: 8,
    noNullPrototype: true,
  })

const service = keyed(COMPOSE_KEYS)
const model = fc.record({
  services: fc.dictionary(nasty, service, { maxKeys: 3, noNullPrototype: true }),
  networks: fc.dictionary(nasty, anything, { maxKeys: 2, noNullPrototype: true }),
  volumes: fc.dictionary(nasty, anything, { maxKeys: 2, noNullPrototype: true }),
  secrets: fc.dictionary(nasty, service, { maxKeys: 2, noNullPrototype: true }),
}) as fc.Arbitrary<JsonObject>

/** A text with pieces put in, taken out and doubled. */
const mutated = (text: fc.Arbitrary<string>, pieces: readonly string[]) =>
  fc
    .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.constantFrom(...pieces)), { maxLength: 6 }))
    .map(([start, edits]) =>
      edits.reduce((made, [place, length, piece]) => {
        const at = place % (made.length + 1)
        return (
          made.slice(0, at) + piece + made.slice(at + (length % 5 === 0 ? length : 0)) + made.slice(at, at + length)
        )
      }, start),
    )

/** Either it is read, and every place of it can be told and printed, or it is said what is wrong. */
function answered(
  parseText: (text: string, file: string, problems: Problems) => SourceDocument | undefined,
  text: string,
) {
  const problems = collectProblems()
  const document = parseText(text, 'file', problems)
  const wrong = complaint(problems)
  if ((document === undefined) !== (wrong !== undefined)) throw new Error('neither read nor refused')
  if (!document) return undefined
  JSON.stringify(document.value)
  everyPlace(document)
  return document
}

function complaint(problems: Problems): AirlockError | undefined {
  try {
    problems.throwIfAny()
    return undefined
  } catch (error) {
    if (error instanceof AirlockError) return error
    throw error
  }
}

function everyPlace(document: SourceDocument): void {
  const visit = (value: Json, path: readonly (string | number)[]): void => {
    const { line, column } = document.locate(path)
    if (!(Number(line) >= 1 && Number(column) >= 1)) throw new Error(`no place for ${path.join('.')}`)
    if (typeof value !== 'object' || value === null || path.length > 6) return
    for (const [key, part] of Object.entries(value)) visit(part, [...path, Array.isArray(value) ? Number(key) : key])
  }
  visit(document.value, [])
  document.locate(['none', 0, '__proto__', 'constructor'])
}

const judged = (config: ResolvedConfig) => formatFindings(audit(config, { allow: [{ rule: 'AL202', reason: 'x' }] }))

/** Our reading of a document without merges is the parser's own. */
function sameAsParser(text: string): void {
  const document = answered(parseYaml, text)
  if (!document || /<<|!|%/.test(text)) return
  const theirs = parse(text, { logLevel: 'silent', maxAliasCount: -1, stringKeys: true }) ?? {}
  if (JSON.stringify(theirs) !== JSON.stringify(document.value)) throw new Error('another reading than the parser has')
}

const withoutNul = (value: Json) =>
  !JSON.stringify(value).includes('\\u0000') && !JSON.stringify(value).includes('__proto__')

export const PROPERTIES: Readonly<Record<string, Property>> = {
  'YAML of any kind is read or refused': fc.property(
    mutated(
      model.map((value) => stringify(value)),
      YAML_PIECES,
    ),
    (text) => {
      answered(parseYaml, text)
    },
  ) as Property,
  'YAML is read as the parser reads it': fc.property(
    mutated(
      model.filter(withoutNul).map((value) => stringify(value)),
      ['&a ', '*a', '\n', ' ', '- ', '"', '~'],
    ),
    (text) => {
      try {
        sameAsParser(text)
      } catch (error) {
        // Keys that are lists are an error of the parser's in this mode, and of ours.
        if (!(error instanceof Error && /With stringKeys/.test(error.message))) throw error
      }
    },
  ) as Property,
  'what was written as JSON is read as it was': fc.property(model.filter(withoutNul), (value) => {
    const problems = collectProblems()
    const read = parseJsonc(`// c\n${JSON.stringify(value, undefined, 1)}`, 'file', problems)
    if (JSON.stringify(read?.value) !== JSON.stringify(value)) throw new Error('not the same')
  }) as Property,
  'JSON of any kind is read or refused': fc.property(
    mutated(
      keyed(DEVCONTAINER_KEYS).map((value) => JSON.stringify(value, undefined, 2)),
      ['/*', '*/', '//', ',', '{', '[', '"', '\\u0000', '\0', '\r\n', '\uFEFF', '}', '1'],
    ),
    (text) => {
      const document = answered(parseJsonc, text)
      if (document) checkShape(document, collectProblems())
    },
  ) as Property,
  'Dockerfiles of any kind are read': fc.property(
    mutated(
      fc
        .array(fc.oneof(fc.constantFrom(...DOCKERFILE_LINES), nasty), { maxLength: 12 })
        .map((lines) => lines.join('\n')),
      ['\\\n', '<<EOF\n', '`', '"', "'", '$', '\r\n', '--', '['],
    ),
    fc.dictionary(nasty, nasty, { maxKeys: 3, noNullPrototype: true }),
    (text, args) => {
      const dockerfile = { file: 'Dockerfile', args, hasLines: true, text: parseDockerfile(text) }
      const lines = text.split('\n').length
      if (dockerfile.text.instructions.some(({ line }) => line < 1 || line > lines))
        throw new Error('a line that is not there')
      judged({ ...devcontainerConfig('{"image": "x"}'), dockerfiles: [dockerfile] })
    },
  ) as Property,
  'the rules judge any compose model': fc.property(model.filter(withoutNul), (value) => {
    judged(composeConfig(JSON.stringify(value)))
  }) as Property,
  'the rules judge any devcontainer.json': fc.property(keyed(DEVCONTAINER_KEYS).filter(withoutNul), (value) => {
    judged(devcontainerConfig(JSON.stringify(value)))
  }) as Property,
  'the rules judge any label of an image': fc.property(
    fc.array(keyed(DEVCONTAINER_KEYS), { maxLength: 3 }),
    (entries) => {
      auditMetadata(entries, devcontainerConfig('{"image": "x"}'), { allow: [] })
    },
  ) as Property,
  'any model can be tidied, and stays one': fc.property(
    model,
    fc.constantFrom('app', '__proto__', 'x'),
    (value, name) => {
      const context = {
        directory: '/home/me/shop',
        surroundings: '/home/me',
        service: name,
        home: '/home/me',
        note: () => {},
      }
      const tidy = tidyModel(value as unknown as ComposeModel, context)
      if (Object.keys(tidy.services).join() !== Object.keys(objectOf(value.services)).join())
        throw new Error('services were lost')
    },
  ) as Property,
}

/** @param milliseconds for this property; a run that has begun ends first */
export function hold(property: Property, milliseconds: number): void {
  fc.assert(property, { numRuns: 1_000_000, interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false })
}
