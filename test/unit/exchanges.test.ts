import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { findExchange, openExchanges, startAndTrackExchanges } from '../../shared/http/exchanges.ts'
import { openWatched } from './exchangeGround.ts'

test('a request is known by its invocation until its answer has ended', async () => {
  const id = randomUUID()
  const { arrive } = await openWatched()
  const { response } = await arrive(id)
  expect(findExchange(id)).toMatchObject({ invocationId: id, response, isPaired: false })
  expect([...openExchanges()].map(({ invocationId }) => invocationId)).toEqual([id])
  response.end()
  await once(response, 'close')
  expect(findExchange(id)).toBeUndefined()
})

test('a second request of the same invocation, or one whose id isn’t the host’s, is refused', async () => {
  const refused: string[] = []
  const { arrive } = await openWatched((exchange) => {
    refused.push(exchange.invocationId)
    exchange.response.writeHead(400).end()
  })
  const id = randomUUID()
  const { response } = await arrive(id)
  for (const other of [id, `${id}0`, `0${id}`, id.toUpperCase(), '']) {
    expect(await (await arrive(other)).status).toBe(400)
    expect(refused).toEqual([other])
    refused.length = 0
  }
  expect(findExchange(id)?.response).toBe(response)
})

test('headers may have 64 KiB, because the host accepts 32 KiB and adds its own', async () => {
  const { arrive, send } = await openWatched()
  const { response, status } = await arrive(randomUUID(), { x: 'y'.repeat(65_000) })
  response.end()
  expect(await status).toBe(200)
  expect(await send(randomUUID(), { x: 'y'.repeat(66_000) }).status).toBe(431)
})

test('an expectation that Node doesn’t know is a request like any other', async () => {
  const id = randomUUID()
  const { arrive } = await openWatched()
  const { response, status } = await arrive(id, { expect: 'the-unexpected' })
  expect(findExchange(id)?.response).toBe(response)
  response.end()
  expect(await status).toBe(200)
})

test('a reader that leaves does not crash the process', async () => {
  const { arrive } = await openWatched()
  const { response } = await arrive(randomUUID())
  expect(() => response.emit('error', new Error('reset'))).not.toThrow()
})

test('a server that isn’t HTTP’s, or listens later, is ignored', async () => {
  const other = createServer()
  await startAndTrackExchanges(
    async () => once(other.listen(0, '127.0.0.1'), 'listening'),
    () => undefined,
  )
  expect(other.listenerCount('request')).toBe(0)
  other.close()
})
