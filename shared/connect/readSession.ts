import * as z from 'zod'
import { isSpentSession, type Tenant, type TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { type PendingDependencies, pendingView, viewPendingGrant } from './readPendingGrant.ts'
import {
  type ProgressDependencies,
  readProgress,
  type SessionProgress,
  type SessionState,
  sessionStates,
  stateAt,
} from './sessionProgress.ts'

/** How far a connect session got, and what confirming its consent would change. */
export const connectSessionView = pendingView
  .partial()
  .extend({
    session: z.string(),
    state: z.enum(sessionStates).describe('How far the session got.'),
    stateSince: z.iso.datetime().describe('Since when it has been in this state.').optional(),
    linkExpiresAt: z.iso.datetime().optional(),
    signIns: z.int().describe('How many sign-ins have begun with the link.').optional(),
    error: z.string().describe('Why the last sign-in failed, as the return URL says it.').optional(),
    reason: z.string().optional(),
    traceId: z.string().optional(),
  })
  .meta({
    id: 'ConnectSessionProgress',
    description: 'How far a connect session got, and what confirming its consent would change.',
  })

/**
 * Shows how far a connect session got, for a day after its link has expired, and what a pending consent would change.
 * @throws Problem `tenant_not_found`, or `connect_session_not_found` when the tenant has no such session, or it isn't
 *   kept any longer.
 */
export async function readSession(
  dependencies: PendingDependencies & ProgressDependencies,
  { name, sessionId }: { readonly name: TenantName; readonly sessionId: string },
  query: { readonly limit: number; readonly continuation?: string | undefined },
): Promise<z.infer<typeof connectSessionView>> {
  const now = dependencies.clock.now()
  const stored = await dependencies.tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  const { tenant } = stored
  const { pendingGrant } = tenant
  const isPending = pendingGrant?.sessionId === sessionId && pendingGrant.expiresAt > now
  const pending = isPending
    ? await viewPendingGrant(dependencies, { tenant, pending: pendingGrant }, query)
    : {}
  const progress = await readProgress(dependencies, sessionId)
  const isOwn = progress?.workspace === name.workspace && progress.tenant === name.tenant
  if (!isOwn && !isPending) throw new Problem('connect_session_not_found')
  const state = isPending ? 'confirmation_required' : stateOf(progress, { tenant, sessionId }, now)
  return { ...(isOwn && viewProgress(progress)), ...pending, session: sessionId, state }
}

/** The row knows better than the progress, which is written after it, and may be missing after a crash. */
function stateOf(
  progress: SessionProgress | undefined,
  { sessionId, tenant }: { readonly tenant: Tenant; readonly sessionId: string },
  now: Date,
): SessionState {
  const state = progress ? stateAt(progress, now) : 'created'
  if (tenant.confirmed?.sessionId === sessionId || state === 'connected') return 'connected'
  if (state === 'confirmation_required') return 'abandoned'
  return isSpentSession(tenant, sessionId) ? 'connected' : state
}

function viewProgress({ failure, linkExpiresAt, signIns, stateSince }: SessionProgress) {
  return { stateSince, linkExpiresAt, signIns, ...failure }
}
