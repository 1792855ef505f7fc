import { metrics } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import type { CountedTenant } from '../../shared/domain/tenantPages.ts'
import { auditDueRows } from '../../shared/operations/audit.ts'
import type { AuditPlace } from '../../shared/operations/auditRound.ts'
import { takeCensus } from '../../shared/operations/census.ts'
import { toCounted } from '../../shared/operations/countedTenant.ts'
import type { StoredKinds } from '../../shared/storage/storedKinds.ts'
import { meterLog } from '../../shared/telemetry/meters.ts'

type Census = LogEvents['census.ended']

const start = new Date('2026-11-23T16:00:00Z')
const days = (count: number) => addSeconds(start, count * 86_400)
const idle: CountedTenant = { status: 'connected', secrets: 1, versions: 3, leftOver: 0 }

/** A broker whose tenants are audited three a page, and whose places have pages of these counts. */
function createGround(tenants: readonly CountedTenant[] = [idle]) {
  const kept = new Map<string, object>()
  const censuses: Census[] = []
  const time = { now: start }
  const clock = { now: () => time.now, sleep: () => new Promise<void>(() => undefined) }
  const own = {
    tenants,
    places: {} as Record<string, readonly (Record<string, number> | 'fails' | 'too_many')[]>,
  }
  const notes = {
    read: async <T>(kind: string, key: string) => kept.get(`${kind}/${key}`) as T | undefined,
    write: async (kind: string, key: string, value: object) =>
      void kept.set(`${kind}/${key}`, JSON.parse(JSON.stringify(value))),
  }
  const stored: StoredKinds = {
    get places() {
      return Object.keys(own.places)
    },
    async read(place, from = '0') {
      const pages = own.places[place] ?? []
      const [counts, next] = [pages[Number(from)], Number(from) + 1]
      if (!counts || counts === 'fails') throw new Error('no such page')
      return counts === 'too_many' ? counts : { counts, ...(next < pages.length && { next: String(next) }) }
    },
  }
  const pages = {
    hint: async () => undefined,
    list: async () => undefined,
    async read(from = '0') {
      if (Number.isNaN(Number(from))) throw new Error('no such place')
      const end = Number(from) + 3
      const found = own.tenants.slice(Number(from), end)
      const named = found.map((counted, index) => ({ workspace: 'w', tenant: `t${index}`, counted }))
      return { tenants: named, ...(end < own.tenants.length && { next: String(end) }) }
    },
  }
  const log = (event: keyof LogEvents, fields: unknown) => {
    if (event === 'census.ended') censuses.push(fields as Census)
  }
  const tenantStore = { inspect: async () => undefined }
  const config = { keepAliveSeconds: 604_800 }
  const due = { insert: async () => undefined }
  return Object.assign(own, {
    censuses,
    kept,
    time,
    audit: () => auditDueRows({ pages, tenants: tenantStore, due, notes, clock, config, log }),
    take: () => takeCensus({ stored, notes, clock, log }),
  })
}

/** A census each day: the audit's round first, then as many runs as the census needs. */
async function takeDaily(own: ReturnType<typeof createGround>, day: number): Promise<Census | undefined> {
  own.time.now = days(day)
  await own.audit()
  await own.take()
  return own.censuses.at(-1)
}

test('a round of the audit counts tenants, over several pages', async () => {
  const stuck = (reason: string, since?: Date): CountedTenant => ({
    ...idle,
    stuck: { reason, ...(since && { since }) },
  })
  const own = createGround([
    { ...idle, consentedAt: days(-28) },
    { ...idle, consentedAt: days(-28.1) },
    { status: 'pending', secrets: 2, versions: 0, leftOver: 2 },
    stuck('registration_refused', days(-0.9)),
    stuck('registration_refused', days(-1)),
    stuck('registration_refused', days(-40)),
    stuck('grant_unreadable', days(-8)),
    stuck('grant_unreadable'),
  ])
  for (let page = 0; page < 2; page++) await own.audit()
  await own.take()
  expect(own.censuses).toEqual([])
  await own.audit()
  await own.take()
  expect(own.censuses).toMatchObject([
    {
      tenants: { connected: 7, pending: 1 },
      stuck: {
        registration_refused: { '0d': 1, '1d': 1, '30d': 1 },
        grant_unreadable: { '7d': 1, '30d': 1 },
      },
      ...{ consents: 1, namedSecrets: 9, secretVersions: 21, leftOver: 2 },
    },
  ])
})

