import { createServer, IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { createUpstreamSender } from '../../shared/passthrough/send.ts'

afterEach(() => vi.restoreAllMocks())

test('an answer that has begun is given up after 120 s of silence', async () => {
  const server = createServer((_request, response) => void response.write('a'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const waits = vi.spyOn(IncomingMessage.prototype, 'setTimeout')
  try {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const { signal } = new AbortController()
    const answer = await createUpstreamSender()({ method: 'GET', url, headers: {}, body: undefined, signal })
    const [[milliseconds, giveUp]] = waits.mock.calls as [[number, () => void]]
    expect(milliseconds).toBe(120_000)
    giveUp()
    await expect(text(answer.body)).rejects.toThrow('stopped responding')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
