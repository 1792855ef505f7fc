import { describe, expect, test } from 'vitest'
import { createRequestLimiter } from '../../shared/access/requestLimiter.ts'
import { createTokenBuckets } from '../../shared/access/tokenBuckets.ts'
import { parseConfig } from '../../shared/config.ts'
import { Problem } from '../../shared/problems.ts'
import { type RequestLimits, requestLimits } from '../../shared/settings/requestLimits.ts'
import { registeredRoutes } from './registeredRoutes.ts'
import { minimalSettings, refusalsOfOne } from './settingRefusals.ts'
import { createVirtualClock } from './virtualClock.ts'

const rate = { count: 3, seconds: 60 }
const who = { app: 'a', workspace: 'w', tenant: 't' }

/** Buckets, and how many of some requests they let through. */
function buckets(most = 10) {
  const clock = createVirtualClock()
  const own = createTokenBuckets(clock, most)
  const letThrough = (requests: number, key = 'k') => {
    let taken = 0
    for (let asked = 0; asked < requests; asked++) {
      if (own.waitSeconds(key, rate) > 0) continue
      own.take(key, rate)
      taken++
    }
    return taken
  }
  return { clock, letThrough, ...own }
}

/** A limiter, and what it says of a request: nothing, or the problem’s extras. */
function limiter(limits: object | ((app: string) => object)) {
  const clock = createVirtualClock()
  const limitsOf = (app: string): RequestLimits =>
    requestLimits.parse(typeof limits === 'function' ? limits(app) : limits)
  const own = createRequestLimiter({ clock, limitsOf })
  const refusalOf = (change: Partial<typeof who> = {}, limit: keyof RequestLimits = 'grantsPerMinute') => {
    try {
      own.take(limit, { ...who, ...change })
      return undefined
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'too_many_requests') throw error
      const { members = {}, retryAfterSeconds } = error.extras
      const { scope } = members.limit as { scope: string }
      return { scope, retryAfterSeconds }
    }
  }
  return { clock, refusalOf }
}

describe('a bucket', () => {
  test('lets its number through at once, and then as many in each span', () => {
    const own = buckets()
    expect(own.letThrough(9)).toBe(3)
    let later = 0
    for (let seconds = 0; seconds < 600; seconds++) {
      own.clock.advance(1)
      later += own.letThrough(9)
    }
    expect(later).toBe(30)
  })

  test('says when it has a token again, and has it then, not earlier', () => {
    const own = buckets()
    own.letThrough(3)
    expect(own.waitSeconds('k', rate)).toBeCloseTo(20)
    own.clock.advance(19.9)
    expect(own.letThrough(1)).toBe(0)
    own.clock.advance(0.1)
    expect(own.letThrough(9)).toBe(1)
  })

  test('never holds more than its number, even if nobody asks for a day', () => {
    const own = buckets()
    own.letThrough(3)
    own.clock.advance(86_400)
    expect(own.letThrough(9)).toBe(3)
  })

  test('doesn’t lock anyone out when the clock is set back', () => {
    const own = buckets()
    own.letThrough(2)
    own.clock.advance(-86_400)
    expect(own.letThrough(9)).toBe(1)
    own.clock.advance(20)
    expect(own.letThrough(9)).toBe(1)
  })

  test('is forgotten, and full, once there are more than the most: memory is bounded', () => {
    const own = buckets(10)
    own.letThrough(3)
    for (let key = 0; key < 10; key++) own.letThrough(1, String(key))
    expect(own.letThrough(9)).toBe(3)
  })
})

