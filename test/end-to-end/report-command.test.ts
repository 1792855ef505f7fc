import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createReport } from '../../scripts/broker/report.ts'
import type { Arguments } from '../../scripts/broker/verb.ts'
import { parseCommand } from '../../scripts/commandLine.ts'
import { brokerVerbs } from '../../scripts/options.ts'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string
let folder: string

beforeAll(async () => {
  world = await openWorld({ settings: { LARGEST_DOWNLOAD_BYTES: '100000' } })
  tenant = await world.connected()
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-command-'))
  await world.advertising.control('POST', 'options', { pendingPolls: 0 })
})

afterEach(async () => {
  await world.advertising.clear()
  await rm(folder, { recursive: true, force: true })
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

afterAll(() => world.close())

/** Starts `npm run broker -- report …`; it waits as long as the broker says. */
async function spawnReport(args: readonly string[]) {
  const env = {
    PATH: process.env.PATH,
    BROKER_URL: world.origin,
    BROKER_TOKEN: await world.stack.callerToken(),
  }
  const all = ['scripts/broker.ts', 'report', ...args, '--tenant', tenant]
  const child = spawn(process.execPath, all, { env })
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  return { child, ended }
}

async function report(...args: readonly string[]) {
  const { child, ended } = await spawnReport(args)
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, err }
}

const of = [
  'CampaignPerformance',
  '--columns',
  'CampaignId,Clicks',
  '--from',
  '2025-09-01',
  '--to',
  '2025-09-03',
]
const fileFault = (fault: object) => world.advertising.fault({ path: '/_downloads/file', ...fault })

test('a report is whole rows in a file, in both formats, and the same on standard output', async () => {
  const csv = join(folder, 'report.csv')
  const [toFile, piped] = await Promise.all([report(...of, '--output', csv), report(...of)])
  expect([toFile, piped.code]).toEqual([
    { code: 0, out: '', err: expect.stringMatching(/^\d+ rows in .*report\.csv\.\n$/) },
    0,
  ])
  const [head, ...records] = (await readFile(csv, 'utf8')).trimEnd().split('\r\n')
  expect(head).toBe('CampaignId,Clicks')
  const rows = piped.out.trimEnd().split('\n')
  expect(rows.map((row) => Object.values(JSON.parse(row)).join(','))).toEqual(records)
  expect(piped.err).toBe(`${rows.length} rows.\n`)
  expect(await readdir(folder)).toEqual(['report.csv'])
})

test('a report that is stopped leaves no file, and what was there stays', async () => {
  await world.advertising.control('POST', 'options', { pendingPolls: 1000 })
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
  await Promise.all(
    Object.entries(signals).map(async ([signal, status]) => {
      await writeFile(join(folder, signal), 'old')
      const { child, ended } = await spawnReport([...of, '--output', join(folder, signal)])
      const isOpen = (name: string) => name.startsWith(signal) && name.endsWith('.part')
      await vi.waitUntil(async () => (await readdir(folder)).some(isOpen), { timeout: 30_000 })
      child.kill(signal as NodeJS.Signals)
      expect([signal, await ended]).toEqual([signal, status])
    }),
  )
  expect((await readdir(folder)).toSorted()).toEqual(Object.keys(signals).toSorted())
  for (const signal of Object.keys(signals)) expect(await readFile(join(folder, signal), 'utf8')).toBe('old')
})

test('a report whose archive breaks off once is read again', async () => {
  await fileFault({ kind: 'cutFile', atByte: 100, times: 1 })
  const file = join(folder, 'report.ndjson')
  expect(await report(...of, '--output', file)).toMatchObject({ code: 0 })
  expect(await readdir(folder)).toEqual(['report.ndjson'])
})

test('a report that breaks off behind its first rows leaves no file, and names the problem', async () => {
  const { accountId } = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body
  await world.advertising.control('POST', 'content', { accountId, keywords: 1500 })
  await fileFault({ kind: 'cutFile', atByte: 20_000 })
  const keywords = ['KeywordPerformance', '--columns', 'KeywordId,Keyword,Clicks', ...of.slice(3)]
  const { code, err } = await report(...keywords, '--output', join(folder, 'report.ndjson'))
  expect({ code, err }).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^download_failed \(HTTP 502\)\n.*breaks off.*\nWho acts +no one.*\n.*Reason +file_broken/s,
    ),
  })
  expect(await readdir(folder)).toEqual([])
  await world.advertising.control('POST', 'content', {
    accountId,
    sizes: { campaigns: 8, adGroups: 2, keywords: 3 },
  })
})

test('an archive that the broker leaves to its caller is unpacked by the command, or refused if it’s cut', async () => {
  await fileFault({ kind: 'withoutLength', times: 1 })
  const file = join(folder, 'report.ndjson')
  const [given, whole] = [await report(...of, '--output', file), await report(...of)]
  expect(given).toMatchObject({ code: 0, err: expect.stringMatching(/^\d+ rows in/) })
  expect(await readFile(file, 'utf8')).toBe(whole.out)
  await fileFault({ kind: 'withoutLength', times: 1 })
  await fileFault({ kind: 'cutFile', atByte: 100, times: 1 })
  expect(await report(...of, '--output', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining('The downloaded file breaks off. The rows aren’t whole.'),
  })
  expect(await readFile(file, 'utf8')).toBe(whole.out)
})

test('what Microsoft refuses is refused with its codes', async () => {
  expect(await report('Nonsense', '--columns', 'Clicks')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^report_refused \(HTTP 422\)/),
  })
})

/** The commands below a query on the page for those who come from Google Ads. */
const page = readFileSync(join(import.meta.dirname, '../../docs/google-ads.md'), 'utf8')
const commands = [...page.matchAll(/```sql\n[\s\S]+?```\n\n```sh\nnpm run broker -- report (.+)\n```/g)].map(
  ([, command = '']) => command,
)

test('the page for those who come from Google Ads has a command for each query', () => {
  expect(commands).toHaveLength(page.split('```sql').length - 1)
  expect(commands).not.toEqual([])
})

/** Runs the command in this process, where no wait takes time. */
async function reportAtOnce(line: string): Promise<Record<string, unknown>[]> {
  const file = join(folder, 'rows.ndjson')
  vi.stubEnv('BROKER_URL', world.origin)
  vi.stubEnv('BROKER_TOKEN', await world.stack.callerToken())
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const words = `${line.replace('--tenant acme', `--tenant ${tenant}`)} --output ${file}`.split(' ')
  const verb = createReport({
    ask: undefined,
    clock: { now: () => new Date(), sleep: async () => undefined },
  })
  expect(await verb(parseCommand(brokerVerbs.report, words, '') as Arguments)).toBe(0)
  const rows = (await readFile(file, 'utf8')).trimEnd().split('\n')
  await rm(file)
  return rows.filter(Boolean).map((row) => JSON.parse(row))
}

test.each(commands)('answers the query of google-ads.md in %s', async (command) => {
  const [campaign] = await reportAtOnce('--entities campaigns --tenant acme')
  const recent = new Date(Date.now() - 86_400_000).toISOString()
  const rows = await reportAtOnce(
    command.replace('1801010010', String(campaign!.Id)).replace(/(?<=--changed-since )\S+/, recent),
  )
  const [, columns] = /--columns (\S+)/.exec(command) ?? []
  const members = columns ? columns.split(',') : expect.arrayContaining(['Type', 'Id', 'Status'])
  for (const row of rows) expect(Object.keys(row)).toEqual(members)
  if (!command.includes('--changed-since')) expect(rows).not.toEqual([])
})
