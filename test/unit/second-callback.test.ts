import { describe, expect, test } from 'vitest'
import { type Browser, type BrowserBinding, newBinding } from '../../shared/access/browser.ts'
import { addSeconds } from '../../shared/clock.ts'
import { finishSignIn } from '../../shared/connect/callback.ts'
import type { CallbackDependencies } from '../../shared/connect/dependencies.ts'
import {
  recordCallbackResult,
  recordCallbackStarted,
  waitForFirstCallback,
} from '../../shared/connect/secondCallback.ts'
import { recordSessionEnd } from '../../shared/connect/sessionEnd.ts'
import { withSessionId } from '../../shared/connect/sessionId.ts'
import {
  countSignIn,
  issueProgress,
  readProgress,
  recordSessionFailure,
} from '../../shared/connect/sessionProgress.ts'
import type { OneTimeRecords } from '../../shared/domain/oneTime.ts'
import { toRefusal } from '../../shared/domain/refusal.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { createOneTimeTable } from '../../shared/storage/oneTimeTable.ts'
import { createUnfinishedCommits } from '../../shared/unfinishedCommits.ts'
import { browserWith } from './connectGround.ts'
import { createMemoryTable } from './memoryTable.ts'
import { createVirtualClock, type VirtualClock } from './virtualClock.ts'

/** A browser with a started sign-in, whose code the token endpoint refuses after some seconds. */
async function begun(
  seconds = 1,
  change: (records: OneTimeRecords, clock: VirtualClock) => Partial<OneTimeRecords> = () => ({}),
) {
  const clock = createVirtualClock()
  const { table, rows } = createMemoryTable()
  const records = createOneTimeTable({ SignIns: table })
  const binding = newBinding()
  const browser = browserWith(newBinding(), binding)
  const tenant = { workspace: 'w', tenant: 't', returnUrl: 'https://app.example/' }
  const id = await issueProgress({ clock, records }, tenant, addSeconds(clock.now(), 900))
  const signIn = { ...tenant, id, environment: 'production', browserHash: binding.hash }
  const state = await records.issue('sign-in', signIn, addSeconds(clock.now(), 1800))
  const calls = { redeemed: 0, logged: 0 }
  const dependencies = {
    ...{ clock, randomness: { fraction: () => 1 } },
    unfinishedCommits: createUnfinishedCommits(clock),
    records: { ...records, ...change(records, clock) },
    config: { callbackSeconds: 30, publicUrl: 'https://broker.example', environments: new Map() },
    signInTable: () => ({ environment: 'production', identityProvider: 'microsoft' }),
    environments: { read: async () => undefined },
    log: () => void calls.logged++,
    tokenEndpoints: {
      redeem: async () => {
        calls.redeemed++
        await clock.sleep(seconds * 1000)
        return { ok: false, refusal: toRefusal('mfa_required', { traceId: 'trace' }) }
      },
    },
  } as unknown as CallbackDependencies
  const { unfinishedCommits } = dependencies
  const callbackOf = (from: Browser | undefined, of = state) =>
    finishSignIn(dependencies, { state: of, code: 'c' }, from)
  const callback = () => callbackOf(browser)
  return { binding, browser, callback, callbackOf, calls, clock, id, records, rows, state, unfinishedCommits }
}

const over = { failed: 'sign_in_not_valid' }

test('a callback that a browser sends twice ends on the first one’s page, and spends nothing more', async () => {
  const { callback, calls, clock, rows } = await begun()
  const first = await clock.run(callback())
  expect(first).toMatchObject({
    failed: 'sign_in_refused',
    traceId: 'trace',
    again: { anotherAccount: false },
  })
  const kept = rows().length
  expect(await clock.run(callback())).toEqual(first)
  expect(calls).toEqual({ redeemed: 1, logged: 1 })
  expect(rows()).toHaveLength(kept)
})

const busy = () => new StorageUnavailableError('tables', 503, 'ServerBusy')

test('a callback waits for busy storage, and then redeems its code once', async () => {
  const { callback, calls, clock } = await begun(1, (records, clock) => ({
    read: async (...read) => {
      if (clock.passed() < 7) throw busy()
      return records.read(...read)
    },
    put: async (...put) => {
      if (clock.passed() < 14) throw busy()
      return records.put(...put)
    },
  }))
  expect(await clock.run(callback())).toMatchObject({ failed: 'sign_in_refused' })
  expect(clock.passed()).toBeGreaterThan(14)
  expect(calls.redeemed).toBe(1)
})

