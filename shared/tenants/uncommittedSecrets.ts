import { addSeconds, type Clock, withTimeLimit } from '../clock.ts'
import { type DueIndex, dueRowOf } from '../domain/due.ts'
import type { Grant, StoredTenant, Tenant, TenantName, UncommittedSecret } from '../domain/tenant.ts'
import { withUncommittedSecrets } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from './changeTenant.ts'
import {
  type DestroyDependencies,
  destroySecrets,
  isNamedBy,
  withSecretsToDestroy,
} from './secretsToDestroy.ts'

/** Dependencies of listing a secret before it's written. */
export interface ListDependencies extends ChangeDependencies {
  readonly due: Pick<DueIndex, 'insert'>
  readonly clock: Clock
}

/**
 * How long a listed secret can be committed. Far longer than writing it takes, even if the vault is slow: a secret that
 * is written after a sweep has destroyed it would stay.
 */
const uncommittedSeconds = 900

/** A row takes 64 KiB in this column (Table Storage's limit of a property); an entry takes some 300 bytes of them. */
const mostListed = 100

/** Giving up a secret delays its caller by at most twice this time. */
const abandonSeconds = 5

/**
 * Lists a reserved secret in the tenant's row before the secret is written. From then on, either a commit names it, or
 * a sweep finds and destroys it.
 * @param reserved undefined if the grant store needs no new secret.
 * @returns whether the secret can be written; false if the tenant is gone, if other processes kept changing it, or if the
 *   row lists 100 secrets already, of as many consents within 15 minutes.
 */
export async function listUncommitted(
  dependencies: ListDependencies,
  which: TenantName | StoredTenant,
  grant: Pick<Grant, 'identityProvider'>,
  reserved: string | undefined,
): Promise<boolean> {
  if (!reserved) return true
  const listed = await changeTenant(dependencies, which, async (row) => {
    if (isListFull(row)) return undefined
    const secret = await announceUncommitted(dependencies, row, grant, reserved)
    return { next: withUncommitted(row, secret) }
  })
  return listed.outcome === 'changed'
}

/**
 * Inserts the due row that leads a sweep to a listed secret. It comes before the listing, and stays after the commit:
 * without an entry, it costs one read.
 */
export async function announceUncommitted(
  { clock, due }: Pick<ListDependencies, 'clock' | 'due'>,
  row: Tenant,
  grant: Pick<Grant, 'identityProvider'>,
  reference: string,
): Promise<UncommittedSecret> {
  const until = addSeconds(clock.now(), uncommittedSeconds)
  await due.insert(dueRowOf(row, grant, until))
  return { reference, until }
}

/** Whether the row lists as many secrets as its column takes. A sweep strikes those that no commit named in time. */
export function isListFull({ uncommittedSecrets = [] }: Tenant): boolean {
  return uncommittedSecrets.length >= mostListed
}

/** The row lists one more secret. */
export function withUncommitted(row: Tenant, secret: UncommittedSecret): Tenant {
  return withUncommittedSecrets(row, [...(row.uncommittedSecrets ?? []), secret])
}

/** Whether a commit can still name the secret: a sweep hasn't taken it over. */
export function canCommit({ uncommittedSecrets = [] }: Tenant, reserved: string | undefined): boolean {
  return reserved === undefined || uncommittedSecrets.some(({ reference }) => reference === reserved)
}

/** The listed secrets that no commit named in time. */
export function overdueSecrets({ uncommittedSecrets = [] }: Tenant, now: Date): string[] {
  return uncommittedSecrets.filter(({ until }) => until <= now).map(({ reference }) => reference)
}

/** The row without the listed secrets whose time is over. */
export function withoutOverdue(row: Tenant, now: Date): Tenant {
  return withUncommittedSecrets(
    row,
    (row.uncommittedSecrets ?? []).filter(({ until }) => until > now),
  )
}

/**
 * Destroys a written secret whose commit failed, unless the row names it after all. The row adds it to the secrets to
 * destroy first: with its new ETag, no commit that's under way can name it. If that fails, a sweep does it.
 */
export async function abandonUncommitted(
  dependencies: DestroyDependencies,
  name: TenantName,
  reserved: string | undefined,
): Promise<void> {
  if (!reserved) return
  const { clock, grants } = dependencies
  const abandon = () =>
    changeTenant(dependencies, name, (row) =>
      isNamedBy(grants, row, reserved) ? undefined : { next: withSecretsToDestroy(grants, row, [reserved]) },
    )
  const abandoned = await withTimeLimit(clock, abandonSeconds, 'giving up a secret', abandon).catch(
    () => undefined,
  )
  if (abandoned?.outcome === 'changed') await destroySecrets(dependencies, abandoned.stored)
}
