import { expect, test } from 'vitest'
import { limits } from '../../scripts/cost/inputs.ts'
import { refreshSeconds } from '../../scripts/cost/model.ts'
import { parseConfig } from '../../shared/config.ts'
import { allSettings } from '../../shared/settings.ts'

const day = 86_400
const settings = new Map(allSettings().map((setting) => [setting.name, setting]))
const required = {
  PUBLIC_URL: 'https://broker.example.com',
  TABLES_ENDPOINT: 'https://account.table.core.windows.net',
  KEY_VAULT_URL: 'https://broker.vault.azure.net',
  CALLER_ISSUERS: settings.get('CALLER_ISSUERS')?.example,
  REFRESH_SCHEDULE: '0 */5 * * * *',
  PRODUCTION_MICROSOFT_CLIENT_ID: '00001111-aaaa-2222-bbbb-3333cccc4444',
}

test('every span and count has the unit that its setting names', () => {
  const config = parseConfig({
    ...required,
    REFRESH_POLICY: 'always',
    ACTIVE_WINDOW_HOURS: '5',
    KEEP_ALIVE_DAYS: '11',
    STUCK_AFTER_DAYS: '12',
    REFRESH_AHEAD_SECONDS: '601',
    SWEEP_CONCURRENCY: '17',
    SWEEP_SECONDS: '241',
    SWEEP_HANDOVER_COUNT: '2003',
    LEASE_SECONDS: '61',
    TOKEN_ENDPOINT_SECONDS: '13',
    USED_REFRESH_TOKENS: 'revoked',
    VEND_WAIT_SECONDS: '19',
    VEND_LIMIT_SECONDS: '23',
    ROW_CACHE_SECONDS: '29',
    MAX_BODY_BYTES: '65537',
    SECRET_EXPIRY_DAYS: '180',
    OTEL_METRIC_EXPORT_INTERVAL: '60001',
  })
  expect(config.refresh).toEqual({
    policy: 'always',
    activeWindowSeconds: 5 * 3600,
    keepAliveSeconds: 11 * day,
    stuckAfterSeconds: 12 * day,
    aheadSeconds: 601,
    sweepConcurrency: 17,
    sweepSeconds: 241,
    sweepHandoverCount: 2003,
    leaseSeconds: 61,
    tokenEndpointSeconds: 13,
    usedRefreshTokens: 'revoked',
  })
  expect(config).toMatchObject({
    vendWaitSeconds: 19,
    vendLimitSeconds: 23,
    rowCacheSeconds: 29,
    maxBodyBytes: 65_537,
    secretExpiryDays: 180,
    telemetry: { metricIntervalMilliseconds: 60_001 },
  })
})

test('the defaults match the settings page', () => {
  const { refresh, ...config } = parseConfig(required)
  expect(refresh).toEqual({
    policy: 'active',
    activeWindowSeconds: day,
    keepAliveSeconds: 7 * day,
    stuckAfterSeconds: 14 * day,
    aheadSeconds: 600,
    sweepConcurrency: 12,
    sweepSeconds: 240,
    sweepHandoverCount: 2000,
    leaseSeconds: 60,
    tokenEndpointSeconds: 10,
    usedRefreshTokens: 'accepted',
  })
  expect(config).toMatchObject({
    vendWaitSeconds: 15,
    vendLimitSeconds: 20,
    rowCacheSeconds: 30,
    maxBodyBytes: 65_536,
    secretExpiryDays: 365,
    telemetry: { metricIntervalMilliseconds: 60_000 },
  })
})

test('a sweep with the default settings stays below what one vault takes', () => {
  const refreshesASecond = parseConfig(required).refresh.sweepConcurrency / refreshSeconds
  expect(refreshesASecond).toBeLessThan(limits.vaultWritesPerSecond)
})

test.each([
  ['ACTIVE_WINDOW_HOURS', 1, 2160],
  ['REFRESH_AHEAD_SECONDS', 60, 3000],
  ['KEEP_ALIVE_DAYS', 1, 60],
  ['STUCK_AFTER_DAYS', 1, 90],
  ['SWEEP_CONCURRENCY', 1, 256],
  ['SWEEP_SECONDS', 5, 300],
  ['SWEEP_HANDOVER_COUNT', 100, 10_000_000],
  ['LEASE_SECONDS', 30, 300],
  ['TOKEN_ENDPOINT_SECONDS', 1, 30],
  ['VEND_WAIT_SECONDS', 1, 100],
  ['VEND_LIMIT_SECONDS', 5, 200],
  ['ROW_CACHE_SECONDS', 0, 30],
  ['SECRET_EXPIRY_DAYS', 1, 3650],
  ['MAX_BODY_BYTES', 1024, 1_048_576],
  ['OTEL_METRIC_EXPORT_INTERVAL', 100, 600_000],
] as const)('%s accepts %i to %i and nothing beyond', (name, least, most) => {
  const takes = (value: number) => settings.get(name)?.schema.safeParse(String(value)).success
  expect([least, most].map(takes)).toEqual([true, true])
  expect([least - 1, most + 1].map(takes)).toEqual([false, false])
})

test('a lease has at least 15 seconds besides the call to the token endpoint', () => {
  const leased = (seconds: number) => () =>
    parseConfig({ ...required, TOKEN_ENDPOINT_SECONDS: '30', LEASE_SECONDS: String(seconds) })
  expect(leased(45)).not.toThrow()
  expect(leased(44)).toThrow(/TOKEN_ENDPOINT_SECONDS \+ 15/)
})