test('a round that an older package saw a part of, or that starts over, is not counted twice, nor in part', async () => {
  const own = createGround(Array.from({ length: 7 }, () => idle))
  await own.audit()
  const { counts: _counts, ...place } = own.kept.get('audit/place') as AuditPlace
  own.kept.set('audit/place', place)
  await own.audit()
  await own.audit()
  expect(own.kept.get('audit/place')).toEqual({})
  await own.audit()
  own.kept.set('audit/place', { ...(own.kept.get('audit/place') as AuditPlace), from: 'gone' })
  for (let page = 0; page < 3; page++) await own.audit()
  expect(own.kept.get('audit/place')).toMatchObject({ lastRound: { statuses: { connected: 7 } } })
})

test('a census is logged once a day, and while a round is under way, with the last one', async () => {
  const own = createGround(Array.from({ length: 4 }, () => idle))
  own.places = { Tenants: [{ 'Tenants tenant': 4 }] }
  await own.audit()
  await own.audit()
  for (const hours of [0, 1, 7.9, 8, 9]) {
    own.time.now = addSeconds(start, hours * 3600)
    await own.take()
  }
  await own.audit()
  await own.take()
  expect(own.censuses).toMatchObject([{ tenants: { connected: 4 } }, { tenants: { connected: 4 } }])
})

test('what is stored is counted over several runs, each place once', async () => {
  const own = createGround()
  const pages = Array.from({ length: 30 }, () => ({ 'Tenants tenant': 1, 'Tenants event': 2 }))
  own.places = { Tenants: pages, vault1: [{ 'secret of a grant': 5 }], vault2: [{ 'secret of a grant': 6 }] }
  await own.audit()
  await own.take()
  expect(own.censuses).toEqual([])
  own.time.now = addSeconds(start, 300)
  await own.take()
  const stored = { 'Tenants tenant': 30, 'Tenants event': 60, 'secret of a grant': 11 }
  expect(own.censuses).toMatchObject([{ stored, unread: [], durationSeconds: 300 }])
})

test('a run stops after ten seconds, and the next one counts on', async () => {
  const own = createGround()
  own.places = { Tenants: Array.from({ length: 3 }, () => ({ 'Tenants tenant': 1 })) }
  await own.audit()
  let reads = 0
  const read = own.places.Tenants!
  Object.defineProperty(own.places, 'Tenants', {
    enumerable: true,
    get() {
      reads++
      own.time.now = addSeconds(own.time.now, 10)
      return read
    },
  })
  await own.take()
  expect([reads, own.censuses]).toEqual([1, []])
  await own.take()
  await own.take()
  expect(own.censuses).toMatchObject([{ stored: { 'Tenants tenant': 3 } }])
})

test('a place that fails, or has too many secrets, is named, counts nothing, and keeps no other one', async () => {
  const own = createGround()
  own.places = { Tenants: [{ a: 1 }, 'fails'], vault1: ['too_many'], RefreshDue: [{ RefreshDue: 3 }] }
  expect(await takeDaily(own, 0)).toMatchObject({ stored: { RefreshDue: 3 }, unread: ['Tenants', 'vault1'] })
  own.places.Tenants = [{ a: 1 }]
  own.places.vault1 = [{ 'secret of a grant': 2 }]
  expect(await takeDaily(own, 1)).toMatchObject({ stored: { a: 1, 'secret of a grant': 2 }, unread: [] })
})

test('a place that the settings lose in the middle of it counts nothing', async () => {
  const own = createGround()
  own.places = { vault1: Array.from({ length: 30 }, () => ({ a: 1 })), vault2: [{ b: 1 }, { b: 1 }] }
  await own.audit()
  await own.take()
  own.places = { vault2: own.places.vault2! }
  await own.take()
  expect(own.censuses.map(({ stored }) => stored)).toEqual([{ b: 2 }])
})

test('secrets that wait to be destroyed can grow without connects, too', async () => {
  const own = createGround()
  await takeDaily(own, 0)
  own.tenants = [{ ...idle, leftOver: 1000 }]
  expect(await takeDaily(own, 28)).toMatchObject({ growing: ['secret to destroy'] })
})

