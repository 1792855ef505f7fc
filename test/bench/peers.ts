import { storageConnection, webClients } from '../../local/settings.ts'
import { openWorld, type World } from '../end-to-end/world.ts'
import { type AppHost, startAppHost } from './appHost.ts'
import { type Loaded, type LoadTarget, load } from './httpLoad.ts'
import { signInWithMsal } from './msalPeer.ts'
import { type PeerSettings, peerTable, writePeerSettings } from './peerSettings.ts'
import { atLeast, type Bench, type Measurement, median, reported } from './report.ts'

const connectionCounts = [1, 16]
const warmUpSeconds = 5
/** Vends a second, compared with a peer's tokens a second. */
const minRatios = { msal: 2, vault: 7 }
/** The peers trace nothing: a vend whose caller samples no span does the same. */
const unsampled = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' }
const user = 'peer'

type Sides = Readonly<Record<'vend' | 'msal' | 'vault', LoadTarget>>

/** A warm vend beside what people write by hand, in the same host: MSAL with a table, and a vault read and a token call. */
export const peers: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const settings = await preparePeers(world)
    const source = new URL('peerApp.ts', import.meta.url).pathname
    const host = await startAppHost(source, { ...world.stack.settings(), ...writePeerSettings(settings) })
    try {
      const rounds = quick ? { count: 3, seconds: 1 } : { count: 7, seconds: 2 }
      return {
        title: 'peers: a vend from memory beside a token as people get it by hand',
        ground: `Real: broker, host, bearer token, MSAL, the clients of storage and vault; stand-ins: sign-in, storage, vault, which answer at once. The peers check no bearer token. Rounds: ${rounds.count} of ${rounds.seconds} s each, A B C A B C.`,
        measurements: await compare(await prepareSides(world, host), rounds),
      }
    } finally {
      await host.stop()
    }
  } finally {
    await world.close()
  }
}

/** A user of both peers, with the refresh token of a connected tenant. */
async function preparePeers(world: World): Promise<PeerSettings> {
  const tenant = await world.connected()
  const [refreshToken = ''] = await world.grantSecrets(tenant)
  const settings = {
    clientId: webClients.production.microsoft,
    clientSecret: (await world.vaultSecrets()).get('production-microsoft-client-secret') ?? '',
    signInOrigin: world.signInOrigin,
    storage: storageConnection(world.stack.ports),
    vaultUrl: world.stack.parts.vault.origin,
  }
  await world.setSecret(user, { value: refreshToken })
  const table = world.tableClient(peerTable)
  await table.createTable()
  await signInWithMsal(table, user, { ...settings, refreshToken })
  return settings
}

async function prepareSides(world: World, host: AppHost): Promise<Sides> {
  const tenant = await world.connected()
  const headers = { authorization: `Bearer ${await world.stack.callerToken()}`, ...unsampled }
  const [broker] = world.brokers
  if (!broker) throw new Error('There is no broker.')
  const peer = (name: string) => ({ ...host, headers, path: `/${name}/${user}` })
  const vend = { origin: broker.origin, pid: broker.pid, headers, path: `/v1/tenants/${tenant}/token` }
  return { vend, msal: peer('msal'), vault: peer('vault') }
}

/** Interleaved, so that other load on the machine affects all sides equally. */
async function compare(
  sides: Sides,
  rounds: { readonly count: number; readonly seconds: number },
): Promise<Measurement[]> {
  for (const side of Object.values(sides)) await load(side, 16, warmUpSeconds)
  const measurements: Measurement[] = []
  for (const connections of connectionCounts) {
    const found: Readonly<Record<keyof Sides, Loaded>>[] = []
    for (let round = 0; round < rounds.count; round++) {
      const vend = await load(sides.vend, connections, rounds.seconds)
      const msal = await load(sides.msal, connections, rounds.seconds)
      found.push({ vend, msal, vault: await load(sides.vault, connections, rounds.seconds) })
    }
    measurements.push(...describe(found, `${connections} connection${connections === 1 ? '' : 's'}`))
  }
  return measurements
}

function describe(
  found: readonly Readonly<Record<keyof Sides, Loaded>>[],
  connections: string,
): Measurement[] {
  const ratioTo = (side: 'msal' | 'vault') =>
    median(found.map((each) => each.vend.perSecond / each[side].perSecond))
  const listed = (number: (loaded: Loaded) => number) =>
    (['vend', 'msal', 'vault'] as const)
      .map((side) => median(found.map((each) => number(each[side]))).toFixed(0))
      .join(', ')
  return [
    atLeast(`vends : MSAL with a table, a second, ${connections}`, ratioTo('msal'), minRatios.msal),
    atLeast(`vends : vault read and token call, a second, ${connections}`, ratioTo('vault'), minRatios.vault),
    reported(
      '  a second: vend, MSAL, vault',
      listed(({ perSecond }) => perSecond),
    ),
    reported(
      '  µs of the process’s own time: vend, MSAL, vault',
      listed(({ microseconds }) => microseconds),
    ),
  ]
}
