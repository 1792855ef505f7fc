import { describe, expect, test } from 'vitest'
import { parseHostJson } from '../../local/host/hostJson.ts'
import { compareFunctionNames, compileRoute, createMatch } from '../../local/host/route.ts'
import { parseSchedule } from '../../local/host/schedule.ts'
import { encodePath, parseTarget } from '../../local/host/target.ts'
import { type Clock, startTimer } from '../../local/host/timerTrigger.ts'

const matcher = (...templates: string[]) =>
  createMatch(templates.map((template) => compileRoute(template, ['GET'], template)))

describe('routes', () => {
  test.each([
    ['/v1/list', 'v1/{*rest}'],
    ['/V1/17/', 'v1/{*rest}'],
    ['/v1', 'v1/{*rest}'],
    ['/v2', 'v2'],
    ['/v1/', 'v1/{*rest}'],
    ['/other', '{*any}'],
    ['/', '{*any}'],
  ])(
    '%s belongs to %s, the first that matches: a literal takes no precedence over a catch-all',
    (path, template) => {
      const match = matcher('v1/{*rest}', 'v1/list', 'v1/{id:int}', 'v2', '{*any}')
      expect(match('GET', path)?.target).toBe(template)
    },
  )

  test('functions are ordered by name like .NET’s ordinal order ignoring case', () => {
    const names = ['z_last', 'tenant', 'Tenants', 'notFound', '_first', 'tenantB', 'a1', 'A0', 'ads']
    expect(names.sort(compareFunctionNames)).toEqual([
      'A0',
      'a1',
      'ads',
      'notFound',
      'tenant',
      'tenantB',
      'Tenants',
      'z_last',
      '_first',
    ])
  })

  test('a route for another method is skipped for the next match', () => {
    const byMethod = createMatch([
      compileRoute('v1/list', ['POST'], 'literal'),
      compileRoute('v1/{tenant}', ['GET'], 'parameter'),
    ])
    expect(byMethod('GET', '/v1/list')?.target).toBe('parameter')
    expect(byMethod('DELETE', '/v1/list')).toBeUndefined()
  })

  test.each([
    ['/v1/a%20b', '/v1/a b'],
    ['/v1/a%2Fb', '/v1/a%2Fb'],
    ['/v1/100%', '/v1/100%'],
    ['/v1/%E2%82%AC', '/v1/€'],
    ['/v1/%ff%41', '/v1/%ffA'],
    ['/v1/%c0%af', '/v1/%c0%af'],
    ['/v1/a/../b/./c', '/v1/b/c'],
    ['/v1/%2E%2e/v2', '/v2'],
    ['/v1/..%2Fv2', '/v1/..%2Fv2'],
    ['/../..', '/'],
    ['//', '//'],
    ['http://127.0.0.1:80/v1/x?y=%00', '/v1/x'],
  ])(
    '%s is the path %s: decoded except for %%2F and broken escapes, without dot segments',
    (target, path) => {
      expect(parseTarget('GET', target)).toMatchObject({ path })
    },
  )

  test('an escaped NUL is refused with 400, a request line over 8 KiB with 414', () => {
    expect(parseTarget('GET', '/v1/a%00b')).toEqual({ refused: 400 })
    expect(parseTarget('GET', `/?${'x'.repeat(8200)}`)).toEqual({ refused: 414 })
  })

  test.each([
    ['/a%2Fb', '/a%252Fb', '/a%2Fb'],
    ['/a b€[', '/a%20b%E2%82%AC%5B', '/a%20b%E2%82%AC%5B'],
    ['/100%', '/100%25', '/100%25'],
  ])('the path %s is %s in a forwarded address and %s in another', (path, forwarded, plain) => {
    expect(encodePath(path, 'encoded')).toBe(forwarded)
    expect(encodePath(path, 'kept')).toBe(plain)
  })

  test('an empty segment is matched by nothing', () => {
    const match = matcher('{*any}', 'v1/{*rest}')
    expect(match('GET', '//')).toBeUndefined()
    expect(matcher('v1/{*rest}')('GET', '/v1//x')).toBeUndefined()
    expect(match('GET', '/v1/a//b')?.params).toEqual({ any: 'v1/a//b' })
  })

  test.each([
    ['{x:alpha}', '/abc', '/a1'],
    ['{x:guid}', '/6f9619ff-8b86-d011-b42d-00c04fc964ff', '/6f9619ff'],
    ['{x:bool}', '/True', '/yes'],
    ['{x:length(2,3)}', '/ab', '/abcd'],
    ['{x:range(1,9):int}', '/9', '/10'],
    ['{x:regex(^a+$)}', '/AAA', '/ab'],
    ['{x:minlength(3)}', '/abc', '/ab'],
  ])('%s takes %s and not %s', (template, good, bad) => {
    expect(matcher(template)('GET', good)).toBeDefined()
    expect(matcher(template)('GET', bad)).toBeUndefined()
  })

  test('an optional parameter can be omitted and a default is filled in', () => {
    expect(matcher('a/{x?}')('GET', '/a')?.params).toEqual({ x: null })
    expect(matcher('a/{x=7}')('GET', '/a')?.params).toEqual({ x: '7' })
  })

  test('a dot in a literal is a dot', () => {
    expect(matcher('openapi.json')('GET', '/openapiXjson')).toBeUndefined()
  })

  test.each(['/leading', '{a', '{x:nonsense}', '{a}.{b}'])('the template %s is refused', (template) => {
    expect(() => matcher(template)).toThrow()
  })
})

