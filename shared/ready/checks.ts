import * as z from 'zod'
import { StorageUnavailableError } from '../storage/unavailable.ts'

/** One thing that was looked at. */
export const readinessCheck = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** What the operator does about it; only where it is not ok. */
  mend: z.string().optional(),
})

/** A {@link readinessCheck}'s value. */
export type ReadinessCheck = z.infer<typeof readinessCheck>

/** What looking at one thing brought. */
export type Finding = Omit<ReadinessCheck, 'name'>

/** Looks at one thing; storage that does not answer as it should is a finding, not a failure. */
export async function explained(name: string, look: () => Promise<Finding>): Promise<ReadinessCheck> {
  try {
    return { name, ...(await look()) }
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error
    const detail = `${error.code} (${error.status || 'no answer'})`
    return { name, ok: false, detail, mend: mendOf(error) }
  }
}

function mendOf({ code, status }: StorageUnavailableError): string {
  if (code === 'TableNotFound') return 'npm run rebuild-tables'
  return status === 401 || status === 403
    ? 'Assign the role to the broker’s managed identity: az deployment group create (infra/main.bicep), then wait some minutes.'
    : 'See whether the service runs and whether the network lets the broker reach it.'
}
