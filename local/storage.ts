import { type AzuriteOptions, type RunningAzurite, startAzurite } from './azurite.ts'
import type { TableControl } from './tables/control.ts'
import { startTableFront } from './tables/front.ts'

/** A listening Azurite whose tables are reached through a front; `origin`, `port`, and `ports.table` are the front's. */
export interface RunningStorage extends RunningAzurite {
  /** What the front does to the tables' answers; over HTTP under `/_control` of `origin`. */
  readonly control: TableControl
}

/**
 * Starts Azurite and the front before its tables; they stop together.
 * @throws PortTakenError when the tables' port is in use; Error when Azurite does not start.
 */
export async function startStorage(options: AzuriteOptions): Promise<RunningStorage> {
  const { certificate, table } = options
  const azurite = await startAzurite({ ...options, table: 0 })
  const tls = certificate && {
    tls: certificate,
    upstream: { origin: azurite.origin, ca: certificate.caCert },
  }
  const front = await startTableFront({ port: table, upstream: azurite, ...tls }).catch(async (error) => {
    await azurite.stop()
    throw error
  })
  return {
    ...azurite,
    ports: { ...azurite.ports, table: front.port },
    port: front.port,
    origin: front.origin,
    control: front.control,
    stop: async () => {
      await Promise.all([front.stop(), azurite.stop()])
    },
  }
}
