import { type DiscoverWithTokenDependencies, discoverWithToken } from '../accounts/discoverWithToken.ts'
import { marksOf } from '../accounts/generation.ts'
import type { Config } from '../config.ts'
import { type AccountStore, markGeneration } from '../domain/account.ts'
import { type DamagedTenant, isDamaged } from '../domain/damagedRow.ts'
import { consentOf } from '../domain/disconnectMarks.ts'
import { dueRowOf } from '../domain/due.ts'
import type { GrantOwner } from '../domain/grants.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { defaultAccountOf } from '../domain/selectAccounts.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { withRepairs } from '../domain/transitions.ts'
import type { Environment } from '../environment.ts'
import { type ProvenRefreshToken, proveRefreshToken } from '../grants/proveRefreshToken.ts'
import type { SignInTable } from '../identity/signInTable.ts'
import type { TokenEndpoints } from '../identity/tokenEndpoint.ts'
import type { Secret } from '../secret.ts'
import type { Tables } from '../storage/clients.ts'
import { isInForce, type MarkFromTags } from '../storage/disconnectMarks.ts'
import { runStorageOperation } from '../storage/unavailable.ts'
import { workspaceIndexEntity } from '../storage/workspaceIndex.ts'
import { commitGrant, type GrantServices, sealAccessToken } from '../tenants/connectGrant.ts'
import { disconnectAgain, disconnectTenant } from '../tenants/disconnect.ts'
import { sealSignInName } from '../tenants/signInName.ts'
import { planRebuild } from './rebuildPlan.ts'
import type { TaggedGrant } from './taggedSecrets.ts'

/** Dependencies of rebuilding. */
export interface RebuildDependencies extends Omit<DiscoverWithTokenDependencies, 'clock'> {
  readonly config: Config
  readonly grantServices: GrantServices
  readonly signInTable: SignInTable
  readonly tokenEndpoints: TokenEndpoints
  readonly accounts: AccountStore
  readonly tables: Pick<Tables, 'TenantsByWorkspace'>
}

/**
 * The result for one tenant. `present`: its row exists, and its list entry and due row were written again. `connected`:
 * a refresh proved a grant. `disconnected`: its
 * mark says so. `dead`: all its grants were permanently refused; the row asks for a new sign-in.
 * `unclear`: the identity provider's answer wasn't conclusive; nothing was written, so run it again.
 */
export type RebuildOutcome = 'present' | 'connected' | 'disconnected' | 'dead' | 'unclear'

/**
 * Rebuilds one tenant from its grants, newest first. The one that a refresh proves is written to a new secret
 * and committed; the tenant's other secrets are deleted after that (softly, as all deletions), so that a later
 * disconnect leaves none behind.
 * @param mark the tenant's mark, if it has one.
 */
export async function rebuildTenant(
  dependencies: RebuildDependencies,
  grants: readonly TaggedGrant[],
  mark?: MarkFromTags,
): Promise<RebuildOutcome> {
  const [newest] = grants
  if (!newest) throw new Error('A tenant is rebuilt from one grant at least.')
  const found = await dependencies.grantServices.tenants.inspect(newest.owner)
  // The readable part of a damaged row without a grant is written only once a grant is proved or permanently refused.
  const row = found && (isDamaged(found) ? found.remains : found.tenant)
  const disconnectedAt = endMarkedTenant(dependencies, mark)
  const planned = planRebuild({ row, grants, disconnectedAt })
  if (planned.plan === 'prove') return proveOne(dependencies, grants, planned.grants)
  if (planned.plan === 'keep' && found && row)
    return restoreHints(dependencies, isDamaged(found) ? await repairTenant(dependencies, found) : row)
  return endTenant(dependencies, grants, disconnectedAt)
}

