// A registry on loopback that hands out packages of this machine's own registry, or small ones of the test's, and can be
// told to misbehave: the faults of a download are the network's, and no real registry shows them on demand.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmRegistry, temporaryFolder } from './airlock.ts'

export type Fault =
  /** Answers with the status. */
  | { readonly kind: 'status'; readonly status: number }
  /** Breaks off in the middle of the body. */
  | { readonly kind: 'cut' }
  /** Other bytes than the hash is of. */
  | { readonly kind: 'changed' }

export interface Mirror extends AsyncDisposable {
  readonly url: string
  /** Paths asked for so far, with the range when there was one. */
  readonly asked: readonly string[]
  /** The next `times` requests for a path that matches go wrong. */
  fail(path: RegExp, fault: Fault, times?: number): void
}

export interface MirrorOptions {
  /** Key and certificate; plain HTTP without. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Serve this script as the binary, at version 1.2.3 for every platform, instead of the real package. */
  readonly script?: string
  readonly host?: string
}

interface Planned {
  readonly path: RegExp
  readonly fault: Fault
  times: number
}

export async function npmMirror(options: MirrorOptions = {}): Promise<Mirror> {
  const asked: string[] = []
  const faults: Planned[] = []
  const source = options.script === undefined ? realPackages() : smallPackages(options.script)
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(request.url ?? '')
    asked.push(`${path}${request.headers.range ? ` ${request.headers.range}` : ''}`)
    const planned = faults.find((one) => one.times > 0 && one.path.test(path))
    if (planned) planned.times -= 1
    if (planned?.fault.kind === 'status') return void response.writeHead(planned.fault.status).end('no')
    const own = `${options.tls ? 'https' : 'http'}://${request.headers.host}`
    source(path, own).then(
      (found) => send(request, response, found, planned?.fault),
      () => response.writeHead(502).end(),
    )
  }
  const server = options.tls ? createTlsServer(options.tls, handle) : createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, options.host ?? '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    asked,
    fail: (path, fault, times = 1) => void faults.push({ path, fault, times }),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Found = { readonly file: string } | { readonly text: string } | undefined
type Source = (path: string, own: string) => Promise<Found>

function send(request: IncomingMessage, response: ServerResponse, found: Found, fault: Fault | undefined): void {
  if (!found) return void response.writeHead(404).end('{"error":"Not found"}')
  if ('text' in found) return void response.writeHead(200, { 'content-type': 'application/json' }).end(found.text)
  const { size } = statSync(found.file)
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (fault?.kind === 'changed') return void response.writeHead(200).end(Buffer.alloc(size))
  const head = { 'content-length': size - from, 'accept-ranges': 'bytes' }
  const range = { ...head, 'content-range': `bytes ${from}-${size - 1}/${size}` }
  response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : head)
  const end = fault?.kind === 'cut' ? from + Math.floor((size - from) / 2) : size
  const stream = createReadStream(found.file, { start: from, end: end - 1 })
  stream.pipe(response, { end: false })
  stream.on('end', () => (fault?.kind === 'cut' ? setTimeout(() => response.destroy(), 50) : response.end()))
}

/** From the machine's registry; what is large is kept for the next test. */
function realPackages(): Source {
  const registry = npmRegistry().replace(/\/$/, '')
  const cache = join(tmpdir(), `airlock-test-npm-${process.getuid?.() ?? 0}`)
  mkdirSync(cache, { recursive: true })
  return async (path, own) => {
    const file = join(cache, createHash('sha256').update(path).digest('hex'))
    if (path.endsWith('.tgz') && existsSync(file)) return { file }
    const answer = await fetch(`${registry}${path}`)
    if (!answer.ok) return undefined
    if (!path.endsWith('.tgz')) return { text: throughHere(await answer.text(), own) }
    writeFileSync(`${file}.part`, Buffer.from(await answer.arrayBuffer()))
    renameSync(`${file}.part`, file)
    return { file }
  }
}

// The tarball's address is the registry's.
function throughHere(text: string, own: string): string {
  const document = JSON.parse(text) as { dist?: { tarball: string } }
  if (document.dist) document.dist.tarball = `${own}${new URL(document.dist.tarball).pathname}`
  return JSON.stringify(document)
}

const SMALL = ['1.2.1', '1.2.2', '1.2.3', '2.0.0']

function smallPackages(script: string): Source {
  const folder = temporaryFolder('package')
  mkdirSync(join(folder.path, 'package'))
  writeFileSync(join(folder.path, 'package/claude'), script, { mode: 0o755 })
  // Not compressible, so that a half is a real half.
  execFileSync('sh', ['-c', 'head -c 200000 /dev/urandom > package/filler; tar -czf p.tgz package'], {
    cwd: folder.path,
  })
  const file = join(folder.path, 'p.tgz')
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  return async (path, own) => {
    const match = /^\/(@anthropic-ai\/claude-code-linux-[a-z0-9-]+)(?:\/([^/]+))?(\.tgz)?$/.exec(path)
    if (!match) return undefined
    if (match[2]?.endsWith('.tgz')) return { file }
    const [, name = '', wanted] = match
    if (wanted === undefined) {
      return {
        text: JSON.stringify({ name, versions: Object.fromEntries(SMALL.map((version) => [version, { version }])) }),
      }
    }
    const version = ['latest', 'stable'].includes(wanted) ? '1.2.3' : wanted
    if (version !== '1.2.3') return undefined
    return { text: JSON.stringify({ name, version, dist: { integrity, tarball: `${own}/${name}/p.tgz` } }) }
  }
}