/** Censuses of a broker with 1,000 connected tenants, of whom some consent, and events that grow. */
async function censusesOf(events: readonly (number | 'fails')[], { consents = 0 } = {}) {
  const own = createGround(Array.from({ length: 1000 }, (_, index) => ({ ...idle, index })))
  const growing: (readonly string[] | undefined)[] = []
  for (const [day, count] of events.entries()) {
    own.time.now = days(day)
    own.tenants = own.tenants.map((each, index) =>
      index < consents ? { ...each, consentedAt: days(day) } : each,
    )
    own.places = { Tenants: [count === 'fails' ? count : { 'Tenants event': count }] }
    for (let page = 0; page < 334; page++) await own.audit()
    await own.take()
    growing.push(own.censuses.at(-1)?.growing)
  }
  return { growing, history: own.kept.get('census/history') as readonly object[] }
}

const month = (first: number, last: number) => [...Array.from({ length: 28 }, () => first), last]

test('growth without connects is told: by a quarter and by 1,000 within four weeks', async () => {
  const [named, quiet] = [['Tenants event'], []]
  expect((await censusesOf(month(4000, 5001))).growing).toEqual([
    ...month(0, 0)
      .slice(1)
      .map(() => quiet),
    named,
  ])
  expect((await censusesOf(month(4000, 5000))).growing.at(-1)).toEqual(quiet)
  expect((await censusesOf(month(3000, 3999))).growing.at(-1)).toEqual(quiet)
  expect((await censusesOf(month(4000, 9000).slice(1))).growing.at(-1)).toEqual(quiet)
  expect((await censusesOf(month(4000, 9000), { consents: 50 })).growing.at(-1)).toEqual(named)
  expect((await censusesOf(month(4000, 9000), { consents: 51 })).growing.at(-1)).toEqual(quiet)
})

test('a census that lacks a place is no measure for later ones, and old ones are forgotten', async () => {
  const { growing, history } = await censusesOf(['fails', ...month(4000, 4000), ...month(4000, 4000)])
  expect(growing.flat()).toEqual([])
  expect(history).toHaveLength(29)
})

test.each([
  [
    { status: 'connected', grantReference: 'vault:v/grant-a/1/41' },
    { secrets: 1, versions: 42 },
  ],
  [
    { status: 'connected', grantReference: 'sealed:eyJ/x/1/41' },
    { secrets: 0, versions: 0 },
  ],
  [{ leftovers: 'vault:v/grant-a/1/0 sealed:x' }, { status: 'unknown', secrets: 1, leftOver: 1 }],
  [{ pendingGrant: '{"grant":{"reference":"vault:v/grant-b/2/0"}}' }, { secrets: 1, versions: 0 }],
  [
    { status: 'connected', troubleActor: 'operator', troubleReason: 'loop', troubleStuckSince: days(-1) },
    { stuck: { reason: 'loop', since: days(-1) } },
  ],
  [{ status: 'connected', troubleReason: 'loop' }, { stuck: undefined }],
  [{ status: 'reauthorization_required', troubleActor: 'operator' }, { stuck: undefined }],
  [{ grantConsentedAt: 'no date' }, { consentedAt: undefined }],
])('of a row, %j counts as %j', (columns, counted) => {
  expect({ stuck: undefined, consentedAt: undefined, ...toCounted(columns) }).toMatchObject(counted)
})

class Reader extends MetricReader {
  protected override async onForceFlush() {}
  protected override async onShutdown() {}
}

test('a census is recorded as gauges; what is gone is 0', async () => {
  const reader = new Reader()
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  const log = meterLog(() => undefined)
  const census: Census = {
    ...{ tenants: { connected: 2 }, stuck: { loop: { '1d': 2 } }, consents: 1, stored: { RefreshDue: 3 } },
    ...{ namedSecrets: 4, secretVersions: 5, leftOver: 6, growing: [], unread: [], durationSeconds: 0 },
  }
  log('census.ended', census)
  log('census.ended', { ...census, stuck: { loop: { '7d': 1 } } })
  const { resourceMetrics } = await reader.collect()
  const points = resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) =>
    all.flatMap(({ dataPoints, descriptor }) =>
      dataPoints.map(({ attributes, value }) =>
        [descriptor.name, ...Object.values(attributes), value].join(' '),
      ),
    ),
  )
  expect(points).toEqual([
    'token_broker.census.tenants connected 2',
    'token_broker.census.stuck loop 1d 0',
    'token_broker.census.stuck loop 7d 1',
    'token_broker.census.stored RefreshDue 3',
    'token_broker.census.named_secrets 4',
    'token_broker.census.secret_versions 5',
    'token_broker.census.left_over 6',
  ])
})
