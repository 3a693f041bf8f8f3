// What a Dockerfile asks of the builder, beyond running commands in a container of its own.
import { isIP } from 'node:net'
import type { Instruction } from '../../config/dockerfile.ts'
import { variables } from '../../config/dockerfile-variables.ts'
import type { Dockerfile, ResolvedConfig } from '../../config/resolved-config.ts'
import { locateInCompose } from '../locate.ts'
import type { Hit, Rule } from '../rule.ts'

type Found = { readonly message: string; readonly line?: number }
const each =
  (judge: (dockerfile: Dockerfile) => readonly Found[]) =>
  (config: ResolvedConfig): readonly Hit[] =>
    (config.dockerfiles ?? []).flatMap((dockerfile) =>
      judge(dockerfile).map(({ message, line }) => ({ message, source: placeOf(config, dockerfile, line) })),
    )

function placeOf(config: ResolvedConfig, { file, service, hasLines }: Dockerfile, line?: number): Hit['source'] {
  if (hasLines) return line === undefined ? { file } : { file, line }
  return locateInCompose(config, ['services', service ?? '', 'build', 'dockerfile_inline'])
}

const instructions = (dockerfile: Dockerfile, keyword: string) =>
  (dockerfile.text?.instructions ?? []).filter((one) => one.keyword === keyword)

/** Docker's own frontends, on Docker's own registry. */
const OWN_FRONTEND = /^(docker\.io\/)?docker\/dockerfile(-upstream)?([:@][\w.:-]+)?$/

export const DOCKERFILES: readonly Rule[] = [
  {
    id: 'AL801',
    title: 'foreign Dockerfile frontend',
    severity: 'refuse',
    promise: 2,
    reason:
      'a frontend is a program that the builder loads: it decides what the build really does, whatever the file says',
    remedy: 'Use `# syntax=docker/dockerfile:1`, or no syntax line.',
    whenAllowed: 'kept',
    config: each(({ text, args }) => [
      ...(text?.syntax && !OWN_FRONTEND.test(text.syntax.image)
        ? [{ message: `syntax ${text.syntax.image}`, line: text.syntax.line }]
        : []),
      ...(args.BUILDKIT_SYNTAX !== undefined && !OWN_FRONTEND.test(args.BUILDKIT_SYNTAX)
        ? [{ message: `build argument BUILDKIT_SYNTAX ${args.BUILDKIT_SYNTAX}` }]
        : []),
    ]),
  },
  {
    id: 'AL802',
    title: "RUN with the host's network, privileges or devices",
    severity: 'refuse',
    promise: 1,
    reason: "such a step runs in the host's network, or past the builder's walls",
    remedy: 'Remove the flag.',
    whenAllowed: 'kept',
    config: each((dockerfile) =>
      instructions(dockerfile, 'RUN').flatMap(({ flags, line }) =>
        flags.filter(isOpen).map(({ name, value }) => ({ message: `RUN --${name}=${value}`, line })),
      ),
    ),
  },
  {
    id: 'AL803',
    title: 'RUN that mounts a secret',
    severity: 'warn',
    promise: 2,
    reason: "no secret and no key of the host's is given to a build: the step finds nothing there",
    remedy: 'Make the step work without it, as in CI, or build from a Dockerfile that does.',
    config: each((dockerfile) =>
      instructions(dockerfile, 'RUN').flatMap(({ flags, line }) =>
        flags
          .filter(({ name, value }) => name === 'mount' && /(^|,)type=(secret|ssh)(,|$)/.test(value))
          .map(({ value }) => ({ message: `RUN --mount=${value}`, line })),
      ),
    ),
  },
  {
    id: 'AL804',
    title: "ADD from an address that may be the host's",
    severity: 'refuse',
    promise: 1,
    reason:
      "the builder fetches it from the host's own network: services on localhost and a cloud's metadata answer there",
    remedy: 'Name a public host with https, or fetch it with RUN curl, which runs in a container.',
    whenAllowed: 'kept',
    config: each((dockerfile) => remotes(dockerfile).filter(({ url }) => !isPublic(url))),
  },
  {
    id: 'AL805',
    title: 'ADD from the internet without a checksum',
    severity: 'warn',
    promise: 3,
    reason: 'what is fetched can change between two builds',
    remedy: 'Pin it: ADD --checksum=sha256:… .',
    config: each((dockerfile) => remotes(dockerfile).filter(({ url, pinned }) => isPublic(url) && !pinned)),
  },
  {
    id: 'AL806',
    title: 'Dockerfile that can not be judged',
    severity: 'refuse',
    promise: 3,
    reason: 'what airlock can not read as the builder does may ask for anything',
    remedy: 'Write it so that all builders agree.',
    whenAllowed: 'kept',
    config: each(({ file, text, problem }) => [
      ...(problem === undefined ? [] : [{ message: `${file} ${problem}` }]),
      ...(text?.faults ?? []),
      ...(text?.instructions ?? []).flatMap(unknownFlags),
    ]),
  },
  {
    id: 'AL807',
    title: 'build argument that looks like a secret',
    severity: 'warn',
    promise: 2,
    reason: "a build argument stays in the image's history, where whoever is in the sandbox may read it",
    remedy: 'Do without it in the image, or give a value that is worth nothing.',
    config: each(({ args }) =>
      Object.entries(args)
        .filter(
          ([name, value]) =>
            value !== '' && /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|(API|PRIVATE|ACCESS)_?KEY)$/i.test(name),
        )
        .map(([name]) => ({ message: `build argument ${name}` })),
    ),
  },
]

function isOpen({ name, value }: Instruction['flags'][number]): boolean {
  if (name === 'network') return value !== 'none' && value !== 'default'
  return name === 'security' ? value !== 'sandbox' : name === 'device'
}

const FLAGS: Readonly<Record<string, ReadonlySet<string>>> = {
  RUN: new Set(['mount', 'network', 'security', 'device']),
  ADD: new Set(['chown', 'chmod', 'link', 'checksum', 'keep-git-dir', 'unpack', 'exclude']),
  COPY: new Set(['chown', 'chmod', 'link', 'from', 'parents', 'exclude']),
  FROM: new Set(['platform']),
  HEALTHCHECK: new Set(['interval', 'timeout', 'start-period', 'start-interval', 'retries']),
}

const unknownFlags = ({ keyword, flags, line }: Instruction): readonly Found[] =>
  flags
    .filter(({ name }) => Object.hasOwn(FLAGS, keyword) && !FLAGS[keyword]?.has(name))
    .map(({ name }) => ({ message: `unknown flag ${keyword} --${name.slice(0, 40)}`, line }))

function remotes({ text, args }: Dockerfile) {
  const known = variables(args)
  return (text?.instructions ?? []).flatMap((one) => {
    known.read(one)
    if (one.keyword !== 'ADD') return []
    const sources = one.words.slice(0, -1).map(known.expand)
    const pinned = one.flags.some(({ name }) => name === 'checksum')
    // What a variable of the base image holds may be an address too.
    const remote = sources.filter((source) => /^([a-z][a-z0-9+.-]*:|git@|github\.com\/|\$)/i.test(source))
    return remote.map((url) => ({ message: `ADD ${url}`, line: one.line, url, pinned }))
  })
}

function isPublic(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const host = url?.hostname ?? ''
  if (url?.protocol !== 'https:' || address.split('/')[2]?.includes('$') || url.username !== '') return false
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return false
  return (
    /\.[a-z]{2,}$/i.test(host) && !/\.(local|localhost|internal|intranet|lan|home|corp|private|arpa|test)$/i.test(host)
  )
}
