import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { whenLeft } from '../../shared/http/leaving.ts'
import { openWatched } from './exchangeGround.ts'

test('a client that leaves before its answer begins is noticed', async () => {
  const { arrive } = await openWatched()
  const { sent, response } = await arrive(randomUUID())
  const left = whenLeft(response)
  expect(left.aborted).toBe(false)
  sent.destroy()
  await once(left, 'abort')
})

test('a client that left before anyone looked is noticed', async () => {
  const { arrive } = await openWatched()
  const { sent, response } = await arrive(randomUUID())
  sent.destroy()
  await once(response, 'close')
  expect(whenLeft(response).aborted).toBe(true)
})

test('a client that has its whole answer hasn’t left', async () => {
  const { arrive } = await openWatched()
  const { status, response } = await arrive(randomUUID())
  const left = whenLeft(response)
  response.end('all')
  await Promise.all([status, once(response, 'close')])
  expect(left.aborted).toBe(false)
  expect(whenLeft(response).aborted).toBe(false)
})

test('without HTTP streaming no one is told', () => {
  expect(whenLeft(undefined).aborted).toBe(false)
})
