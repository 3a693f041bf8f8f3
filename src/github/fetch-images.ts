// Images that people put into an issue or pull request. Only from GitHub's own hosts: any other address could tell its
// owner that Claude is at work, or answer with something else each time.
import type { GitHub } from './client.ts'
import type { FrozenContext, Image } from './context.ts'
import { GitHubError } from './failure.ts'
import { type Fields, type Place, textOf } from './fields.ts'

export interface ImageSource {
  /** `https://github.com`, or the server's own. */
  readonly serverUrl: string
  readonly signal?: AbortSignal
}

const MOST = 20
const LARGEST = 5 * 1024 * 1024
const LARGEST_TOGETHER = 20 * 1024 * 1024
const TIMEOUT_MS = 15_000
const HOSTS = ['user-images.githubusercontent.com', 'private-user-images.githubusercontent.com']

/** Never throws: an image that can't be had is left out, with its reason. */
export async function fetchImages(
  context: FrozenContext,
  place: Place,
  source: ImageSource,
  github: GitHub,
  leftOut: string[],
): Promise<readonly Image[]> {
  const texts = [context.body, ...context.said.map(({ body }) => body)]
  const urls = [...new Set(texts.flatMap(imageUrls))]
  const own = urls.filter((url) => isOwn(url, source.serverUrl))
  if (own.length < urls.length) leftOut.push(`${urls.length - own.length} images from elsewhere than GitHub`)
  if (own.length > MOST) leftOut.push(`images beyond the first ${MOST}`)
  const wanted = own.slice(0, MOST)
  const signed = wanted.some(isAttachment) ? await signedUrls(context, place, github) : new Map<string, string>()
  const images: Image[] = []
  let total = 0
  for (const url of wanted) {
    const data = await download(signed.get(idOf(url)) ?? url, source)
    const type = typeof data === 'string' ? undefined : typeOf(data)
    if (typeof data === 'string') leftOut.push(`image ${url}: ${data}`)
    else if (type === undefined) leftOut.push(`image ${url}: it is no PNG, JPEG, GIF or WebP`)
    else if (total + data.length > LARGEST_TOGETHER) leftOut.push(`image ${url}: all images together are too large`)
    else {
      total += data.length
      images.push({ name: `images/${images.length + 1}.${type}`, url, data })
    }
  }
  return images
}

/** Addresses of images in markdown and HTML. */
export function imageUrls(text: string): readonly string[] {
  const markdown = [...text.matchAll(/!\[[^\]]*\]\(\s*<?(https?:\/\/[^\s()<>]+)/g)].map((match) => match[1] ?? '')
  const html = [...text.matchAll(/<img\s[^<>]*?src\s*=\s*["']?(https?:\/\/[^\s"'<>]+)/gi)].map(
    (match) => match[1] ?? '',
  )
  return [...markdown, ...html]
}

function isOwn(text: string, serverUrl: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const server = new URL(serverUrl)
  if (url.username !== '' || url.password !== '') return false
  if (url.protocol === 'https:' && url.port === '' && HOSTS.includes(url.hostname)) return true
  // The server's other pages are no images, and some of its addresses do things.
  const inServer =
    url.origin === server.origin || (url.protocol === server.protocol && url.host === `media.${server.host}`)
  return inServer && /^\/(user-attachments\/assets|[^/]+\/[^/]+\/assets|user-images|storage\/user)\//.test(url.pathname)
}

const isAttachment = (url: string) => /\/assets\//.test(url)
const idOf = (url: string) => /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.exec(url)?.[0] ?? url

// Attachments take a browser's login; the HTML that GitHub makes of a text has addresses that don't, for some minutes.
async function signedUrls(context: FrozenContext, place: Place, github: GitHub): Promise<ReadonlyMap<string, string>> {
  const full = { accept: 'application/vnd.github.full+json' }
  const ask = async (route: string, more: Readonly<Record<string, unknown>> = {}) => {
    try {
      const answer = await github.request<Fields>(`GET /repos/{owner}/{repo}/${route}`, { ...place, ...more }, full)
      return textOf(answer.body_html).replaceAll('&amp;', '&')
    } catch (error) {
      if (error instanceof GitHubError) return ''
      throw error
    }
  }
  const routes = {
    comment: 'issues/comments/{id}',
    'review-comment': 'pulls/comments/{id}',
    review: 'pulls/{number}/reviews/{id}',
  }
  const said = context.said.filter(({ body }) => imageUrls(body).some(isAttachment))
  const pages = await Promise.all([
    ...(imageUrls(context.body).some(isAttachment) ? [ask('issues/{number}')] : []),
    ...said.map(({ kind, id }) => ask(routes[kind], { id })),
  ])
  const urls = pages.flatMap(imageUrls).filter((url) => new URL(url).hostname === HOSTS[1])
  return new Map(urls.map((url) => [idOf(url), url]))
}

/** The bytes, or why there are none. Without the token: these addresses need none. */
async function download(url: string, { serverUrl, signal }: ImageSource, redirects = 3): Promise<Uint8Array | string> {
  const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any(signals) })
    const location = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && location !== null) {
      const next = new URL(location, url).href
      if (redirects === 0 || !isOwn(next, serverUrl)) return 'it leads elsewhere than to GitHub'
      return download(next, { serverUrl, ...(signal ? { signal } : {}) }, redirects - 1)
    }
    if (!response.ok || response.body === null) return `GitHub answers with status ${response.status}`
    return await limited(response.body)
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'it could not be fetched'
  }
}

async function limited(body: ReadableStream<Uint8Array>): Promise<Uint8Array | string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > LARGEST) return `it is larger than ${LARGEST / 1024 / 1024} MiB`
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

// By its first bytes: what a server says of its content is no proof.
function typeOf(data: Uint8Array): 'png' | 'jpg' | 'gif' | 'webp' | undefined {
  const start = Buffer.from(data.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (start.startsWith('\xff\xd8\xff')) return 'jpg'
  if (/^GIF8[79]a/.test(start)) return 'gif'
  return /^RIFF[\s\S]{4}WEBP/.test(start) ? 'webp' : undefined
}
