import { app } from '@azure/functions'
import { beforeAll, expect, test, vi } from 'vitest'
import { findQueries } from '../kql/findQueries.ts'
import { run } from '../kql/run.ts'
import { isRinging } from './alerts/scene.ts'
import { readText } from './infraFiles.ts'

const now = new Date('2026-11-30T12:00:00Z')
let names: string[]

beforeAll(async () => {
  const http = vi.spyOn(app, 'http')
  vi.stubEnv('CANARY_TENANT', 'agency/canary')
  vi.spyOn(console, 'warn').mockReturnValue(undefined)
  await import('../../functions/main.ts')
  names = http.mock.calls.map(([name]) => name)
})

/** A function's failed requests, as the host exports them. */
const failed = (name: string) =>
  Array.from({ length: 10 }, () => ({
    timestamp: now,
    name,
    success: false,
    resultCode: '503',
    duration: 1,
    cloud_RoleInstance: 'one',
  }))

test('the alert counts every route except readiness, the canary, and the pass-through', () => {
  expect(names.length).toBeGreaterThan(25)
  const silent = names.filter((name) => !isRinging('host-failures', { now, requests: failed(name) }))
  expect(silent.toSorted()).toEqual(['ads', 'healthCanary', 'ready'])
})

test('its page names them, and the query for their instances leaves out the same', () => {
  const page = readText('docs/runbooks/host-failures.md')
  for (const left of ['The pass-through isn’t', '`GET /ready` and `GET /health/canary` aren’t'])
    expect(page.replaceAll("'", '’')).toContain(left)
  const [, instances = ''] = findQueries(page).filter((query) => query.startsWith('requests'))
  const shown = names.filter((name) => {
    const columns = ['timestamp', 'name', 'success', 'resultCode', 'duration', 'cloud_RoleInstance']
    return (
      run(instances.split('\n| summarize')[0] ?? '', { requests: { columns, rows: failed(name) } }, now).rows
        .length === 0
    )
  })
  expect(shown.toSorted()).toEqual(['ads', 'healthCanary', 'ready'])
})