test('a callback spends its state in one attempt, whose outcome may be unknown', async () => {
  let takes = 0
  const { callback, calls, clock } = await begun(1, () => ({
    take: async () => {
      takes += 1
      throw busy()
    },
  }))
  await expect(clock.run(callback())).rejects.toThrow('ServerBusy')
  expect({ takes, ...calls }).toMatchObject({ takes: 1, redeemed: 0 })
})

test('a callback that arrives while the first one is running waits for its end', async () => {
  const { callback, calls, clock } = await begun(9)
  const [first, second, third] = await clock.run(Promise.all([callback(), callback(), callback()]))
  expect(first).toMatchObject({ failed: 'sign_in_refused' })
  expect([second, third]).toEqual([first, first])
  expect(calls.redeemed).toBe(1)
})

test('a second callback waits at most a minute', async () => {
  const { binding, callback, clock, records, state } = await begun()
  await recordCallbackStarted({ clock, records }, state, binding)
  await records.take('sign-in', state, clock.now())
  expect(await clock.run(callback())).toEqual(over)
  expect(clock.passed()).toBe(60)
})

test('a second callback ends if the first one is still running after a minute', async () => {
  const { callback, clock } = await begun(90)
  const [, second] = await clock.run(Promise.all([callback(), callback()]))
  expect(second).toEqual(over)
})

test('a callback is recorded before its state is spent, so that a second one never misses it', async () => {
  const { browser, clock, records, state, unfinishedCommits } = await begun()
  const done: string[] = []
  const slow = {
    ...records,
    async put(...values: Parameters<typeof records.put>) {
      await clock.sleep(1000)
      done.push(values[0])
      return records.put(...values)
    },
    async take() {
      done.push('spent')
    },
  }
  const config = { callbackSeconds: 30 }
  const dependencies = { clock, config, records: slow, unfinishedCommits } as unknown as CallbackDependencies
  await clock.run(finishSignIn(dependencies, { state }, browser))
  expect(done).toEqual(['callback', 'spent'])
})

describe('while the instance is being taken away', () => {
  test('it waits until a running callback’s result is recorded', async () => {
    const { callback, calls, clock, unfinishedCommits } = await begun(2)
    const first = callback()
    await clock.run(clock.sleep(500))
    const ended = unfinishedCommits.end(4)
    expect(await clock.run(ended)).toBe(0)
    expect(clock.passed()).toBe(2)
    expect(calls.redeemed).toBe(1)
    // The browser, whose answer was cut off, ends where the first callback ended.
    expect(await clock.run(callback())).toEqual(await first)
  })

  test('a callback spends neither state nor code, so that it works at another instance', async () => {
    const { callback, calls, clock, rows, unfinishedCommits } = await begun()
    await unfinishedCommits.end(4)
    const kept = rows().length
    await expect(clock.run(callback())).rejects.toMatchObject({
      code: 'storage_unavailable',
      extras: { members: { reason: 'instance_ending' } },
    })
    expect(calls.redeemed).toBe(0)
    // One more: that this browser's callback has arrived.
    expect(rows()).toHaveLength(kept + 1)
  })
})

test('another browser does not learn where a callback ended', async () => {
  const { callback, callbackOf, clock } = await begun()
  await clock.run(callback())
  expect(await clock.run(callbackOf(browserWith(newBinding())))).toEqual(over)
  expect(await clock.run(callbackOf(undefined))).toEqual(over)
})

test('the end of a callback is kept for 10 minutes', async () => {
  const { callback, clock } = await begun(0)
  const first = await clock.run(callback())
  clock.advance(599)
  expect(await clock.run(callback())).toEqual(first)
  clock.advance(1)
  expect(await clock.run(callback())).toEqual(over)
})

