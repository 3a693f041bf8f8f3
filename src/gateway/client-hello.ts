// Reads whom a TLS client asks for, from the first bytes of its connection (RFC 8446, 4.1.2; RFC 6066, 3).

export type ClientHello =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed' }
  /** `names`: the server names, usually one. `encrypted`: a second, hidden hello is inside (ECH), real or made up. */
  | { readonly kind: 'hello'; readonly names: readonly string[]; readonly encrypted: boolean }

const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const ENCRYPTED_CLIENT_HELLO = 0xfe0d
/** Post-quantum key shares make a hello of 2 KB; nothing makes one of this size. */
const MAX_HELLO = 64 * 1024

/** @param bytes everything that the client has said so far */
export function readClientHello(bytes: Buffer): ClientHello {
  try {
    const message = handshakeMessage(bytes)
    return message === undefined ? { kind: 'incomplete' } : readHello(new Reader(message))
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed' }
    throw error
  }
}

class Malformed extends Error {}

class Reader {
  private at = 0
  private readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get done(): boolean {
    return this.at === this.bytes.length
  }

  number(size: 1 | 2): number {
    return this.take(size).readUIntBE(0, size)
  }

  /** A vector with its length before it, `size` bytes wide. */
  vector(size: 1 | 2): Reader {
    return new Reader(this.take(this.number(size)))
  }

  text(): string {
    return this.take(this.bytes.length - this.at).toString('latin1')
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Malformed()
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}

/** The first handshake message, which may be spread over several records; undefined as long as a part is missing. */
function handshakeMessage(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  let collected = 0
  let needed: number | undefined
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== HANDSHAKE_RECORD || (bytes[at + 1] ?? 3) !== 3 || at > MAX_HELLO) throw new Malformed()
    if (at + 5 > bytes.length) return undefined
    const end = at + 5 + bytes.readUInt16BE(at + 3)
    // An empty record would let a client keep this waiting for ever.
    if (end === at + 5) throw new Malformed()
    const part = bytes.subarray(at + 5, end)
    parts.push(part)
    collected += part.length
    at = end
    if (needed === undefined && collected >= 4) needed = lengthOf(Buffer.concat(parts))
    if (needed !== undefined && collected >= needed) return Buffer.concat(parts).subarray(4, needed)
  }
  return undefined
}

function lengthOf(bytes: Buffer): number {
  const length = bytes.readUIntBE(1, 3)
  if (bytes[0] !== CLIENT_HELLO || length > MAX_HELLO) throw new Malformed()
  return 4 + length
}

function readHello(hello: Reader): ClientHello {
  hello.take(2 + 32) // version and random
  hello.vector(1) // session
  hello.vector(2) // ciphers
  hello.vector(1) // compression
  const names: string[] = []
  let encrypted = false
  if (hello.done) return { kind: 'hello', names, encrypted }
  const extensions = hello.vector(2)
  if (!hello.done) throw new Malformed()
  while (!extensions.done) {
    const type = extensions.number(2)
    const body = extensions.vector(2)
    if (type === ENCRYPTED_CLIENT_HELLO) encrypted = true
    if (type === SERVER_NAME) names.push(...serverNames(body))
  }
  return { kind: 'hello', names, encrypted }
}

function serverNames(body: Reader): readonly string[] {
  const names: string[] = []
  const list = body.vector(2)
  if (!body.done) throw new Malformed()
  while (!list.done) {
    // The one type there is.
    if (list.number(1) !== 0) throw new Malformed()
    names.push(list.vector(2).text())
  }
  return names
}
