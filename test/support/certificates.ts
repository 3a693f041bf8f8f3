// A certificate authority of the test's own, and certificates made by it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  /** The authority's certificate, PEM. */
  readonly ca: string
  readonly key: string
  readonly cert: string
}

/** A key and a certificate for the given names, and the authority that vouches for them. */
export function makeCertificates(...names: readonly string[]): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-certificates-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    openssl(
      ...['req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2'],
      ...['-subj', '/CN=Test authority', '-addext', 'basicConstraints=critical,CA:TRUE'],
    )
    openssl('req', ...newKey, '-keyout', 'site.key', '-out', 'site.csr', '-subj', `/CN=${names[0] ?? ''}`)
    writeFileSync(join(folder, 'extensions'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`)
    openssl(
      ...['x509', '-req', '-in', 'site.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-out', 'site.pem', '-days', '2', '-extfile', 'extensions'],
    )
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    return { ca: read('ca.pem'), key: read('site.key'), cert: read('site.pem') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
