import { sha256 } from '../access/browser.ts'
import { randomText } from '../access/randomText.ts'
import { addSeconds } from '../clock.ts'
import { dueRowOf } from '../domain/due.ts'
import { grantOwnerOf } from '../domain/grants.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import { isSpentSession, isStillValid, type PendingGrant, type Tenant } from '../domain/tenant.ts'
import { withPendingGrant, withSpentSession } from '../domain/transitions.ts'
import { changeTenant } from '../tenants/changeTenant.ts'
import { sealAccessToken } from '../tenants/connectGrant.ts'
import { destroySecrets, withSecretsToDestroy } from '../tenants/secretsToDestroy.ts'
import { sealSignInName } from '../tenants/signInName.ts'
import { abandonUncommitted, canCommit, listUncommitted } from '../tenants/uncommittedSecrets.ts'
import type { SignIn } from './authorize.ts'
import type { AccountComparison } from './compareSignInAccounts.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { ConnectFailure } from './failures.ts'
import { confirmationSeconds } from './lifetimes.ts'
import type { ProvenSignIn } from './proveSignIn.ts'
import { disconnectedDuringSignIn, linkAlreadyUsed, type SavedSignIn } from './savedSignIn.ts'
import { toGrant } from './toGrant.ts'

const tenantChanged: ConnectFailure = { failed: 'storage_unavailable', reason: 'tenant_changed' }

/** Values that wait with a grant. Its accounts are written after it. */
export interface PendingDetails
  extends Pick<AccountComparison, 'outcome'>,
    Pick<PendingGrant, 'accountsGeneration' | 'choice'> {
  /** The question to the person. Default is that the app confirms. */
  readonly question?: PersonConfirmation
}

/** A confirmation by the person, on a page of the broker. */
export interface PersonConfirmation {
  /** The one-time code that the page returns. */
  readonly code: string
  readonly url: string
}

/** Stores the grant next to the tenant's current one, which keeps working until the app or the person confirms. */
export async function savePendingGrant(
  { grantServices, clock }: Pick<CallbackDependencies, 'grantServices' | 'clock'>,
  signIn: SignIn,
  proven: ProvenSignIn,
  { accountsGeneration, choice, outcome, question }: PendingDetails,
): Promise<SavedSignIn | ConnectFailure> {
  const { due, grants, tenants } = grantServices
  const name = { workspace: signIn.workspace, tenant: signIn.tenant }
  const code = question?.code ?? randomText(43)
  const stored = await tenants.read(name)
  if (!stored) return { failed: 'sign_in_not_valid', reason: 'tenant_gone' }
  const stopped = findMismatch(signIn, stored.tenant)
  if (stopped) return stopped
  const id = grantServices.randomness.identifier()
  const owner = grantOwnerOf(stored.tenant, { ...proven.row, id })
  const accessToken = await sealAccessToken(grantServices, owner, proven.tokens)
  const named = await sealSignInName(grantServices, owner, proven.user.signInName)
  const reserved = grants.reserve()
  if (!(await listUncommitted(grantServices, stored, owner, reserved))) return tenantChanged
  const reference = await grants.write(proven.tokens.refreshToken, owner, reserved)
  const pendingGrant: PendingGrant = {
    environment: signIn.environment,
    grant: { ...toGrant(proven, clock.now()), ...named, id, reference },
    sessionId: signIn.id,
    codeHash: sha256(code),
    expiresAt: addSeconds(clock.now(), confirmationSeconds),
    accessToken,
    accountsGeneration,
    accountsOutstanding: true,
    ...(choice && { choice }),
  }
  // A person who doesn't agree can sign in again with the same link.
  const spent = (row: Tenant) => (question ? row : withSpentSession(row, signIn.id))
  // The sweep ends unconfirmed consents. A due row without a consent costs one read.
  await due.insert(dueRowOf(stored.tenant, proven.row, pendingGrant.expiresAt))
  const changed = await changeTenant(grantServices, name, (row) =>
    findMismatch(signIn, row) || !canCommit(row, reserved)
      ? undefined
      : {
          next: withSecretsToDestroy(grants, spent(withPendingGrant(row, pendingGrant)), [
            row.pendingGrant?.grant.reference,
          ]),
        },
  )
  if (changed.outcome !== 'changed') {
    const row = changed.outcome === 'unchanged' ? changed.stored.tenant : (await tenants.read(name))?.tenant
    await abandonUncommitted(grantServices, name, reserved)
    return (row && findMismatch(signIn, row)) ?? tenantChanged
  }
  const written = await destroySecrets(grantServices, changed.stored)
  const confirmation = { status: 'confirmation_required', confirmation_code: code }
  const returnUrl = question?.url ?? returnUrlWith(signIn, { ...confirmation, ...outcome })
  return { tenant: written.tenant, returnUrl, ...(question && { isQuestion: true }) }
}

/** Returns why a consent doesn't fit the current row; undefined if it does. */
function findMismatch(signIn: SignIn, row: Tenant): ConnectFailure | undefined {
  if (row.environment !== signIn.environment) return { failed: 'environment_mismatch' }
  if (!isStillValid(signIn, row)) return disconnectedDuringSignIn
  return isSpentSession(row, signIn.id) ? linkAlreadyUsed : undefined
}