/** The time of the disconnect according to the mark; undefined once the mark has expired. */
export function endMarkedTenant(
  { config, grantServices }: Pick<RebuildDependencies, 'config' | 'grantServices'>,
  mark: MarkFromTags | undefined,
): Date | undefined {
  const retentionSeconds = config.backupRetentionDays * 86_400
  return mark && isInForce(mark, retentionSeconds, grantServices.clock.now())
    ? mark.disconnectedAt
    : undefined
}

/** Uses the first candidate that a refresh proves as the tenant's grant, and deletes its other secrets. */
async function proveOne(
  dependencies: RebuildDependencies,
  grants: readonly TaggedGrant[],
  candidates: readonly TaggedGrant[],
): Promise<RebuildOutcome> {
  let unclear = false
  for (const tagged of candidates) {
    const proof = await proveGrant(dependencies, tagged)
    if (proof === 'unclear') unclear = true
    if (typeof proof === 'string') continue
    await connect(dependencies, tagged, proof)
    await removeSecrets(grants)
    return 'connected'
  }
  if (unclear) return 'unclear'
  await createRow(dependencies, candidates[0]!.owner, {
    status: 'reauthorization_required',
    reauthorizationReason: 'grant_refused',
  })
  return 'dead'
}

/**
 * The tenant was disconnected after everything that is left of it: its row records that, and its secrets are deleted.
 */
async function endTenant(
  dependencies: RebuildDependencies,
  grants: readonly TaggedGrant[],
  disconnectedAt: Date | undefined,
): Promise<'disconnected' | 'unclear'> {
  const { grantServices } = dependencies
  const { owner } = grants[0]!
  const found = await grantServices.tenants.inspect(owner)
  const ended = { status: 'disconnected', ...(disconnectedAt && { disconnectedAt }) } as const
  if (!found) await createRow(dependencies, owner, ended)
  else if (isDamaged(found)) await disconnectTenant(grantServices, owner)
  else if (disconnectedAt && consentOf(found.tenant)) {
    // Another process may have connected the tenant in the meantime: its secrets stay.
    if (!(await disconnectAgain(grantServices, found, disconnectedAt))) return 'unclear'
  }
  await removeSecrets(grants)
  return 'disconnected'
}

/** A vault that refuses writes keeps its secrets; the row names another one, or none. */
async function removeSecrets(grants: readonly TaggedGrant[]): Promise<void> {
  for (const { vault, name } of grants) {
    const removing = vault.remove(name)
    await (vault.isReadOnly ? removing.catch(() => undefined) : removing)
  }
}

/**
 * Rewrites a damaged row from its readable part: with its grant if that is valid, and with a due row so that sweeps
 * find it. A disconnected tenant stays disconnected.
 * @throws DamagedRowError when another process changed the row and it is still damaged.
 */
export async function repairTenant(
  { grantServices }: Pick<RebuildDependencies, 'grantServices'>,
  { remains, damaged, etag }: DamagedTenant,
): Promise<Tenant> {
  const at = grantServices.clock.now()
  const next = withRepairs(remains, at)
  if (next.dueAt && next.grant) await grantServices.due.insert(dueRowOf(next, next.grant, next.dueAt))
  const detail = `The stored row was damaged (${damaged.column}) and was repaired.`
  const event = { type: 'tenant.repaired', at, detail } as const
  const written = await grantServices.tenants.replace({ tenant: remains, etag }, next, [event])
  return written === 'conflict'
    ? ((await grantServices.tenants.read(remains))?.tenant ?? next)
    : written.tenant
}

/** The list entry and the due row are hints; rewriting them is harmless. */
async function restoreHints(
  { grantServices, tables }: RebuildDependencies,
  tenant: Tenant,
): Promise<'present'> {
  const { dueAt, grant } = tenant
  await runStorageOperation('tables', () =>
    tables.TenantsByWorkspace.upsertEntity(workspaceIndexEntity(tenant), 'Merge'),
  )
  if (dueAt && grant) await grantServices.due.insert(dueRowOf(tenant, grant, dueAt))
  return 'present'
}

