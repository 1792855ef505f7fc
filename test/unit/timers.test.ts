import { app } from '@azure/functions'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts'

beforeEach(() => {
  vi.resetModules()
  for (const kind of ['http', 'storageQueue'] as const)
    vi.spyOn(app, kind).mockReturnValue(undefined as never)
  vi.spyOn(console, 'warn').mockReturnValue(undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** The timers that register with these settings. */
async function timersWith(settings: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  const timer = vi.spyOn(app, 'timer').mockReturnValue(undefined)
  for (const file of ['backup', 'canary', 'refresh']) await import(`../../functions/${file}.ts`)
  return timer.mock.calls.map(([name, { schedule }]) => ({ name, schedule }))
}

test.each<[Record<string, string>, string[]]>([
  [{ CANARY_TENANT: '', BACKUP_CONTAINER_URL: ' ' }, ['refresh']],
  [{ CANARY_TENANT: 'agency/canary' }, ['canary', 'refresh']],
  [{ BACKUP_CONTAINER_URL: 'https://backups.example/tables' }, ['backup', 'refresh']],
])(
  'a timer without work is not registered, because it would wake an instance: %j',
  async (settings, names) => {
    expect((await timersWith(settings)).map(({ name }) => name)).toEqual(names)
  },
)

test('the canary runs every five minutes', async () => {
  const timers = await timersWith({ CANARY_TENANT: 'agency/canary' })
  const schedule = parseNcrontab(timers.find(({ name }) => name === 'canary')?.schedule ?? '')
  let last = nextOccurrence(schedule!, new Date('2026-11-30T00:00:00Z'))!
  for (let run = 0; run < 300; run++) {
    const next = nextOccurrence(schedule!, last)!
    expect(next.getTime() - last.getTime()).toBe(300_000)
    last = next
  }
})
