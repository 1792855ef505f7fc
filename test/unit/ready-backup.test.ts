import { afterEach, expect, test, vi } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { checkBackup } from '../../shared/ready/backup.ts'
import { createVirtualClock } from './virtualClock.ts'

const containerUrl = 'https://backups.example/tables'
const now = new Date('2026-11-30T01:00:00Z')
const credential = { getToken: async () => ({ token: 't', expiresOnTimestamp: 0 }) }

afterEach(() => vi.unstubAllGlobals())

interface Container {
  /** The ages of its backups, in hours. */
  readonly ages?: readonly number[]
  /** The ages of those that never ended. */
  readonly incomplete?: readonly number[]
  readonly ageHours?: number
}

const hoursAgo = (hours: number) => addSeconds(now, -3600 * hours)
const nameOf = (age: number) => `${hoursAgo(age).toISOString().replaceAll(/[-:]/g, '')}-ffffffffffff`

/** A container as Blob Storage lists it: two names in an answer. */
function answerFor({ ages = [], ageHours = 1000, incomplete = [] }: Container, url: URL): Response {
  if (url.searchParams.get('comp') !== 'list')
    return new Response('', { headers: { 'last-modified': hoursAgo(ageHours).toUTCString() } })
  const { prefix = '', marker = '0' } = Object.fromEntries(url.searchParams)
  const blobs = [
    ...ages.flatMap((age) =>
      ['Tenants-0-000001.jsonl.gz', 'manifest.json'].map((name) => `${nameOf(age)}/${name}`),
    ),
    ...incomplete.map((age) => `${nameOf(age)}/Tenants-0-000001.jsonl.gz`),
    ...(prefix ? [] : ['notes/manifest.json']),
  ]
  const found = blobs.filter((name) => name.startsWith(prefix)).toSorted()
  const next = Number(marker) + 2
  const names = found.slice(Number(marker), next).map((name) => `<Name>${name}</Name>`)
  return new Response(`${names.join('')}${next < found.length ? `<NextMarker>${next}</NextMarker>` : ''}`)
}

/** The check of a broker that makes daily backups in a container. */
async function check(container: Container | Response, named = containerUrl) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return container instanceof Response ? container.clone() : answerFor(container, new URL(url))
  })
  const config = { backup: { containerUrl: named, hours: 24 }, managedIdentityClientId: 'identity-1' }
  const clock = createVirtualClock(now)
  const found = await clock.run(checkBackup({ clock, config, credential } as never))
  return { found, asked }
}

test('a backup counts as missing as soon as the alert rings: two hours after the next one is due', async () => {
  expect((await check({ ages: [25.9, 50] })).found).toEqual([
    { name: 'backup', ok: true, detail: 'the last one began 25.9 h ago' },
  ])
  const missing = {
    name: 'backup',
    ok: false,
    resolution: 'npm run backup -- --settings <settings file>',
  }
  for (const age of [26.1, 47.5, 700])
    expect((await check({ ages: [age, 800], incomplete: [1, 2] })).found).toEqual([
      { ...missing, detail: `the last one began ${age.toFixed(1)} h ago (docs/runbooks/backup-missing.md)` },
    ])
})

test('a new container whose first backup never works is missed two hours after the second one was due', async () => {
  for (const incomplete of [[], [1]])
    for (const [ageHours, ok] of [
      [25.9, true],
      [26.1, false],
    ] as const) {
      const [found] = (await check({ incomplete, ageHours })).found
      const detail = expect.stringContaining(`none is complete in this container, which is ${ageHours} h old`)
      expect(found).toMatchObject({ ok, detail })
    }
})

test('a backup by hand makes it well', async () => {
  expect((await check({ ages: [0] })).found).toMatchObject([{ ok: true }])
})

test('a container of many backups is asked for the last days only', async () => {
  const { asked } = await check({ ages: [...Array(90).keys()].map((day) => 24 * day + 2) })
  expect(asked.map((url) => new URL(url).searchParams.get('prefix'))).toEqual(['20261130T', '20261129T'])
})

test('a time that only a wrong clock could have written is no backup', async () => {
  expect((await check({ ages: [-0.5, -500, 30] })).found).toMatchObject([
    { ok: false, detail: expect.stringContaining('30.0 h ago') },
  ])
})

test('a broker without backups is asked for none', async () => {
  expect((await check({}, '')).found).toEqual([])
})

const refusal = (status: number, code: string) =>
  new Response('', { status, headers: { 'x-ms-error-code': code } })

test('a container that refuses the broker, or is gone, is told as what it is', async () => {
  const [refused] = (await check(refusal(403, 'AuthorizationPermissionMismatch'))).found
  expect(refused).toMatchObject({ ok: false, detail: 'AuthorizationPermissionMismatch (403)' })
  expect(refused?.resolution).toContain("--role 'Storage Blob Data Contributor' --assignee identity-1")
  const [gone] = (await check(refusal(404, 'ContainerNotFound'))).found
  expect(gone).toMatchObject({ ok: false, detail: expect.stringMatching(/^ContainerNotFound \(404\)/) })
  expect(gone?.resolution).toContain('Undelete')
})

test('a container that doesn’t answer is named', async () => {
  const [found] = (await check(refusal(503, 'ServerBusy'))).found
  expect(found).toMatchObject({ ok: false, detail: 'no answer from backups.example within 8 s' })
  expect(found?.resolution).toContain('az storage account show --name backups')
})