/** Tries the possible authorities of a user; the ID token then names the right one. */
async function proveGrant(
  { config, grantServices, signInTable, tokenEndpoints }: RebuildDependencies,
  { vault, name, owner }: TaggedGrant,
): Promise<ProvenRefreshToken | 'dead' | 'unclear'> {
  const row = signInTable(owner)
  const secret = await vault.read(name)
  if (!row) return 'unclear'
  if (!secret) return 'dead'
  const proving = { config, tokenEndpoints, clock: grantServices.clock }
  const proven = await proveRefreshToken(proving, row, { refreshToken: secret.value })
  if (proven.ok) return proven
  return isOpen(proven.refusal) ? 'unclear' : 'dead'
}

/** A wrong authority is refused in many ways; only a clear "try later" leaves the question open. */
function isOpen({ class: about, reason }: TokenRefusal): boolean {
  return ['passing', 'backOff', 'operator'].includes(about) && reason !== 'wrong_authority'
}

async function connect(
  dependencies: RebuildDependencies,
  { owner }: TaggedGrant,
  { refreshToken, scopes, tokens, user }: ProvenRefreshToken,
): Promise<void> {
  const { accounts, grantServices } = dependencies
  // First, because a strict provider accepts no other token from now on. If the row isn't written, the next run finds
  // the secret by its tags.
  const id = grantServices.randomness.identifier()
  const reference = await grantServices.grants.write(refreshToken, { ...owner, grantId: id })
  const created = await createRow(dependencies, owner, { status: 'pending' })
  const accessToken = await sealAccessToken(grantServices, { ...owner, grantId: id }, tokens)
  const discovery = await discover(dependencies, owner, tokens.accessToken)
  const generation = `rebuilt${grantServices.randomness.identifier().slice(0, 12)}`
  const accountsGeneration = markGeneration(generation, discovery ? marksOf(discovery) : {})
  await accounts.write(owner, accountsGeneration, discovery?.accounts ?? [])
  const defaultAccount = discovery && defaultAccountOf(created, discovery.accounts)
  const { signInName, ...person } = user
  const named = await sealSignInName(grantServices, { ...owner, grantId: id }, signInName)
  const grant = {
    id,
    reference,
    identityProvider: owner.identityProvider,
    scopes,
    ...person,
    ...named,
    consentedAt: grantServices.clock.now(),
    advertisingUserId: discovery?.advertisingUserId ?? '',
  }
  const { environment } = owner
  const grantToCommit = {
    ...{ environment, grant, accessToken, accountsGeneration },
    ...(defaultAccount && { defaultAccount }),
  }
  const committed = await commitGrant(grantServices, owner, () => grantToCommit)
  if (!committed) throw new Error(`The row of tenant ${owner.tenant} was changed without end.`)
}

/** An incomplete row from an earlier run is used unchanged, and a damaged one is repaired. */
async function createRow(
  { grantServices }: RebuildDependencies,
  { workspace, tenant, environment }: TenantName & { environment: Environment },
  status: Pick<Tenant, 'status' | 'reauthorizationReason' | 'disconnectedAt'>,
): Promise<Tenant> {
  const at = grantServices.clock.now()
  const row: Tenant = { workspace, tenant, environment, createdAt: at, ...status }
  const detail = 'The tables were lost; the tenant was rebuilt from its vault secret.'
  const created = await grantServices.tenants.create(row, [{ type: 'tenant.created', at, detail }])
  if (created !== 'conflict') return created.tenant
  const found = await grantServices.tenants.inspect(row)
  if (!found) return row
  return isDamaged(found) ? repairTenant({ grantServices }, found) : found.tenant
}

/** Without an answer, the tenant is connected anyway, and its app discovers again. */
async function discover(dependencies: RebuildDependencies, owner: GrantOwner, accessToken: Secret) {
  const { clock } = dependencies.grantServices
  const found = await discoverWithToken({ ...dependencies, clock }, owner, accessToken)
  return found.ok ? found.value : undefined
}
