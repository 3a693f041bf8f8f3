// The outbox's folder, filled by somebody hostile: what is read of it, and that nothing else is.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OUTBOX_LIMITS, readOutboxFolder } from '../../../src/gateway/read-outbox.ts'

let folder = ''
let outbox = ''
let secret = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'airlock-outbox-'))
  outbox = join(folder, 'outbox')
  secret = join(folder, 'secret')
  mkdirSync(outbox)
  writeFileSync(secret, 'a secret of the helper’s')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, content: string | Buffer) => writeFileSync(join(outbox, name), content)
const read = () => readOutboxFolder(outbox)

test('regular files come out in the order of their names, byte by byte', async () => {
  put('002.comment', 'second')
  put('001.comment', '\uFEFF# Ü ✓\r\n\u0000\u001b[31m')
  expect(await read()).toEqual({
    files: [
      { name: '001.comment', text: '\uFEFF# Ü ✓\r\n\u0000\u001b[31m' },
      { name: '002.comment', text: 'second' },
    ],
    refused: [],
  })
})

test('links are not followed, and pipes, sockets and devices not waited for', async () => {
  symlinkSync(secret, join(outbox, '001.comment'))
  linkSync(secret, join(outbox, '002.comment'))
  symlinkSync('/', join(outbox, '003.comment'))
  execFileSync('mkfifo', [join(outbox, '004.comment')])
  mkdirSync(join(outbox, '005.comment'))
  const socket = createServer().listen(join(outbox, '006.comment'))
  symlinkSync('/dev/zero', join(outbox, '007.comment'))
  put('008.comment', 'the one honest file')
  // Control: read as anything else would read it, the link gives the secret away.
  expect(readFileSync(join(outbox, '001.comment'), 'utf8')).toBe('a secret of the helper’s')
  const { files, refused } = await read()
  socket.close()
  expect(files).toEqual([{ name: '008.comment', text: 'the one honest file' }])
  expect(refused).toEqual([
    '"001.comment": it is a link',
    '"002.comment": it is a hard link',
    '"003.comment": it is a link',
    '"004.comment": it is no regular file',
    '"005.comment": it is no regular file',
    '"006.comment": it is no regular file',
    '"007.comment": it is a link',
  ])
})

test('what is too large, in no readable encoding, or too much is refused', async () => {
  put('001.comment', 'x'.repeat(OUTBOX_LIMITS.fileBytes))
  put('002.comment', 'x'.repeat(OUTBOX_LIMITS.fileBytes + 1))
  put('003.comment', '')
  truncateSync(join(outbox, '003.comment'), 2 ** 40)
  put('004.comment', Buffer.from([0x61, 0xff, 0xfe]))
  put('005\n::error::x', 'odd name')
  const { files, refused } = await read()
  expect(files.map(({ name }) => name)).toEqual(['001.comment', '005\n::error::x'])
  expect(refused).toEqual([
    '"002.comment": it has more than 65,536 bytes',
    '"003.comment": it has more than 65,536 bytes',
    '"004.comment": it is not UTF-8',
  ])
})

test('many files are counted out', async () => {
  for (let at = 0; at < OUTBOX_LIMITS.files + 5; at += 1) put(`${String(at).padStart(3, '0')}.comment`, 'x')
  const few = await read()
  expect([few.files.length, few.refused.length]).toEqual([OUTBOX_LIMITS.files, 5])
  for (let at = 0; at < OUTBOX_LIMITS.names; at += 1) put(`z${at}`, 'x')
  expect((await read()).refused[0]).toBe('the outbox holds more than 1000 files; only so many were looked at')
})

test('large files are weighed together', async () => {
  const most = OUTBOX_LIMITS.bytes / OUTBOX_LIMITS.fileBytes
  for (let at = 0; at < most + 2; at += 1)
    put(`${String(at).padStart(3, '0')}.comment`, 'x'.repeat(OUTBOX_LIMITS.fileBytes))
  const { files, refused } = await read()
  expect([files.length, refused.length]).toEqual([most, 2])
})

test('another user’s private file is named as such', async () => {
  put('001.comment', 'private')
  chmodSync(join(outbox, '001.comment'), 0)
  const script = `import('${join(import.meta.dirname, '../../../src/gateway/read-outbox.ts')}')
    .then((module) => module.readOutboxFolder('${outbox}')).then((read) => console.log(JSON.stringify(read)))`
  chmodSync(folder, 0o755)
  const argv = ['--reuid', '65534', '--clear-groups', process.execPath, '-e', script]
  expect(JSON.parse(execFileSync('setpriv', argv, { encoding: 'utf8' }))).toEqual({
    ...{ files: [], refused: ['"001.comment": it is not readable for the user that Claude works as'] },
  })
})
