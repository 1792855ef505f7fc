import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedRequest } from '../../local/advertising/request-log.ts'
import { openWorld, type World } from './world.ts'

/** Most of it must fit neither into the memory that may grow nor into the connections' buffers. */
const maxGrownMebibytes = 64

let world: World
let tenant: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
})

afterAll(() => world.close())

/** A report of more than a million rows. */
async function handleOfMillion(): Promise<string> {
  const { accountId } = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body
  await world.advertising.control('POST', 'content', { accountId, keywords: 100_000 })
  await world.advertising.control('POST', 'options', { pendingPolls: 0 })
  const report = {
    type: 'KeywordPerformance',
    columns: [
      'TimePeriod',
      'CampaignName',
      'AdGroupName',
      'KeywordId',
      'Keyword',
      'Impressions',
      'Clicks',
      'Spend',
    ],
    ...{ from: '2025-09-01', to: '2025-09-30' },
  }
  return (await world.call('POST', `/v1/tenants/${tenant}/downloads`, { body: { report } })).body.handle
}

async function open(handle: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${await world.stack.callerToken()}` }
  for (;;) {
    const call = request(`${world.origin}/v1/tenants/${tenant}/downloads/${handle}`, {
      agent: false,
      headers,
    })
    const [answer] = (await once(call.end(), 'response')) as [IncomingMessage]
    if (answer.statusCode === 200) return answer
    expect(answer.statusCode).toBe(202)
    await once(answer.resume(), 'end')
  }
}

/** How much of the last file the broker has read. */
async function readOfFile() {
  const { requests } = (await world.advertising.control('GET', 'requests')) as { requests: LoggedRequest[] }
  return requests.findLast(({ sent }) => sent)?.sent ?? { bytes: 0, ofBytes: 0 }
}

async function residentMebibytes(): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(world.brokers[0]?.pid)])
  return Number(stdout) / 1024
}

async function take(answer: IncomingMessage) {
  let [rows, last, peak, pieces] = [0, '', 0, 0]
  for await (const piece of answer as AsyncIterable<Buffer>) {
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) rows += 1
    last = (last + piece.toString()).slice(-100)
    if (pieces++ % 100 === 0) peak = Math.max(peak, await residentMebibytes())
  }
  return { rows: rows - 1, end: JSON.parse(last.trimEnd().split('\n').at(-1) ?? ''), peak }
}

test('a million rows wait at Microsoft for their reader, not in the broker, and are whole', {
  timeout: 300_000,
}, async () => {
  const handle = await handleOfMillion()
  // A first pass allocates the process's basic memory.
  await take(await open(handle))
  const before = await residentMebibytes()
  const answer = await open(handle)
  await once(answer, 'readable')
  let [seen, still, peak] = [-1, 0, 0]
  while (still < 100) {
    peak = Math.max(peak, await residentMebibytes())
    const { bytes } = await readOfFile()
    still = bytes === seen ? still + 1 : 0
    seen = bytes
  }
  const { bytes, ofBytes } = await readOfFile()
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(ofBytes / 2)
  const taken = await take(answer)
  expect(Math.max(peak, taken.peak) - before).toBeLessThan(maxGrownMebibytes)
  expect(taken.rows).toBeGreaterThan(1_000_000)
  expect(taken.end).toEqual({ _end: { rows: taken.rows } })
})