describe('host.json', () => {
  test('has the defaults of the real host', () => {
    expect(parseHostJson('{}')).toMatchObject({
      functionTimeout: 1800,
      extensions: { http: { routePrefix: 'api' }, queues: { maxDequeueCount: 5, batchSize: 16 } },
    })
  })

  test('names every invalid setting', () => {
    const text = JSON.stringify({ functionTimeout: 'soon', extensions: { queues: { batchSize: 99 } } })
    expect(() => parseHostJson(text)).toThrow(/functionTimeout.*batchSize|batchSize.*functionTimeout/s)
  })

  test('-1 lifts the time limit', () => {
    expect(parseHostJson('{"functionTimeout":"-1"}').functionTimeout).toBeUndefined()
  })

  test('settings override it, as they do on Azure', () => {
    const text = '{"extensions":{"queues":{"visibilityTimeout":"00:01:00","batchSize":1}}}'
    const { extensions } = parseHostJson(text, {
      AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:05',
      AzureFunctionsJobHost__extensions__http__maxConcurrentRequests: '7',
    })
    expect(extensions.queues).toMatchObject({ visibilityTimeout: 5, batchSize: 1 })
    expect(extensions.http.maxConcurrentRequests).toBe(7)
  })
})

describe('schedules', () => {
  test.each([
    ['0 */5 * * * *', '2026-11-24T10:05:00.000Z'],
    ['30 * * * * *', '2026-11-24T10:02:30.000Z'],
    ['0 0 9 * * 1-5', '2026-11-25T09:00:00.000Z'],
    ['*/5 * * * *', '2026-11-24T10:05:00.000Z'],
    ['0 0 0 13 * FRI', '2027-08-13T00:00:00.000Z'],
    ['0 0 22-2/20 * * *', '2026-11-24T22:00:00.000Z'],
    ['0 0 0 30 2 *', '9999-12-31T23:59:59.999Z'],
    ['00:10:00', '2026-11-24T10:12:03.000Z'],
  ])('%s is next due at %s', (text, next) => {
    expect(parseSchedule(text).next(new Date('2026-11-24T10:02:03Z')).toISOString()).toBe(next)
  })

  test.each([
    ['*/30 * * * * *', true],
    ['*/30 0-59 */1 1-31 * *', true],
    ['0 * * * * *', false],
    ['* * * * *', false],
    ['*/30 0 * * * *', false],
    ['* * * * 1-11 *', false],
    ['00:00:59', true],
    ['00:01:00', false],
  ])('%s is due more than once in every minute: %s', (text, isFrequent) => {
    expect(parseSchedule(text).isFrequent).toBe(isFrequent)
  })

  test.each(['soon', '* * *', '99 * * * * *', '0 0 9 * * ?', '0 0 9 * * 7', '0 */5 * * * *\n'])(
    '%s is refused',
    (text) => {
      expect(() => parseSchedule(text)).toThrow()
    },
  )
})

