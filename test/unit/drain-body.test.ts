import type { UnderlyingSource } from 'node:stream/web'
import type { HttpRequest } from '@azure/functions'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { drainBody } from '../../shared/http/body.ts'

describe('the unread rest of a body', () => {
  afterEach(() => void vi.useRealTimers())

  const mebibyte = new Uint8Array(1_048_576)
  /** A body from a source, with counters of the reads. */
  const open = (source: UnderlyingSource<Uint8Array>) => {
    const body = new ReadableStream(source, { highWaterMark: 0 })
    return { body, discarded: () => drainBody({ body } as unknown as HttpRequest) }
  }

  test('is read to its end, or up to 32 MiB', async () => {
    for (const [size, most] of [
      [32, 32],
      [99, 33],
    ] as const) {
      let taken = 0
      const { discarded } = open({
        pull: (controller) => (taken++ < size ? controller.enqueue(mebibyte) : controller.close()),
      })
      await discarded()
      expect(Math.min(taken, size)).toBe(most)
    }
  })

  test('is awaited for 10 s', async () => {
    vi.useFakeTimers()
    let ended = false
    const { discarded } = open({
      cancel: () => {
        ended = true
      },
    })
    const discarding = discarded()
    await vi.advanceTimersByTimeAsync(9999)
    expect(ended).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await discarding
    expect(ended).toBe(true)
  })

  test('causes no error if the client has left, or if another reader has it', async () => {
    await open({ pull: (controller) => controller.error(new Error('reset')) }).discarded()
    const { body, discarded } = open({})
    body.getReader()
    await discarded()
    await drainBody({ body: null } as HttpRequest)
  })
})
