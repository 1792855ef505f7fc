import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Secret } from '../../shared/secret.ts'
import { readObjects } from '../../shared/unified/readObjects.ts'
import { startObjects } from '../../shared/unified/startObjects.ts'
import { name } from '../simulation/ground.ts'
import { passing } from './passGround.ts'
import { createVirtualClock } from './virtualClock.ts'
import { zipOf } from './zipOf.ts'

const campaigns = Array.from({ length: 5000 }, (_, id) => `Campaign,${id},Shoes ${id * 7919}\r\n`)
const zip = zipOf(Buffer.from(`Type,Id,Campaign\r\n${campaigns.join('')}`))

/** Sends the beginning of a file, and nothing more. */
async function* stalling(bytes: number): AsyncGenerator<Uint8Array> {
  yield zip.subarray(0, bytes)
  await new Promise(() => undefined)
}

const answers: Readonly<Record<string, object>> = {
  DownloadByAccountIds: { DownloadRequestId: 'request' },
  Query: { RequestStatus: 'Completed', ResultFileUrl: 'https://files.example/a' },
}

/** Starts and reads a file of campaigns, and what has ended. */
async function reading(content: AsyncIterable<Uint8Array>) {
  const { dependencies } = await passing([])
  const body = Readable.from(content)
  const seen = { begun: 0, ended: 0 }
  const clock = createVirtualClock()
  const own = {
    ...(dependencies as object),
    clock,
    config: { ...dependencies.config, downloads: { largestBytes: 1_000_000, hosts: ['files.example'] } },
    sealer: {
      seal: async (text: Secret) => Buffer.from(text.expose()).toString('base64url'),
      open: async (sealed: string) => ({ expose: () => Buffer.from(sealed, 'base64url').toString() }),
    },
    openDownloads: {
      begin: () => {
        seen.begun++
        return () => Object.assign(seen, { ended: 1 })
      },
    },
    send: async ({ url }: { url: URL }) => {
      const answer = answers[url.pathname.split('/').at(-1) ?? '']
      const headers = new Headers({ 'content-length': '100' })
      return {
        status: 200,
        headers,
        body: answer ? Readable.from([Buffer.from(JSON.stringify(answer))]) : body,
      }
    },
  } as never
  const { handle } = await startObjects(own, name, { kind: 'campaigns' })
  const read = (limit: number) =>
    readObjects(own, name, {
      ...{ handle, app: 'reader', file: { kind: 'campaigns' }, left: new AbortController().signal },
      page: { limit, offset: 0, filters: {} },
    })
  return { read, seen, body, clock }
}

describe('a page of a file that stalls', () => {
  const isOver = ({ seen, body }: Awaited<ReturnType<typeof reading>>) => {
    expect(seen).toEqual({ begun: 1, ended: 1 })
    expect(body.destroyed).toBe(true)
  }

  test('is there if its end has arrived, and the connection and its place end', async () => {
    const own = await reading(stalling(zip.byteLength - 100))
    expect(await own.read(3)).toMatchObject({ objects: [{ id: '0' }, { id: '1' }, { id: '2' }] })
    isOver(own)
  })

  test('is a problem after three minutes otherwise', async () => {
    const own = await reading(stalling(1000))
    await expect(own.clock.run(own.read(5000))).rejects.toMatchObject({
      code: 'download_failed',
      extras: { actor: 'app', members: { reason: 'page_takes_too_long' } },
    })
    expect(own.clock.passed()).toBe(180)
    isOver(own)
  })
})
