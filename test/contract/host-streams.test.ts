import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as send } from 'node:http'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AppFolder,
  type HostProcess,
  raw,
  spawnHost,
  writeFixtureApp,
  zeros,
} from './host-app/fixture.ts'

const hostJson = { extensions: { http: { routePrefix: '' } } }
const maxBodyBytes = 2 * 1024 * 1024
/** Less than a completely buffered body, more than the garbage from streaming it. */
const heldBytes = 90 * 1024 * 1024

describe('the Functions host with HTTP streams', () => {
  let folder: AppFolder
  let host: HostProcess
  const residentBytes = async () => (await (await fetch(`${host.origin}/memory`)).json()) as number

  beforeAll(async () => {
    folder = await writeFixtureApp(hostJson)
    host = await spawnHost(folder.path, { STREAM: 'yes' })
  })

  afterAll(async () => {
    await host?.stop()
    await folder?.[Symbol.asyncDispose]()
  })

  test('an app that paces its answer notices a client that does not read, and one that leaves', async () => {
    const before = await residentBytes()
    const download = send(`${host.origin}/ads/flood?chunks=3200`).end()
    const [answer] = (await once(download, 'response')) as [IncomingMessage]
    await once(answer, 'readable')
    expect((await residentBytes()) - before).toBeLessThan(heldBytes)
    answer.destroy()
    expect(await host.line('the source is ended')).toContain('flood')
  })

  const raised = async (request: string) => {
    const before = host.lines.length
    const answer = await raw(host.origin, request)
    await expect.poll(() => host.lines.slice(before).join('\n')).toContain('left unanswered')
    return { answer, line: host.lines.slice(before).find((line) => line.includes('left unanswered')) }
  }
  const plain = (path: string, ...headers: string[]) =>
    `${['GET', path, 'HTTP/1.1\r\nHost: a'].join(' ')}${headers.map((each) => `\r\n${each}`).join('')}\r\n\r\n`

  test.each([
    ['failing', 'on purpose'],
    ['nothing', 'returned nothing'],
    ['odd', 'status'],
    ['late', 'during app startup'],
    ['ads/cut', 'before its head was sent'],
  ])('%s is not answered for the app: it is reported, and the connection is cut', async (path, why) => {
    const { answer, line } = await raised(plain(`/${path}`))
    expect(answer).toBe('')
    expect(line).toContain('error:')
    expect(line).toContain(why)
  })

  test('an answer whose body fails is reported and cut off in the middle', async () => {
    const { answer, line } = await raised(plain('/broken'))
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/)
    expect(line).toContain('the source broke off')
  })

  test('members of a JSON body and the query reach the parameters, and a `Headers` member replaces the headers', async () => {
    const mirrored = async (query: string, body: unknown) => {
      const init = { method: 'POST', body: JSON.stringify(body), headers: { 'x-sent': 'yes' } }
      return (await (await fetch(`${host.origin}/mirror/acme${query}`, init)).json()) as {
        params: object
        headers: Record<string, string>
      }
    }
    const merged = await mirrored('?Extra=query&code=no', { TENANT: 'body', extra: 'body', n: 1, list: [1] })
    expect(merged.params).toEqual({ TENANT: 'acme', extra: 'query', n: '1' })
    expect(merged.headers['x-sent']).toBe('yes')
    expect((await mirrored('?headers=x', {})).headers['x-sent']).toBeUndefined()
    expect((await mirrored('', { Headers: { 'x-sent': 'no' } })).headers).toEqual({ 'x-sent': 'no' })
  })

  test('a body with a length is read completely before the app runs; a chunked one streams', async () => {
    const asked = () => host.lines.filter((line) => line.includes('mirror is asked')).length
    const before = asked()
    const begin = async (headers: Record<string, string | number>) => {
      const upload = send(`${host.origin}/mirror/x`, { method: 'POST', headers })
      await new Promise<void>((resolve) => void upload.write('{"some":', () => resolve()))
      return upload
    }
    const finish = async (upload: ClientRequest) => {
      const answered = once(upload.end('1}'), 'response') as Promise<[IncomingMessage]>
      const [answer] = await answered
      return JSON.parse((await answer.toArray()).join(''))
    }
    const measured = await begin({ 'content-length': 10 })
    // The next call proves that the host has received the first half.
    await residentBytes()
    expect(asked()).toBe(before)
    expect(await finish(measured)).toMatchObject({ body: ['{"some":1}'], params: { some: '1' } })
    const chunked = await begin({})
    await expect.poll(asked).toBe(before + 2)
    expect(await finish(chunked)).toMatchObject({ body: ['{"some":', '1}'], params: { tenant: 'x' } })
  })

  test('a chunked body that exceeds the limit gets 500', async () => {
    await using limited = await writeFixtureApp(hostJson)
    const env = { STREAM: 'yes', FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(maxBodyBytes) }
    const other = await spawnHost(limited.path, env)
    const upload = send(`${other.origin}/echo`, { method: 'POST' })
    // The host closes the connection on a client that keeps sending.
    upload.on('error', () => {})
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    Readable.from(zeros(maxBodyBytes + 65_536)).pipe(upload)
    const [answer] = await answered
    expect(answer.resume().statusCode).toBe(500)
    expect(await other.stop()).toBe(0)
  })

  test('100 MB pass through in both directions concurrently without being buffered', async () => {
    const before = await residentBytes()
    const upload = send(`${host.origin}/ads/pipe`, { method: 'POST' })
    Readable.from(zeros(100 * 1024 * 1024)).pipe(upload)
    const [answer] = (await once(upload, 'response')) as [IncomingMessage]
    let bytes = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length
    expect(bytes).toBe(100 * 1024 * 1024)
    expect((await residentBytes()) - before).toBeLessThan(heldBytes)
  })
})