describe('a timer', () => {
  const fn = (binding: object) => ({
    callback: () => {},
    metadata: {
      name: 'tick',
      bindings: { t: { type: 'timerTrigger', direction: 'in' as const, ...binding } },
    },
  })

  /** A clock that stands still until it's moved to the next wake-up. */
  function createClock(start: string) {
    let now = new Date(start)
    let waiting: { time: Date; callback: () => void } | undefined
    const clock: Clock = {
      now: () => now,
      wakeAt: (time, callback) => {
        waiting = { time, callback }
        return () => {
          waiting = undefined
        }
      },
    }
    const skip = (earlyMilliseconds = 0) => {
      const { time, callback } = waiting!
      waiting = undefined
      now = new Date(time.getTime() - earlyMilliseconds)
      callback()
    }
    let held = false
    return {
      clock,
      skip,
      /** From now on, runs last until they're ended explicitly. */
      hold: () => {
        held = true
      },
      isHeld: () => held,
      move: (time: string) => {
        now = new Date(time)
      },
      due: () => waiting?.time.toISOString(),
    }
  }

  type Status = { last: Date; next: Date; lastUpdated: Date }

  function run(binding: object, start: string, stored?: Status) {
    const world = createClock(start)
    const events: { IsPastDue: boolean; ScheduleStatus?: object }[] = []
    const written: Status[] = []
    let end = () => {}
    const timer = startTimer({
      fn: fn(binding),
      env: { EVERY: '0 */5 * * * *' },
      clock: world.clock,
      statuses: { read: () => stored, write: (_name, status) => void written.push(status) },
      run: async (_fn, event) => {
        events.push(JSON.parse(event.data.json!))
        if (world.isHeld()) await new Promise<void>((resolve) => (end = resolve))
      },
    })
    return { ...world, timer, events, written, end: () => end() }
  }

  test('runs at each occurrence of the schedule that a setting names', async () => {
    const { skip, due, events } = run({ schedule: '%EVERY%' }, '2026-11-24T10:02:00Z')
    expect(due()).toBe('2026-11-24T10:05:00.000Z')
    skip()
    await expect.poll(due).toBe('2026-11-24T10:10:00.000Z')
    expect(events).toEqual([expect.objectContaining({ IsPastDue: false })])
  })

  test('that wakes slightly early does not run the same occurrence twice', async () => {
    const { skip, due } = run({ schedule: '%EVERY%' }, '2026-11-24T10:02:00Z')
    skip(3)
    await expect.poll(due).toBe('2026-11-24T10:10:00.000Z')
  })

  test('runs immediately, past due, if an occurrence was missed while no host ran', async () => {
    const stored = {
      last: new Date('2026-11-24T09:00:00Z'),
      next: new Date('2026-11-24T09:05:00Z'),
      lastUpdated: new Date('2026-11-24T09:00:00Z'),
    }
    const { events } = run({ schedule: '%EVERY%' }, '2026-11-24T10:02:00Z', stored)
    expect(events).toEqual([expect.objectContaining({ IsPastDue: true })])
  })

  test('that became due during the last run runs immediately after it, and only once', async () => {
    const { skip, due, hold, end, move, events } = run({ schedule: '%EVERY%' }, '2026-11-24T10:02:00Z')
    hold()
    skip()
    expect(due()).toBeUndefined()
    move('2026-11-24T10:17:00Z')
    end()
    await expect.poll(due).toBe('2026-11-24T10:10:00.000Z')
    // Past due times fire now.
    skip(-7 * 60_000)
    end()
    await expect.poll(due).toBe('2026-11-24T10:20:00.000Z')
    expect(events).toHaveLength(2)
  })

  test('stores its due time on its first start, so that a restart before the first run is past due', () => {
    const { written, events } = run({ schedule: '%EVERY%' }, '2026-11-24T10:02:00Z')
    expect(written.map(({ next }) => next.toISOString())).toEqual(['2026-11-24T10:05:00.000Z'])
    expect(events).toEqual([])
    expect(run({ schedule: '%EVERY%' }, '2026-11-24T10:06:00Z', written[0]).events).toEqual([
      expect.objectContaining({ IsPastDue: true }),
    ])
  })

  test('whose schedule has changed drops its stored status, and is not past due', () => {
    const stored = {
      last: new Date('2026-11-24T09:00:00Z'),
      next: new Date('2026-11-24T10:00:00Z'),
      lastUpdated: new Date('2026-11-24T09:00:00Z'),
    }
    const { due, events, written } = run({ schedule: '%EVERY%' }, '2026-11-24T10:02:00Z', stored)
    expect([due(), events]).toEqual(['2026-11-24T10:05:00.000Z', []])
    expect(written[0]?.last.toISOString()).toBe('0001-01-01T00:00:00.000Z')
  })

  test('runs immediately if it must run on startup, and is not past due then', () => {
    const { events } = run({ schedule: '%EVERY%', runOnStartup: true }, '2026-11-24T10:02:00Z')
    expect(events).toEqual([expect.objectContaining({ IsPastDue: false })])
  })

  test('that is not monitored has no schedule status', () => {
    const { timer } = run({ schedule: '* * * * * *' }, '2026-11-24T10:02:00Z')
    expect(JSON.parse(timer.event().data.json!).ScheduleStatus).toBeUndefined()
  })

  test('whose setting is missing names it', () => {
    expect(() => run({ schedule: '%NOWHERE%' }, '2026-11-24T10:02:00Z')).toThrow('NOWHERE')
  })

  test('stops waiting after it was stopped', () => {
    const { timer, due } = run({ schedule: '%EVERY%' }, '2026-11-24T10:02:00Z')
    timer.stop()
    expect(due()).toBeUndefined()
  })
})
