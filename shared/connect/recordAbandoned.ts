import pMap from 'p-map'
import type { Log } from '../domain/logEvents.ts'
import type { ExpiredRecord } from '../domain/oneTime.ts'
import { isSpentSession, isStillValid } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { type ChangeDependencies, changeTenant } from '../tenants/changeTenant.ts'
import type { SignIn } from './authorize.ts'
import { changeProgress, type ProgressDependencies, stateAt } from './sessionProgress.ts'

/** Dependencies of recording abandoned sign-ins. */
export interface AbandonedDependencies extends ChangeDependencies, ProgressDependencies {
  readonly log: Log
}

/** The most sign-ins that are handled at the same time. */
const concurrency = 8

/**
 * Records each session whose last sign-in expired unspent: the person left at the identity provider's page. Sweeps call
 * it before they remove the records, so it costs connecting and vending nothing. The session's progress decides which
 * process writes the event. If the row can't be changed after that, the event is missing, and the session still says it.
 */
export async function recordAbandoned(
  dependencies: AbandonedDependencies,
  expired: readonly ExpiredRecord[],
): Promise<void> {
  const signIns = expired.filter(({ kind, value }) => kind === 'sign-in' && value !== undefined)
  await pMap(signIns, ({ value }) => recordOne(dependencies, value as SignIn), { concurrency })
}

async function recordOne(dependencies: AbandonedDependencies, signIn: SignIn): Promise<void> {
  const { environment, id, identityProvider, tenant, workspace } = signIn
  const at = dependencies.clock.now()
  const isKept = await keepsSession(dependencies, signIn)
  const ended = await changeProgress(dependencies, id, (progress) => {
    const isOver = progress.state !== 'abandoned' && stateAt(progress, at) === 'abandoned'
    return isOver && { state: isKept ? 'connected' : 'abandoned' }
  })
  if (!ended || isKept) return
  dependencies.log('connect.abandoned', { tenantKey: tenantKey(signIn), environment, identityProvider })
  const place = identityProvider === 'google' ? 'Google' : 'Microsoft'
  const event: TenantEvent = {
    type: 'connect.abandoned',
    at,
    detail: `A sign-in at ${place} began and didn’t come back within 30 minutes.`,
    data: { session: id, identityProvider, signIns: ended.signIns },
  }
  await changeTenant(dependencies, { workspace, tenant }, (row) =>
    isStillValid(signIn, row) && !isSpentSession(row, id) ? { next: row, events: [event] } : undefined,
  ).catch(() => undefined)
}

/** Whether a consent of the session was kept, and only the record of its end was lost. */
async function keepsSession({ tenants }: AbandonedDependencies, signIn: SignIn): Promise<boolean> {
  const stored = await tenants.read(signIn).catch(() => undefined)
  return stored !== undefined && isSpentSession(stored.tenant, signIn.id)
}