describe('a limit', () => {
  const small = { grantsPerMinute: { app: 2, workspace: 3, tenant: 1 } }

  test('counts by tenant, by app, and by workspace; the answer names which, and when to come back', () => {
    const { refusalOf } = limiter(small)
    expect(refusalOf()).toBeUndefined()
    expect(refusalOf()).toEqual({ scope: 'tenant', retryAfterSeconds: 60 })
    expect(refusalOf({ tenant: 't2' })).toBeUndefined()
    expect(refusalOf({ tenant: 't3' })).toEqual({ scope: 'app', retryAfterSeconds: 30 })
    expect(refusalOf({ app: 'b', tenant: 't4' })).toBeUndefined()
    expect(refusalOf({ app: 'b', tenant: 't5' })).toEqual({ scope: 'workspace', retryAfterSeconds: 20 })
  })

  test('of one app is nobody else’s', () => {
    const { refusalOf } = limiter(small)
    for (const tenant of ['t1', 't2', 't3']) refusalOf({ tenant })
    const other = { app: 'b', workspace: 'v' }
    expect(refusalOf({ ...other, tenant: 't1' })).toBeUndefined()
    expect(refusalOf({ tenant: 't9' }, 'probesPerMinute')).toBeUndefined()
  })

  test('isn’t used up by refused requests', () => {
    const { clock, refusalOf } = limiter(small)
    refusalOf()
    for (let asked = 0; asked < 100; asked++) expect(refusalOf()?.scope).toBe('tenant')
    expect(refusalOf({ tenant: 't2' })).toBeUndefined()
    clock.advance(60)
    expect(refusalOf()).toBeUndefined()
  })

  test('per hour comes back within the hour', () => {
    const { refusalOf } = limiter({ tenantsPerHour: { app: 1 } })
    expect(refusalOf({}, 'tenantsPerHour')).toBeUndefined()
    const refused = { scope: 'app', retryAfterSeconds: 3600 }
    expect(refusalOf({ tenant: 't2' }, 'tenantsPerHour')).toEqual(refused)
  })

  test('takes its numbers from the app', () => {
    const { refusalOf } = limiter((app) => ({ grantsPerMinute: { app: app === 'a' ? 1 : 2 } }))
    const letThrough = (app: string) =>
      ['t1', 't2', 't3'].filter((tenant) => !refusalOf({ app, tenant })).length
    expect([letThrough('a'), letThrough('b')]).toEqual([1, 2])
  })
})

describe('the setting of the limits', () => {
  test('changes what it names, and leaves the rest', () => {
    const setting = '{"grantsPerMinute":{"app":7}}'
    const { requestLimits: limits } = parseConfig({ ...minimalSettings, REQUEST_LIMITS: setting })
    const { requestLimits: usual } = parseConfig(minimalSettings)
    expect(limits).toEqual({ ...usual, grantsPerMinute: { ...usual.grantsPerMinute, app: 7 } })
    expect(usual).toEqual(requestLimits.parse({}))
  })

  test('leaves room in a workspace for other apps, and in an app for other tenants', () => {
    for (const [limit, { app, tenant, workspace }] of Object.entries(requestLimits.parse({}))) {
      expect(workspace, limit).toBeGreaterThanOrEqual(2 * app)
      expect(app, limit).toBeGreaterThanOrEqual(4 * tenant)
    }
  })

  test.each(['{"grants":{}}', '{"grantsPerMinute":{"app":0}}', '{"grantsPerMinute":{"apps":1}}', '[]', 'x'])(
    'is refused: %s',
    (value) => expect(refusalsOfOne('REQUEST_LIMITS', value)).toHaveProperty('REQUEST_LIMITS'),
  )
})

test('each operation that costs others something has its limit', async () => {
  const routes = await registeredRoutes()
  const limits = routes.flatMap(({ name, operations }) =>
    Object.values(operations).flatMap(({ id, limit }) => (limit && name !== 'ads' ? [[id, limit]] : [])),
  )
  expect(Object.fromEntries(limits)).toEqual({
    createConnectSession: 'connectSessionsPerMinute',
    discoverAccounts: 'discoveriesPerMinute',
    importGrant: 'grantsPerMinute',
    diagnose: expect.any(Function),
    setDefaultAccount: 'accountChoicesPerHour',
    chooseAccounts: 'accountChoicesPerHour',
    startDownload: 'downloadsPerMinute',
    getDownload: 'downloadsPerMinute',
    listUnifiedObjects: 'downloadsPerMinute',
    listUnifiedReports: 'downloadsPerMinute',
  })
  const passed = Object.values(routes.find(({ name }) => name === 'ads')?.operations ?? {})
  expect(new Set(passed.map(({ limit }) => limit))).toEqual(new Set(['advertisingCallsPerMinute']))
  const diagnose = routes.find(({ name }) => name === 'diagnosis')?.operations.POST?.limit
  if (typeof diagnose !== 'function') throw new Error('a diagnosis is limited by its body')
  expect(diagnose({})).toBe('probesPerMinute')
  expect(diagnose({ status: 401 })).toBeUndefined()
})