describe('a request that never reaches its invocation', () => {
  test.each([
    ['a header in UTF-8', 'X-Text: \xc3\xa9', 'not ASCII'],
    ['a content type in UTF-8', 'Content-Type: application/js\xc3\xb6n', 'not ASCII'],
    ['an id of its own', 'X-Ms-Invocation-Id: 1', 'x-ms-invocation-id'],
    ['an empty id', 'x-ms-invocation-id:', 'x-ms-invocation-id'],
    ['17 KB of headers', `X-Long: ${'y'.repeat(17_000)}`, '16384 bytes'],
    ['an expectation', 'Expect: something', '100-continue'],
    ['a control byte', 'X-Control: a\x01b', 'control byte'],
    ['a DEL', 'X-Control: a\x7fb', 'control byte'],
  ])('waits until functionTimeout: %s', async (_, header, why) => {
    await using folder = await writeFixtureApp({ ...hostJson, functionTimeout: '00:00:01' })
    const host = await spawnHost(folder.path, { STREAM: 'yes' })
    expect(await raw(host.origin, `GET /query HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`)).toBe('')
    expect(await host.ended).toBe(1)
    const line = host.lines.find((each) => each.includes('left unanswered'))
    expect(line).toContain('query')
    expect(line).toContain(why)
  })

  test('is answered if the app handles it: its server accepts the head, and its model fails unmatched invocations', async () => {
    await using folder = await writeFixtureApp(hostJson)
    const host = await spawnHost(folder.path, { STREAM: 'yes', GUARDED: 'yes' })
    const status = async (header: string) => {
      const head = `GET /query HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${header}\r\n\r\n`
      return (await raw(host.origin, head)).slice(9, 12)
    }
    expect(await status(`X-Long: ${'y'.repeat(17_000)}`)).toBe('200')
    expect(await status('Expect: something')).toBe('200')
    expect(await status('X-Text: \xc3\xa9')).toBe('500')
    expect(await host.stop()).toBe(0)
  })
})
