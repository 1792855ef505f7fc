import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { cutLateAnswer } from '../../local/host/answer.ts'

const stops: (() => void)[] = []

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(
    () => server.closeAllConnections(),
    () => void server.close(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('an answer that doesn’t begin in time is cut off, and told', async () => {
  let cuts = 0
  const origin = await serve((_request, response) => cutLateAnswer(response, () => cuts++, 0.05))
  await expect(fetch(origin)).rejects.toThrow('fetch failed')
  expect(cuts).toBe(1)
})

test('an answer that has begun may take longer', async () => {
  let cuts = 0
  const origin = await serve((_request, response) => {
    cutLateAnswer(response, () => cuts++, 0.05)
    response.write('a')
    setTimeout(() => response.end('b'), 150)
  })
  expect(await (await fetch(origin)).text()).toBe('ab')
  expect(cuts).toBe(0)
})
