import type { World } from '../end-to-end/world.ts'
import { type InspectedMemory, inspectMemory, inspectorLine } from './inspectedMemory.ts'

/** A tenant's credentials, and a broker process of its own. */
export interface DownloadGround {
  // biome-ignore lint/suspicious/noExplicitAny: a vend's members
  readonly vended: any
  /** Of both processes. */
  readonly nodeOptions: string
  readonly pid: number
  readonly memory: InspectedMemory
  /** The broker's route of the tenant. */
  readonly tenant: string
  /** The broker's route of downloads. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** The connected tenant, and what an app has for it. Its account has that content. */
export async function prepare(world: World, content: object) {
  const tenant = await world.connected()
  const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
  await world.advertising.control('POST', 'options', { pendingPolls: 0 })
  await world.advertising.control('POST', 'content', { accountId: vended.accountId, ...content })
  return { tenant, vended }
}

/** A broker process of its own. */
export async function openGround(
  world: World,
  { tenant, vended }: Awaited<ReturnType<typeof prepare>>,
  nodeOptions: string,
): Promise<DownloadGround> {
  const broker = await world.addBroker({ NODE_OPTIONS: nodeOptions, LARGEST_DOWNLOAD_BYTES: '1000000000' })
  const [, url = ''] = await broker.waitForLine(inspectorLine)
  return {
    vended,
    nodeOptions,
    pid: broker.pid,
    memory: await inspectMemory(url),
    tenant: `${broker.origin}/v1/tenants/${tenant}`,
    path: `${broker.origin}/v1/tenants/${tenant}/downloads`,
    headers: {
      authorization: `Bearer ${await world.stack.callerToken()}`,
      'content-type': 'application/json',
    },
  }
}

/** @returns the handle of a file that is asked for, once it's there. */
export async function startDownload({ headers, path }: DownloadGround, wanted: object): Promise<string> {
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(wanted) })
  const { handle } = (await answer.json()) as { handle: string }
  for (;;) {
    const found = await fetch(`${path}/${handle}`, { headers })
    await found.body?.cancel()
    if (found.status === 200) return handle
    if (found.status !== 202) throw new Error(`${path} answered ${found.status}.`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}
