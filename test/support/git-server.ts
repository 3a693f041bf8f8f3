// A git server over HTTP as GitHub is one: git's own, behind a check of the token; any commit can be asked for by name.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'

export interface GitServer extends AsyncDisposable {
  /** For GITHUB_SERVER_URL. */
  readonly url: string
  /** Paths that were asked for, with what came in place of a token. */
  readonly asked: { readonly path: string; readonly user: string }[]
}

/** @param root holds `owner/name.git`, which is made from a checkout by `publish` */
export async function startGitServer(root: string, token: string): Promise<GitServer> {
  const asked: GitServer['asked'] = []
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const basic = Buffer.from((request.headers.authorization ?? '').replace(/^basic /i, ''), 'base64').toString()
    asked.push({ path, user: basic })
    if (basic !== `x-access-token:${token}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    backend(root, request, response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

export function publish(root: string, repository: string, checkout: string): void {
  const target = join(root, `${repository}.git`)
  mkdirSync(dirname(target), { recursive: true })
  execFileSync('git', ['clone', '--quiet', '--mirror', checkout, target])
  execFileSync('git', ['-C', target, 'config', 'uploadpack.allowAnySHA1InWant', 'true'])
}

/** git's own http-backend. `root` holds `owner/name.git`. */
export function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://x')
  const child = spawn('git', ['http-backend'], {
    env: {
      ...{ PATH: process.env.PATH, GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', REQUEST_METHOD: request.method },
      ...{ PATH_INFO: decodeURIComponent(url.pathname), QUERY_STRING: url.search.slice(1), REMOTE_USER: 'test' },
      ...{
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: request.headers['git-protocol'] as string,
      },
      ...(request.headers['content-encoding'] ? { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] } : {}),
    },
  })
  request.pipe(child.stdin)
  let head = Buffer.alloc(0)
  let sent = false
  child.stdout.on('data', (chunk: Buffer) => {
    if (sent) return void response.write(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    sent = true
    const lines = head.subarray(0, end).toString().split('\r\n')
    const headers = lines.map((line) => line.split(/: /, 2) as [string, string])
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.filter(([name]) => name !== 'Status')))
    response.write(head.subarray(end + 4))
  })
  child.stdout.on('end', () => response.end())
}
