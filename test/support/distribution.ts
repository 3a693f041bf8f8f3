// Claude Code's own distribution as a company's network shows it: a proxy that ends TLS to downloads.claude.ai with a
// certificate of its own, and passes everything else on. What it serves are the real binaries, from the npm packages.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmRegistry } from './airlock.ts'
import { makeCertificates } from './certificates.ts'

const HOST = 'downloads.claude.ai'
const RELEASES = '/claude-code-releases'

export interface Distribution extends AsyncDisposable {
  /** Of the proxy; every address of this machine is listened on. */
  readonly port: number
  /** The authority to trust, PEM. */
  readonly ca: string
  /** Paths asked for so far. */
  readonly asked: readonly string[]
}

export interface DistributionOptions {
  /** What `latest` and `stable` are. */
  readonly newest: string
  /** Platform to versions that were published for it. */
  readonly releases: Readonly<Record<string, readonly string[]>>
  /** Served as every binary, instead of the real ones. */
  readonly script?: string
  /** Serve other binaries than the manifest is of. */
  readonly tamper?: boolean
}

export async function startDistribution({
  newest,
  releases,
  script,
  tamper,
}: DistributionOptions): Promise<Distribution> {
  const certificates = makeCertificates(HOST)
  const asked: string[] = []
  const texts = new Map<string, string>()
  const binaries = new Map<string, string>()
  const manifests = new Map<string, Record<string, { readonly checksum: string }>>()
  for (const [platform, versions] of Object.entries(releases)) {
    for (const version of versions) {
      const file = script === undefined ? binary(platform, version) : undefined
      const path = `${RELEASES}/${version}/${platform}/claude`
      if (file) binaries.set(path, file)
      else texts.set(path, script ?? '')
      const checksum = file ? readFileSync(`${file}.sha256`, 'utf8') : sha256(`${script}${tamper ? ' but' : ''}`)
      manifests.set(version, { ...manifests.get(version), [platform]: { checksum } })
    }
  }
  for (const [version, platforms] of manifests) {
    texts.set(`${RELEASES}/${version}/manifest.json`, JSON.stringify({ version, platforms }))
  }
  for (const channel of ['latest', 'stable']) texts.set(`${RELEASES}/${channel}`, newest)
  const site = createTlsServer(certificates, (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const text = texts.get(path)
    const file = binaries.get(path)
    if (file) createReadStream(file).pipe(response)
    else response.writeHead(text === undefined ? 404 : 200).end(text)
  })
  const proxy = createServer((_, response) => void response.writeHead(405).end())
  await Promise.all([listening(site, '127.0.0.1'), listening(proxy, '0.0.0.0')])
  const open = new Set<Socket>()
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    open.add(socket.on('close', () => open.delete(socket)))
    tunnel(request.url ?? '', socket, portOf(site))
  })
  return {
    ...{ port: portOf(proxy), ca: certificates.ca, asked },
    async [Symbol.asyncDispose]() {
      const closed = [site, proxy].map((server) => new Promise((done) => server.close(done)))
      for (const server of [site, proxy]) server.closeAllConnections()
      for (const socket of open) socket.destroy()
      await Promise.all(closed)
    },
  }
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
const listening = (server: Server, host: string) =>
  new Promise<void>((resolve) => void server.listen(0, host, () => resolve()))

function tunnel(target: string, socket: Socket, site: number): void {
  const [host = '', port] = target.split(':')
  const onward = host === HOST ? connect(site, '127.0.0.1') : connect(Number(port), host)
  for (const end of [socket, onward]) end.on('error', () => end.destroy())
  onward.on('close', () => socket.destroy())
  socket.on('close', () => onward.destroy())
  onward.on('connect', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    onward.pipe(socket).pipe(onward)
  })
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

/** The binary of an npm package, kept beside its hash for the next test. */
function binary(platform: string, version: string): string {
  const folder = join(tmpdir(), `airlock-test-binaries-${process.getuid?.() ?? 0}`)
  const file = join(folder, `${version}-${platform}`)
  if (existsSync(`${file}.sha256`)) return file
  const work = `${file}.${process.pid}`
  mkdirSync(work, { recursive: true })
  const name = `@anthropic-ai/claude-code-${platform}@${version}`
  const pack = ['pack', '--silent', '--registry', npmRegistry(), '--pack-destination', work, name]
  const packed = execFileSync('npm', pack, { encoding: 'utf8' }).trim()
  execFileSync('tar', ['-xzf', join(work, packed), '-C', work, 'package/claude'])
  renameSync(join(work, 'package/claude'), file)
  rmSync(work, { recursive: true })
  writeFileSync(`${file}.sha256`, sha256(readFileSync(file)))
  return file
}
