import { randomBytes } from 'node:crypto'
import { sha256 } from '../access/browser.ts'
import { secondsAfter } from '../clock.ts'
import { dueRowOf } from '../domain/due.ts'
import { grantOwnerOf } from '../domain/grants.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import type { PendingGrant } from '../domain/tenant.ts'
import { isStillWanted } from '../domain/tenant.ts'
import { sealAccessToken } from '../tenants/connectGrant.ts'
import { destroyLeftovers, destroyUncommitted, withLeftovers } from '../tenants/leftovers.ts'
import type { SignIn } from './authorize.ts'
import type { Reach } from './compareReach.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { ConnectFailure } from './failures.ts'
import { disconnectedMeanwhile, type Kept } from './kept.ts'
import type { Proven } from './prove.ts'
import { toGrant } from './toGrant.ts'

/** How long an app may take to hand back the confirmation code. */
export const confirmationSeconds = 900

/** What waits with a grant, written before it. */
export interface Waiting
  extends Pick<Reach, 'outcome'>,
    Pick<PendingGrant, 'accountsGeneration' | 'choice'> {}

/** The grant waits beside whatever the tenant has, which goes on working until the app confirms. */
export async function keepPending(
  { keeping, clock }: Pick<CallbackDependencies, 'keeping' | 'clock'>,
  signIn: SignIn,
  proven: Proven,
  { accountsGeneration, choice, outcome }: Waiting,
): Promise<Kept | ConnectFailure> {
  const { due, grants, tenants } = keeping
  const name = { workspace: signIn.workspace, tenant: signIn.tenant }
  const code = randomBytes(32).toString('base64url')
  const stored = await tenants.read(name)
  if (!stored) return { failed: 'sign_in_not_valid', reason: 'tenant_gone' }
  if (stored.tenant.environment !== signIn.environment) return { failed: 'environment_mismatch' }
  if (!isStillWanted(signIn, stored.tenant)) return disconnectedMeanwhile
  const owner = grantOwnerOf(stored.tenant, proven.row)
  const accessToken = await sealAccessToken(keeping, stored.tenant, proven.tokens)
  const reference = await grants.write(proven.tokens.refreshToken, owner)
  const pendingGrant = {
    environment: signIn.environment,
    grant: { ...toGrant(proven, clock.now()), reference },
    sessionId: signIn.id,
    codeHash: sha256(code),
    expiresAt: secondsAfter(clock.now(), confirmationSeconds),
    accessToken,
    accountsGeneration,
    ...(choice && { choice }),
  }
  const replaced = stored.tenant.pendingGrant?.grant.reference
  const next = withLeftovers(grants, { ...stored.tenant, pendingGrant }, [replaced])
  // The sweep ends what nobody confirms; a hint without a consent costs one read.
  await due.insert(dueRowOf(stored.tenant, proven.row, pendingGrant.expiresAt))
  const answer = await tenants.replace(stored, next, [])
  // The client repeats a write whose answer was lost, and then meets its own ETag.
  const written = answer === 'conflict' ? await tenants.read(name) : answer
  if (written?.tenant.pendingGrant?.codeHash !== pendingGrant.codeHash) {
    await destroyUncommitted(keeping, reference, written?.tenant)
    return { failed: 'storage_unavailable', reason: 'tenant_changed' }
  }
  await destroyLeftovers(keeping, written)
  const confirmation = { status: 'confirmation_required', confirmation_code: code }
  const returnUrl = returnUrlWith(signIn, { ...confirmation, ...outcome })
  return { tenant: written.tenant, returnUrl }
}
