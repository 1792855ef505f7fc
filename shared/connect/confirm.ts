import { sha256 } from '../access/browser.ts'
import { discoveryEvents } from '../accounts/events.ts'
import { isGenerationKept, keptGeneration, newGeneration } from '../accounts/generation.ts'
import { type ChoiceDependencies, openChoice } from '../choice/choose.ts'
import { type AccountStore, listAllAccounts } from '../domain/account.ts'
import { dueRowOf } from '../domain/due.ts'
import { patiently } from '../domain/patience.ts'
import { defaultAccountOf, isSelected } from '../domain/selectAccounts.ts'
import { isSpentSession, type PendingGrant, type Tenant, type TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { commitGrant, type GrantServices, type GrantToCommit } from '../tenants/connectGrant.ts'
import { withPatience } from '../tenants/patience.ts'
import { assertPendingGrant } from './readPendingGrant.ts'

/** Dependencies of confirming. */
export interface ConfirmDependencies {
  readonly grantServices: GrantServices
  readonly accounts: AccountStore
}

/**
 * Activates a pending grant when the app returns the one-time code that it received from the browser:
 * the person who consented is the one signed in to the app. If the app repeats the call because the answer was
 * lost, it gets the same answer and nothing changes.
 * @throws Problem `tenant_not_found`, or `connect_session_not_found` when no grant of this session is waiting for this
 *   code.
 */
export async function confirmConnectSession(
  { accounts, grantServices: impatient }: ConfirmDependencies,
  name: TenantName,
  sessionId: string,
  code: string,
): Promise<Tenant> {
  // The person is waiting in front of the app.
  const grantServices = withPatience(impatient)
  const stored = await grantServices.tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  const { disconnectCount = 0 } = stored.tenant
  const now = grantServices.clock.now()
  const isAgain = ({ confirmed }: Tenant) =>
    confirmed?.sessionId === sessionId && confirmed.codeHash === sha256(code) && confirmed.until > now
  if (isAgain(stored.tenant)) return stored.tenant
  const pendingGrant = assertPendingGrant(stored.tenant.pendingGrant, sessionId, now)
  if (pendingGrant.codeHash !== sha256(code)) throw new Problem('connect_session_not_found')
  const { choice, codeHash, environment, expiresAt } = pendingGrant
  const readAccounts = pendingGrant.accountsOutstanding ? leaveAccounts : compareAccounts
  const found = await readAccounts({ accounts, grantServices }, stored.tenant, pendingGrant)
  const connected = await commitGrant(grantServices, name, (row) => {
    // Only while this same grant is waiting: a disconnect destroys it, and a later sign-in replaces it.
    if (row.pendingGrant?.codeHash !== codeHash || expiresAt <= grantServices.clock.now()) return undefined
    const { grant, accessToken } = row.pendingGrant
    return {
      ...{ environment, grant, accessToken, disconnectCount, ...found },
      // A consent that waited for the app has spent its session already.
      ...(!isSpentSession(row, sessionId) && { sessionId }),
      confirmed: { sessionId, codeHash, until: expiresAt, ...(choice && { choice }) },
    }
  })
  if (!connected) {
    // A double click confirms twice at the same time.
    const row = (await grantServices.tenants.read(name))?.tenant
    if (row && isAgain(row)) return row
    throw new Problem('tenant_changed')
  }
  await accounts
    .removeOthers(name, found.accountsGeneration, isGenerationKept(stored.tenant, grantServices.clock.now()))
    .catch(() => undefined)
  return connected.tenant
}

/** What a confirmation makes of the accounts. */
type ConfirmedAccounts = Pick<
  GrantToCommit,
  'accountsGeneration' | 'accountsOutstanding' | 'defaultAccount' | 'events'
>

/** The consent's accounts, and what changes with them. */
async function compareAccounts(
  { accounts, grantServices }: ConfirmDependencies,
  tenant: Tenant,
  { accountsGeneration, grant }: PendingGrant,
): Promise<ConfirmedAccounts> {
  const list = (generation: string | undefined) =>
    patiently(grantServices, () => listAllAccounts(accounts, tenant, generation))
  const before = await list(tenant.accountsGeneration)
  const after = await list(accountsGeneration)
  const defaultAccount = defaultAccountOf(tenant, after)
  const at = grantServices.clock.now()
  const events = discoveryEvents({ tenant, before, after, defaultAccount, person: grant, at })
  return { accountsGeneration, events, ...(defaultAccount && { defaultAccount }) }
}

/**
 * The consent's accounts aren't all written yet, so a sweep discovers them again. Until then, apps find the same
 * person's previous ones, and none of another person's.
 */
async function leaveAccounts(
  { grantServices }: ConfirmDependencies,
  tenant: Tenant,
  { grant }: PendingGrant,
): Promise<ConfirmedAccounts> {
  const { clock, due, randomness } = grantServices
  await due.insert(dueRowOf(tenant, grant, clock.now()))
  const accountsGeneration = keptGeneration(tenant, grant) ?? newGeneration(clock.now(), randomness)
  return { accountsGeneration, accountsOutstanding: true }
}

/**
 * Opens the page on which the person who consented chooses the accounts, only for the browser that they consented
 * with. Each call opens it again; the first answer counts, no matter which of the pages it comes from.
 * @param outcome parameters that the return URL gets in addition.
 * @returns the page's address; undefined if there is nothing left to choose, or if the app asks the person itself.
 */
export async function openConfirmedChoice(
  dependencies: Pick<ChoiceDependencies, 'accounts' | 'clock' | 'config' | 'records'>,
  row: Tenant,
  outcome: Readonly<Record<string, string | undefined>> = {},
): Promise<string | undefined> {
  const { accountsGeneration, accountsOutstanding, confirmed, defaultAccount, grant, tenant, workspace } = row
  if (!confirmed?.choice || !grant || defaultAccount || accountsOutstanding) return undefined
  const { clock, records } = dependencies
  if ((await records.read('choice-answer', confirmed.choice.answerId, clock.now())) === undefined)
    return undefined
  const name = { workspace, tenant }
  const reached = await listAllAccounts(dependencies.accounts, name, accountsGeneration)
  const accounts = String(reached.filter(isSelected).length)
  return openChoice(
    dependencies,
    { ...name, ...confirmed.choice, id: confirmed.sessionId, disconnectCount: row.disconnectCount ?? 0 },
    grant,
    { ...outcome, status: 'connected', accounts, account_choice: 'open' },
  )
}
