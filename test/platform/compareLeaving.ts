import { connect } from 'node:net'
import type { ForwardGround } from './forwardCases.ts'
import type { PlatformWorld } from './world.ts'

/** Far longer than a busy machine takes. */
const giveUpMilliseconds = 60_000

/**
 * Reads a download whose file Microsoft's storage doesn't send, through the platform's forwarder, and leaves once the
 * broker waits for it. Its invocation must then end soon, and not after the broker's limit of 30 s.
 */
export async function leaveDownload(world: PlatformWorld, { token, tenant }: ForwardGround): Promise<void> {
  const control = (path: string, body?: object) =>
    ask(`${world.stack.parts.advertising.origin}/_control/${path}`, body)
  const base = `http://127.0.0.1:${world.real.broker}/v1/tenants/${tenant}/downloads`
  await control('options', { pendingPolls: 0 })
  const report = { type: 'CampaignPerformance', columns: ['CampaignId', 'Clicks'], period: 'LastSevenDays' }
  const { handle } = (await ask(base, { report }, token)) as { handle: string }
  await control('faults', { path: '/_downloads/file', kind: 'hang', times: 1 })
  const socket = connect(world.real.broker, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `GET /v1/tenants/${tenant}/downloads/${handle} HTTP/1.1\r\nHost: broker.example\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  )
  const giveUpAt = Date.now() + giveUpMilliseconds
  for (;;) {
    const { requests } = (await control('requests')) as { requests: { path: string }[] }
    if (requests.some(({ path }) => path === '/_downloads/file')) return void socket.destroy()
    if (Date.now() > giveUpAt) throw new Error('The broker never asked for the file.')
  }
}

async function ask(url: string, body?: object, token?: string): Promise<unknown> {
  const answer = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}
