import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Problem } from '../../shared/problems.ts'
import { openWatched } from './exchangeGround.ts'
import { answersWell, lines, registered } from './routeGround.ts'
import { minimalSettings } from './settingRefusals.ts'

beforeEach(() => {
  lines.length = 0
  for (const [name, value] of Object.entries(minimalSettings)) vi.stubEnv(name, value)
  return () => void vi.unstubAllEnvs()
})

const logged = () => lines.map((line) => JSON.parse(line))
const failing = (error: unknown) => registered(() => Promise.reject(error))()

describe('a route', () => {
  test('answers its methods, and others with 405 and the allowed ones', async () => {
    const call = registered(answersWell)
    expect((await call()).document()).toEqual({ a: 1 })
    const refused = await call('POST')
    expect(refused.document()).toMatchObject({ status: 405, code: 'method_not_allowed', requestId: 'id-1' })
    expect(refused.headers).toMatchObject({ Allow: 'GET, HEAD' })
  })

  test('answers HEAD as GET without a body, and ends an unread stream', async () => {
    expect(await registered(answersWell)('HEAD')).toMatchObject({ status: 200, body: '' })
    const cancel = vi.fn()
    const body = new ReadableStream({ cancel })
    expect(await registered(async () => ({ body }))('HEAD')).toMatchObject({ body: '' })
    expect(cancel).toHaveBeenCalled()
  })

  test('paces a stream for its reader', async () => {
    const id = randomUUID()
    const { arrive } = await openWatched()
    await arrive(id)
    const body = new ReadableStream()
    expect((await registered(async () => ({ body }))('GET', id)).body).not.toBe(body)
  })
})

describe('a failure', () => {
  test('below 500 is the caller’s problem, and not logged', async () => {
    const { document, errors } = await failing(new Problem('tenant_not_found'))
    expect(document()).toMatchObject({ code: 'tenant_not_found', requestId: 'id-1' })
    expect([lines, errors]).toEqual([[], []])
  })

  test('from 500 is logged with its reason and trace, and without frames if it is expected', async () => {
    const members = { reason: 'r', traceId: 't' }
    const { errors } = await failing(new Problem('storage_unavailable', { members }))
    const fields = { code: 'storage_unavailable', requestId: 'id-1', route: 'v1/x', ...members }
    expect(logged()).toEqual([{ event: 'request.failed', ...fields }])
    expect(errors).toEqual([])
  })

  test('that is unexpected is logged with its frames, and never with its message', async () => {
    const { document, errors } = await failing(new TypeError('token=secret-value'))
    expect(document()).toMatchObject({ code: 'internal_error' })
    expect(logged()).toMatchObject([{ code: 'internal_error', reason: '' }])
    expect(errors).toEqual([expect.stringMatching(/^TypeError\n {4}at /)])
    expect([...errors, ...lines].join()).not.toContain('secret-value')
  })
})
