import { once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { ClientLeftError } from '../../shared/domain/clientLeft.ts'
import type { DownloadService } from '../../shared/downloads/fileKinds.ts'
import { readDownload } from '../../shared/downloads/read.ts'
import { type RowFormat, rowFormats } from '../../shared/downloads/rowFormats.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, name } from '../simulation/ground.ts'
import { passing } from './passGround.ts'
import { toArray } from './toArray.ts'
import { zipOf } from './zipOf.ts'

const file = zipOf(Buffer.from('A,B\n1,2\n'))
/** Its rows are more than one piece, and more than one of these is more than the stream keeps. */
const largeFile = zipOf(Buffer.from(`A,B\n${'1,2\n'.repeat(200_000)}`))

async function* brokenOff(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{"ReportRequest')
  throw new Error('aborted')
}

/** Never ends, like a connection that is open. */
function silent(bytes?: Buffer): Readable {
  const connection = new Readable({ read: () => undefined })
  if (bytes) connection.push(bytes)
  return connection
}

const succeeded = { ReportRequestStatus: { Status: 'Success', ReportDownloadUrl: 'https://files.example/a' } }
const completed = { RequestStatus: 'Completed', ResultFileUrl: 'https://files.example/a' }
const answered = (answer: object) => Readable.from([Buffer.from(JSON.stringify(answer))])

/** Reads a download whose file is `content`, and what has ended. */
async function reading(
  content: AsyncIterable<Uint8Array> | Uint8Array,
  {
    poll = answered(succeeded) as Readable,
    status = 200,
    largestBytes = 100_000,
    format = rowFormats.ndjson as RowFormat,
    left = new AbortController().signal,
    isStorageSilent = false,
    service = 'reporting' as DownloadService,
  } = {},
) {
  const { dependencies, clock } = await passing([])
  const pieces = content instanceof Uint8Array ? [content] : content
  const body = pieces instanceof Readable ? pieces : Readable.from(pieces)
  const seen = { begun: 0, ended: 0, app: '' }
  const openDownloads = {
    begin: (app: string) => {
      Object.assign(seen, { app, begun: seen.begun + 1 })
      let isOver = false
      return () => {
        if (!isOver) seen.ended++
        isOver = true
      }
    },
  }
  const handle = JSON.stringify([
    'request',
    '1',
    '10',
    connected('vault:x').grant?.id ?? '',
    clock.now().getTime(),
    service,
  ])
  const headers = new Headers({ 'content-length': '100' })
  const wanted = { handle: 'x', app: 'reader', output: { format, describe: Object }, left }
  const sendFile = async (signal: AbortSignal) => {
    if (isStorageSilent) await once(signal, 'abort').then(() => Promise.reject(signal.reason))
    return { status, headers, body }
  }
  const own = {
    ...(dependencies as object),
    config: { ...dependencies.config, downloads: { largestBytes, hosts: ['files.example'] } },
    sealer: { open: async () => new Secret(handle) },
    openDownloads,
    send: async ({ url, signal }: { url: URL; signal: AbortSignal }) =>
      /\/(Poll|Query)$/.test(url.pathname) ? { status: 200, headers, body: poll } : sendFile(signal),
  }
  const read = () => readDownload(own as never, name, wanted)
  return { read, seen, body }
}

async function rowsOf(own: Awaited<ReturnType<typeof reading>>): Promise<AsyncIterableIterator<Uint8Array>> {
  const download = await own.read()
  if (download.status !== 'rows') throw new Error(download.status)
  return download.body[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>
}

const isOver = ({ seen, body }: Awaited<ReturnType<typeof reading>>) => {
  expect(seen).toEqual({ begun: 1, ended: 1, app: 'reader' })
  expect(body.destroyed).toBe(true)
}

describe('a file, its connection, and its place end', () => {
  test('with its last row, and not before', async () => {
    const own = await reading(file)
    const rows = await rowsOf(own)
    expect(own.seen.ended).toBe(0)
    expect(Buffer.concat(await toArray(rows)).toString()).toBe('{"A":"1","B":"2"}\n{"_end":{"rows":1}}\n')
    isOver(own)
  })

  test('if the reader leaves before the first row', async () => {
    const own = await reading(silent(largeFile))
    await (await rowsOf(own)).return?.()
    isOver(own)
  })

  test('if the reader leaves while Microsoft’s storage is silent', async () => {
    const own = await reading(silent(largeFile.subarray(0, largeFile.byteLength - 100)))
    const rows = await rowsOf(own)
    await rows.next()
    const waiting = toArray(rows)
    await rows.return?.()
    isOver(own)
    await waiting
  })

  test.each([
    ['before its first byte', silent()],
    ['before its first rows', silent(largeFile.subarray(0, 42))],
  ])(
    'if the reader leaves before the answer begins, while the storage is silent %s',
    async (_title, content) => {
      const leaving = new AbortController()
      const own = await reading(content, { left: leaving.signal })
      const answer = own.read()
      await vi.waitUntil(() => own.body.listenerCount('readable') > 0, { timeout: 30_000 })
      expect(own.seen).toMatchObject({ begun: 1, ended: 0 })
      leaving.abort()
      await expect(answer).rejects.toThrow(ClientLeftError)
      isOver(own)
    },
  )

  test('if it breaks off behind its first rows', async () => {
    const own = await reading(largeFile.subarray(0, largeFile.byteLength - 30))
    const pieces = await toArray(await rowsOf(own))
    expect(String(pieces.at(-1))).toContain('_problem')
    isOver(own)
  })

  test('if it breaks off and the answer with it, as CSV does', async () => {
    const cut = largeFile.subarray(0, largeFile.byteLength - 30)
    const own = await reading(cut, { format: rowFormats.csv })
    await expect(toArray(await rowsOf(own))).rejects.toThrow('breaks off')
    isOver(own)
  })

  test('if it’s broken from the beginning', async () => {
    const own = await reading(Buffer.from('no archive, but long enough to have a header'))
    await expect(own.read()).rejects.toMatchObject({ code: 'download_failed' })
    isOver(own)
  })

  test.each([
    ['isn’t there', { status: 404 }],
    ['is left to the app', { largestBytes: 1 }],
  ])('if it %s', async (_title, change) => {
    const own = await reading(file, change)
    await own.read().catch(() => undefined)
    isOver(own)
  })
})

const bulkNames = 'Type,Id,Name'
const bulkFrame = 'Format Version,,6.0'

test.each<[DownloadService, string, string | number]>([
  ['reporting', '', 'is empty'],
  ['reporting', '\uFEFF\r\n\r\n', 'is empty'],
  ['reporting', '\uFEFF"A","B"\r\n', 0],
  ['bulk', '', 'is empty'],
  ['bulk', `${bulkNames}\n`, 'lacks the records'],
  ['bulk', 'A,B,C\n1,2,3\n', 'lacks the records'],
  ['bulk', `${bulkNames}\nCampaign,1,a\n`, 'lacks the records'],
  ['bulk', `${bulkFrame}\nCampaign,1,a\n`, 'lacks the records'],
  ['bulk', `${bulkNames}\n${bulkFrame}\n`, 0],
  ['bulk', `${bulkNames}\nCampaign,1,a\n${bulkFrame}\n`, 1],
])('a file of %s with the text %j is one without data, or broken: %s', async (service, text, expected) => {
  const poll = answered(service === 'bulk' ? completed : succeeded)
  const own = await reading(zipOf(Buffer.from(text)), { service, poll })
  if (typeof expected === 'number') {
    const rows = Buffer.concat(await toArray(await rowsOf(own))).toString()
    expect(JSON.parse(rows.trimEnd().split('\n').at(-1) ?? '')).toEqual({ _end: { rows: expected } })
  } else
    await expect(own.read()).rejects.toMatchObject({
      code: 'download_failed',
      extras: { detail: expect.stringContaining(expected), members: { reason: 'file_broken' } },
    })
  isOver(own)
})

test('a place ends if the reader leaves before Microsoft’s storage has answered', async () => {
  const leaving = new AbortController()
  const own = await reading(file, { left: leaving.signal, isStorageSilent: true })
  const answer = own.read()
  await vi.waitUntil(() => own.seen.begun === 1, { timeout: 30_000 })
  leaving.abort()
  await expect(answer).rejects.toThrow(ClientLeftError)
  expect(own.seen.ended).toBe(1)
})

test('a reader who has left before the file is opened takes no file', async () => {
  const own = await reading(silent(largeFile), { left: AbortSignal.abort() })
  await expect(own.read()).rejects.toThrow(ClientLeftError)
  isOver(own)
})

test('a report that isn’t there yet takes no place', async () => {
  const own = await reading(file, { poll: answered({ ReportRequestStatus: { Status: 'Pending' } }) })
  expect(await own.read()).toMatchObject({ status: 'pending' })
  expect(own.seen.begun).toBe(0)
})

test.each([
  [33.7, 33],
  [null, 0],
])(
  'a bulk file that is made by %j percent says %i, because the contract has whole numbers',
  async (made, percent) => {
    const poll = answered({ RequestStatus: 'InProgress', PercentComplete: made })
    const own = await reading(file, { service: 'bulk', poll })
    expect(await own.read()).toEqual({ status: 'pending', retryAfterSeconds: 15, percent })
  },
)

test('a bulk file that couldn’t be made has Microsoft’s codes', async () => {
  const Errors = [
    { Code: 3216, ErrorCode: 'BulkServiceCampaignsTooBigToDownload' },
    { Code: 0, ErrorCode: null },
  ]
  const own = await reading(file, { service: 'bulk', poll: answered({ RequestStatus: 'Failed', Errors }) })
  await expect(own.read()).rejects.toMatchObject({
    code: 'download_failed',
    extras: {
      members: { reason: 'entities_failed', codes: ['3216 BulkServiceCampaignsTooBigToDownload', '0'] },
    },
  })
})

test.each([
  ['reporting', 20],
  ['bulk', 50],
] as const)(
  'a file of %s that unpacks to more than %i times the largest size is broken',
  async (service, times) => {
    const frame = service === 'bulk' ? 'Account,2\n' : ''
    const text = `Type,B\n${frame}${'1,2\n'.repeat(10_000)}`
    const bytes = Buffer.byteLength(text)
    const packed = zipOf(Buffer.from(text))
    const poll = () => answered(service === 'bulk' ? completed : succeeded)
    const limited = (largestBytes: number) => reading(packed, { largestBytes, service, poll: poll() })
    const whole = await toArray(await rowsOf(await limited(Math.ceil(bytes / times))))
    expect(String(whole.at(-1))).toContain('{"_end":{"rows":10000}}')
    const tooLarge = await limited(Math.floor(bytes / times) - 1)
    const failure = await tooLarge.read().then(async (download) => {
      if (download.status !== 'rows') return download.status
      return String((await toArray(download.body)).at(-1))
    })
    expect(failure).toContain('unpacks to more than')
  },
)

test('an answer of Reporting that breaks off is Microsoft’s failure, not ours', async () => {
  const own = await reading(file, { poll: Readable.from(brokenOff()) })
  await expect(own.read()).rejects.toMatchObject({
    code: 'advertising_unavailable',
    extras: { retryAfterSeconds: 5, members: { reason: 'advertising_answer_unusable' } },
  })
})
