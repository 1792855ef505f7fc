import { type QueueClient, QueueServiceClient } from '@azure/storage-queue'
import { startBroker } from '../../local/broker-process.ts'
import { findFreePort } from '../../local/ports.ts'
import { storageConnection } from '../../local/settings.ts'
import type { Comparison } from './report.ts'
import { echoApp, type PlatformWorld } from './world.ts'

/** A call of a queue function. */
interface Try {
  readonly function: string
  readonly text: string
  readonly dequeueCount: number
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Messages as stored in a queue. */
const messages = [
  ...[
    'plain',
    'fails 1 time',
    'fails 4 times',
    'fails 9 times',
    'fails 9 times and fails poison',
    '',
    ' ',
    'Zürich €😀',
  ].map(base64),
  ...[
    '{"shard":1}',
    '{"shard":2,"why":"fails 9"}',
    '[1,2]',
    '7',
    '"text"',
    'null',
    '{"open":',
    '\ufeffbom',
  ].map(base64),
  ...['not base64', '{"shard":3}', 'YWJj=', 'YWJ', 'YQ', 'YQ=', 'Y_-_', 'not base64, fails poison'],
  ...[
    ` ${base64('blank before')}`,
    `${base64('blank after')} `,
    `${base64('line after')}\n`,
    base64('a blank within').replace('b', ' b'),
  ],
  ...[
    `${base64('x'.repeat(60)).slice(0, 40)}\n${base64('x'.repeat(60)).slice(40)}`,
    'YWJjZA==YWJj',
    'YR==',
    '====',
  ],
  ...[Buffer.from([0xff, 0xfe, 0x00]), Buffer.from([0x61, 0x80, 0x62]), Buffer.from([0xc3])].map((bytes) =>
    bytes.toString('base64'),
  ),
]

/** Messages that fail if base64 isn't expected. */
const plainMessages = [
  'fails 2 times',
  'fails 9 times, and fails poison',
  '{"shard":4,"why":"fails 9"}',
  'Zürich €😀',
]

/** Values for a function's output; `functions/refresh.ts` writes shards. */
const output = [
  { shard: 0 },
  { shard: 15 },
  { note: 'Zürich €' },
  { at: '2026-01-01T00:00:00Z', list: [1, { a: null }] },
]

const deadlineSeconds = 60
/** Longer than a failed message is hidden, and than the longest pause between two polls. */
const quietSeconds = 4

/** The possible values in `host.json`; ours is `none`. */
type Encoding = 'none' | 'base64'

/**
 * Writes the same output through the package and through the local host, and lets both read the same messages, with
 * functions that fail the same way: first the queue, then its poison queue. The written messages, each attempt, and the
 * remaining messages in each queue must match.
 */
export async function compareQueues(world: PlatformWorld, part: Comparison): Promise<void> {
  await Promise.all((['none', 'base64'] as const).map((encoding) => compareEncoding(encoding, world, part)))
}

async function compareEncoding(encoding: Encoding, world: PlatformWorld, part: Comparison): Promise<void> {
  const service = QueueServiceClient.fromConnectionString(storageConnection(world.stack.ports))
  const both = ['theirs', 'ours'].map(
    (side) =>
      (suffix = '') =>
        service.getQueueClient(`${side}-${encoding}${suffix}`),
  )
  const compare = async <T>(name: string, look: (queue: (suffix?: string) => QueueClient) => Promise<T>) => {
    const sides = await Promise.all(both.map(look))
    part.same(`${encoding}: ${name}`, sides[0], sides[1])
    return sides
  }
  const readers = createReaders(world, encoding)
  /** The host indents its JSON, which has no meaning. */
  const toValue = ({ text, days }: Resting) => ({
    value: JSON.parse(encoding === 'base64' ? Buffer.from(text, 'base64').toString() : text),
    days,
  })

  await readers.work(async () => {
    await readers.write(JSON.stringify(output))
    const written = await Promise.all(both.map((queue) => rest(queue('-written'))))
    await compare('What an output is written as', async (queue) =>
      (await rest(queue('-written'))).map(toValue),
    )
    const texts = [...messages, ...plainMessages, ...written.flat().map(({ text }) => text)]
    await Promise.all(both.map((queue) => send(queue(), texts)))
    await compare('What stays in the queue', (queue) => settle(queue(), readers.tryCount))
    await compare('What comes into the poison queue', (queue) => rest(queue('-poison')))
  })
  await readers.poisoned(async () => {
    await compare('What stays in the poison queue', (queue) => settle(queue('-poison'), readers.tryCount))
    await compare('What leaves the poison queue for another', (queue) => rest(queue('-poison-poison')))
  })
  compareTries(encoding, await readers.theirs(), readers.ours(), part)
}

/** The local host, with one of its two functions enabled at a time, and the package. */
function createReaders({ stack, program }: PlatformWorld, encoding: Encoding) {
  const queue = `theirs-${encoding}`
  const lines: string[] = []
  let origin = ''
  const read = async (poison: boolean, act: () => Promise<void>) => {
    const host = await startBroker({
      stack,
      port: await findFreePort(),
      app: echoApp,
      settings: {
        PLATFORM_QUEUE: `ours-${encoding}`,
        AzureFunctionsJobHost__extensions__queues__messageEncoding: encoding,
        [`AzureWebJobs.${poison ? 'work' : 'poisoned'}.Disabled`]: 'true',
      },
      onLine: (line) => lines.push(line),
    })
    origin = host.origin
    try {
      await program.ask('POST', '/queues/listen', { queue, poison, encoding })
      await act()
    } finally {
      await host.stop()
    }
  }
  const ours = () => lines.flatMap(readTry)
  const theirs = () => program.ask<Try[]>('GET', `/queues/${queue}/tries`)
  return {
    ours,
    theirs,
    work: (act: () => Promise<void>) => read(false, act),
    poisoned: (act: () => Promise<void>) => read(true, act),
    write: async (json: string) => {
      await program.ask('POST', '/queues/write', { queue, json, encoding })
      await fetch(`${origin}/write`, { method: 'POST', body: json })
    },
    tryCount: async () => ours().length + (await theirs()).length,
  }
}

async function send(queue: QueueClient, texts: readonly string[]): Promise<void> {
  await queue.createIfNotExists()
  for (const text of texts) await queue.sendMessage(text)
}

/** Waits until a queue is empty or idle; returns the number of messages in it, visible or hidden. */
async function settle(queue: QueueClient, tryCount: () => Promise<number>): Promise<number | 'busy'> {
  const giveUpAt = Date.now() + deadlineSeconds * 1000
  let before = ''
  let quietSince = Date.now()
  while (Date.now() < giveUpAt) {
    const left = await count(queue)
    if (left === 0) return 0
    const now = `${left} ${await tryCount()}`
    if (now !== before) quietSince = Date.now()
    else if (Date.now() - quietSince > quietSeconds * 1000) return left
    before = now
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return 'busy'
}

async function count(queue: QueueClient): Promise<number> {
  if (!(await queue.exists())) return 0
  return (await queue.getProperties()).approximateMessagesCount ?? 0
}

/** A stored message, and its days to live. */
interface Resting {
  readonly text: string
  readonly days: number
}

/** The messages in a queue. */
async function rest(queue: QueueClient): Promise<Resting[]> {
  if (!(await queue.exists())) return []
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 })
  return peekedMessageItems
    .map(({ messageText, insertedOn, expiresOn }) => ({
      text: messageText,
      days: Math.round((expiresOn.getTime() - insertedOn.getTime()) / 86_400_000),
    }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
}

const readTry = (line: string): Try[] => {
  const json = /try (\{.*\})$/.exec(line)?.[1]
  return json ? [JSON.parse(json)] : []
}

function compareTries(
  encoding: Encoding,
  theirs: readonly Try[],
  ours: readonly Try[],
  part: Comparison,
): void {
  const [platform, own] = [theirs, ours].map(byText) as [Map<string, string[]>, Map<string, string[]>]
  for (const text of new Set([...platform.keys(), ...own.keys()])) {
    part.same(`${encoding}: Tries of ${text}`, platform.get(text) ?? [], own.get(text) ?? [])
  }
}

/** The attempts of each message in a comparable order; a library parses JSON, so texts are compared parsed. */
function byText(tries: readonly Try[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { function: name, text, dequeueCount } of tries) {
    const key = normalize(text)
    found.set(key, [...(found.get(key) ?? []), `${name} ${dequeueCount}`].sort())
  }
  return found
}

function normalize(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return JSON.stringify(text)
  }
}