test('the end of a callback is readable only for its own browser', async () => {
  const { binding, browser, clock, records, rows, state } = await begun()
  const memory = { clock, config: { callbackSeconds: 30 }, records }
  const returnUrl = 'https://app.example/?confirmation_code=secret'
  await recordCallbackStarted(memory, state, binding)
  await recordCallbackResult(memory, state, binding, { returnUrl })
  expect(JSON.stringify(rows())).not.toContain('confirmation_code')
  expect(await waitForFirstCallback(memory, state, browser)).toEqual({ returnUrl })
})

test('an end that cannot be decrypted is ignored', async () => {
  const { binding, browser, clock, records, state } = await begun()
  const memory = { clock, config: { callbackSeconds: 30 }, records }
  await recordCallbackStarted(memory, state, binding)
  await records.put('callback-end', state, { sealed: 'bm90IGFuIGVuZA' }, addSeconds(clock.now(), 60))
  expect(await clock.run(waitForFirstCallback(memory, state, browser))).toBeUndefined()
})

test('storage that refuses the record does not affect the person', async () => {
  const { binding, clock, state } = await begun()
  const records = { put: () => Promise.reject(new Error('full')), read: async () => undefined }
  await recordCallbackResult({ clock, records }, state, binding, { returnUrl: 'https://app.example/' })
})

describe('after another sign-in with the same link has connected the tenant', () => {
  const returnUrl = 'https://app.example/?status=connected'
  /** A second sign-in of the link, in the same browser or in another one. */
  async function connectedBy(own: Awaited<ReturnType<typeof begun>>, first: BrowserBinding) {
    await recordSessionEnd(own, own.id, { binding: first, returnUrl, tenant: {} as Tenant })
    return own
  }

  test('a sign-in in the same browser ends at its result, and redeems nothing', async () => {
    const own = await begun()
    const { callback, calls, clock } = await connectedBy(own, own.binding)
    expect(await clock.run(callback())).toEqual({ returnUrl })
    expect(await clock.run(callback())).toEqual({ returnUrl })
    expect(calls).toEqual({ redeemed: 0, logged: 0 })
  })

  test('a sign-in in another browser ends on a page with the way back to the app', async () => {
    const { callback, calls, clock, id } = await connectedBy(await begun(), newBinding())
    expect(await clock.run(callback())).toEqual({
      failed: 'link_already_used',
      workspace: 'w',
      backUrl: `https://app.example/?tenant=t&session=${id}&status=failed&error=link_already_used`,
    })
    expect(calls.redeemed).toBe(0)
  })
})

test('a session says why its sign-in failed, unless another one connected the tenant', async () => {
  const own = await begun()
  await own.clock.run(own.callback())
  const failure = { error: 'sign_in_refused', reason: 'mfa_required', traceId: 'trace' }
  expect(await readProgress(own, own.id)).toMatchObject({ state: 'failed', failure })
  await countSignIn(own, own.id)
  expect(await readProgress(own, own.id)).not.toHaveProperty('failure')
  await recordSessionEnd(own, own.id, { binding: own.binding, returnUrl: 'x', tenant: {} as Tenant })
  await recordSessionFailure(own, own.id, { failed: 'sign_in_refused' })
  expect(await readProgress(own, own.id)).toMatchObject({ state: 'connected' })
})

describe('a browser that can’t go on is led back to the app', () => {
  const backTo = (id: string, error: string) => ({
    ...{ failed: error, workspace: 'w' },
    backUrl: `https://app.example/?tenant=t&session=${id}&status=failed&error=${error}`,
  })

  test('from a sign-in that took too long', async () => {
    const { browser, callbackOf, clock, id, state } = await begun()
    clock.advance(1800)
    const late = callbackOf(browser, withSessionId(state, id))
    expect(await clock.run(late)).toEqual(backTo(id, 'sign_in_not_valid'))
  })

  test('from another browser’s sign-in', async () => {
    const { callbackOf, clock, id } = await begun()
    expect(await clock.run(callbackOf(browserWith(newBinding())))).toEqual(backTo(id, 'other_browser'))
  })

  test('except while storage doesn’t say to which app', async () => {
    const { callbackOf, clock, id, state } = await begun(1, (records) => ({
      read: async (kind, ...read) => {
        if (kind === 'session-progress') throw busy()
        return records.read(kind, ...read)
      },
    }))
    clock.advance(1800)
    expect(await clock.run(callbackOf(undefined, withSessionId(state, id)))).toEqual(over)
  })
})
