import type { HttpResponseInit } from '@azure/functions'
import { vi } from 'vitest'
import { toCallerProblem } from '../../../shared/access/callerProblems.ts'
import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import { KeysUnreachableError } from '../../../shared/identity/keySource.ts'
import { Problem } from '../../../shared/problems.ts'
import { lines, registered } from '../routeGround.ts'
import { minimalSettings } from '../settingRefusals.ts'
import { type AlertScenes, type Scene, traceOf } from './scene.ts'

const now = new Date('2026-11-23T16:00:00Z')

/** Calls of a route that fails with this error, and what it logged. */
const answered = (count: number, error: unknown) => answeredBy(() => Promise.reject(error), count)

async function answeredBy(handle: () => Promise<HttpResponseInit>, count = 50): Promise<Scene> {
  for (const [name, value] of Object.entries(minimalSettings)) vi.stubEnv(name, value)
  lines.length = 0
  const call = registered(handle)
  for (let index = 0; index < count; index++) await call()
  return { now, traces: lines.map((line) => traceOf(line, now)) }
}

/** Requests as the host exports them, some of which ended with this status. */
async function requested(total: number, failed: number, resultCode: string, name = 'token'): Promise<Scene> {
  const requests = Array.from({ length: total }, (_, index) => {
    const success = index >= failed
    return {
      timestamp: now,
      name: success ? 'token' : name,
      success,
      resultCode: success ? '200' : resultCode,
    }
  })
  return { now, requests }
}

const busy = new StorageUnavailableError('tables', 503, 'ServerBusy')
const missing = new StorageUnavailableError('tables', 404, 'TableNotFound')

/** Alerts about answers. */
export const requestScenes: Readonly<Record<string, AlertScenes>> = {
  'server-errors': {
    rings: {
      'eleven requests meet busy storage': () => answered(11, busy),
      'eleven requests meet an error of our own': () => answered(11, new TypeError('x')),
    },
    silent: {
      'ten do': () => answered(10, busy),
      'callers ask for what they can’t have': () => answered(50, new Problem('validity_not_available')),
      'a route answers 503 by itself, as /ready does for a failed check': () =>
        answeredBy(async () => ({ status: 503 })),
      'a stranger sends tokens with unknown keys': () =>
        answered(50, toCallerProblem(new KeysUnreachableError('key_not_known_yet'), {})),
    },
  },
  'table-missing': {
    rings: { 'a request finds no table': () => answered(1, missing) },
    silent: { 'a request meets busy storage': () => answered(1, busy) },
  },
  'host-failures': {
    rings: {
      'three of a hundred requests fail': () => requested(100, 3, '500'),
      'three of 299 fail': () => requested(299, 3, '500'),
      'the platform ends them': () => requested(100, 3, '0'),
      'they have no status': () => requested(100, 3, ''),
    },
    silent: {
      'two of a hundred fail': () => requested(100, 2, '500'),
      'three of three hundred fail': () => requested(300, 3, '500'),
      'callers are refused': () => requested(100, 60, '429'),
      'clients leave before they are answered': () => requested(100, 60, '499'),
      'readiness isn’t reached': () => requested(100, 60, '503', 'ready'),
      'Microsoft Advertising’s own answers are passed on': () => requested(100, 60, '500', 'ads'),
    },
  },
}
