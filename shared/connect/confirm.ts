import { sha256 } from '../access/browser.ts'
import { discoveryEvents } from '../accounts/events.ts'
import { isGenerationKept } from '../accounts/generation.ts'
import { type ChoiceDependencies, openChoice } from '../choice/choose.ts'
import { type AccountStore, listAllAccounts } from '../domain/account.ts'
import { defaultAccountOf, isSelected } from '../domain/selectAccounts.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { commitGrant, type GrantServices } from '../tenants/connectGrant.ts'
import { assertPendingGrant } from './readPendingGrant.ts'

/** Dependencies of confirming. */
export interface ConfirmDependencies {
  readonly grantServices: GrantServices
  readonly accounts: AccountStore
}

/**
 * Makes a pending grant the tenant's own, when the app hands back the one-time code that the browser brought to it:
 * the person who consented is the one signed in to the app. Asked again with the same code, because the answer was
 * lost, it answers the same and changes nothing.
 * @throws Problem `tenant_not_found`, or `connect_session_not_found` when no grant of this session waits for this code.
 */
export async function confirmConnectSession(
  dependencies: ConfirmDependencies,
  name: TenantName,
  sessionId: string,
  code: string,
): Promise<Tenant> {
  const { accounts, grantServices } = dependencies
  const stored = await grantServices.tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  const { confirmed, disconnectCount = 0 } = stored.tenant
  const now = grantServices.clock.now()
  const isAgain = confirmed?.sessionId === sessionId && confirmed.codeHash === sha256(code)
  if (isAgain && confirmed.until > now) return stored.tenant
  const pendingGrant = assertPendingGrant(stored.tenant.pendingGrant, sessionId, now)
  if (pendingGrant.codeHash !== sha256(code)) throw new Problem('connect_session_not_found')
  const { accountsGeneration, choice, codeHash, environment, expiresAt } = pendingGrant
  const known = await listAllAccounts(accounts, name, stored.tenant.accountsGeneration)
  const after = await listAllAccounts(accounts, name, accountsGeneration)
  const defaultAccount = defaultAccountOf(stored.tenant, after)
  const at = grantServices.clock.now()
  const events = discoveryEvents({
    tenant: stored.tenant,
    before: known,
    after,
    defaultAccount,
    person: pendingGrant.grant,
    at,
  })
  const connected = await commitGrant(grantServices, name, (row) => {
    // Only while this very grant waits: a disconnect has destroyed it, a later sign-in stands in its place.
    if (row.pendingGrant?.codeHash !== codeHash || expiresAt <= grantServices.clock.now()) return undefined
    const { grant, accessToken } = row.pendingGrant
    return {
      ...{ environment, grant, accessToken, accountsGeneration, events, disconnectCount },
      confirmed: { sessionId, codeHash, until: expiresAt, ...(choice && { choice }) },
      ...(defaultAccount && { defaultAccount }),
    }
  })
  if (!connected) throw new Problem('tenant_changed')
  await accounts
    .removeOthers(name, accountsGeneration, isGenerationKept(stored.tenant, at))
    .catch(() => undefined)
  return connected.tenant
}

/**
 * Opens the page on which the person who consented says which accounts are meant, for the browser that they consented
 * with and for no other. Each call opens it again; the first answer counts, through whichever of them it comes.
 * @returns its address; undefined where that is clear or answered, or where the app asks itself.
 */
export async function openConfirmedChoice(
  dependencies: Pick<ChoiceDependencies, 'accounts' | 'clock' | 'config' | 'records'>,
  { accountsGeneration, confirmed, defaultAccount, disconnectCount = 0, grant, tenant, workspace }: Tenant,
): Promise<string | undefined> {
  if (!confirmed?.choice || !grant || defaultAccount) return undefined
  const { clock, records } = dependencies
  if ((await records.read('choice-answer', confirmed.choice.answerId, clock.now())) === undefined)
    return undefined
  const name = { workspace, tenant }
  const reached = await listAllAccounts(dependencies.accounts, name, accountsGeneration)
  const accounts = String(reached.filter(isSelected).length)
  return openChoice(
    dependencies,
    { ...name, ...confirmed.choice, id: confirmed.sessionId, disconnectCount },
    grant,
    { status: 'connected', accounts, account_choice: 'open' },
  )
}
