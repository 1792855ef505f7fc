import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { passing } from './passGround.ts'

const mebibyte = 1024 * 1024

describe('a token that Microsoft no longer accepts', () => {
  test('is replaced once, and the call is sent again', async () => {
    const own = await passing([{ status: 401, code: 109 }, { status: 200 }])
    expect((await own.pass()).status).toBe(200)
    expect(own.seen).toMatchObject({ replaced: 1, asked: 0, tokens: ['Bearer token-0', 'Bearer token-1'] })
    expect(own.seen.closed).toBeGreaterThan(0)
    const again = await passing([
      { status: 401, code: 109 },
      { status: 401, code: 109 },
    ])
    expect((await again.pass()).status).toBe(401)
    expect(again.seen.replaced).toBe(1)
  })

  test('isn’t replaced if it has just replaced a refused one', async () => {
    for (const [age, status] of [
      [59, 401],
      [60, 200],
    ] as const) {
      const own = await passing([{ status: 401, code: 109 }, { status: 200 }], {
        age,
        token: { replaced: true },
      })
      expect((await own.pass()).status).toBe(status)
    }
  })

  test('isn’t replaced if the body is too large to be sent again', async () => {
    const large = await passing([{ status: 401, code: 109 }])
    const tooLarge = Readable.from([Buffer.alloc(mebibyte), Buffer.alloc(1)])
    expect((await large.pass({ body: tooLarge })).status).toBe(401)
    expect(large.seen.replaced).toBe(0)
    const whole = await passing([{ status: 401, code: 109 }, { status: 200 }])
    expect((await whole.pass({ body: Readable.from([Buffer.alloc(mebibyte)]) })).status).toBe(200)
  })

  test('that can’t be replaced is the tenant’s problem, unless it was only in doubt', async () => {
    const expired = await passing([{ status: 401, code: 109 }], { isReplaced: false })
    await expect(expired.pass()).rejects.toMatchObject({ code: 'tenant_not_found' })
    expect(expired.seen.closed).toBe(1)
    const doubted = await passing([{ status: 401, code: 105 }], { isReplaced: false })
    expect((await doubted.pass()).status).toBe(401)
  })

  test('that is only in doubt is replaced if it is 5 minutes old, and GetUser is called', async () => {
    const aged = await passing([{ status: 401, code: 105 }, { status: 200 }], { age: 300 })
    expect((await aged.pass()).status).toBe(200)
    expect(aged.seen).toMatchObject({ replaced: 1, asked: 1 })
    const fresh = await passing([{ status: 401, code: 105 }], { age: 299 })
    expect((await fresh.pass()).status).toBe(401)
    expect(fresh.seen.replaced).toBe(0)
  })
})
