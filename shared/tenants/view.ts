import * as z from 'zod'
import { marksOfGeneration, maxAccounts } from '../domain/account.ts'
import { type ConnectHint, connectHintView } from '../domain/connectHint.ts'
import { type DamagedTenant, isDamaged } from '../domain/damagedRow.ts'
import type { Grant, Tenant } from '../domain/tenant.ts'
import { tenantStatuses } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantEventTypes } from '../domain/tenantEvents.ts'
import { accountKinds, environments, identityProviders } from '../environment.ts'
import { type AdminConsentConfig, adminConsentUrlOf } from '../identity/adminConsent.ts'

/** A consent, as apps see it. */
export const connectionView = z
  .object({
    identityProvider: z.enum(identityProviders),
    accountKind: z.enum(accountKinds),
    consentedBy: z.string().describe('Who consented, masked.'),
    consentedAt: z.iso.datetime(),
  })
  .meta({ id: 'Connection', description: 'A consent, as apps see it.' })

/** The meaning of `cut` for a list of accounts. */
export const cutMeaning = `The user has more accounts or roles than the broker reads (${maxAccounts} and 5000). The other accounts can’t be vended.`

/** The meaning of `readSoFar` for a list of accounts. */
export const readSoFarMeaning =
  'Set if the last discovery ended early: the number of accounts that it had read until then. Accounts may be missing or have no known path (`reachUnknown`) until the next discovery.'

/** A tenant, as its apps see it. */
export const tenantView = z
  .object({
    tenant: z.string(),
    environment: z.enum(environments),
    status: z.enum(tenantStatuses),
    displayName: z.string().optional(),
    createdAt: z.iso.datetime(),
    connection: connectionView.optional(),
    reauthorizationReason: z.string().optional(),
    adminConsentUrl: z
      .url()
      .describe('The link for the advertiser’s administrator, if that fixes `reauthorizationReason`.')
      .optional(),
    advertisingRefusal: z
      .object({ reason: z.string(), since: z.iso.datetime() })
      .describe(
        'Microsoft Advertising doesn’t accept the person who consented. `reason` says which sign-in would work.',
      )
      .optional(),
    confirmationPending: z.boolean(),
    secretsToDestroy: z
      .int()
      .describe('Refresh tokens of former connections that the broker couldn’t destroy yet. It keeps trying.')
      .optional(),
    damaged: z
      .object({ column: z.string(), detail: z.string() })
      .describe(
        'The stored row can’t be read, so nothing is vended until the operator repairs it. Status, environment, and dates are the last known ones.',
      )
      .optional(),
    refresh: z.object({
      lastRefreshedAt: z.iso.datetime().optional(),
      accessTokenExpiresAt: z.iso.datetime().optional(),
      failedAttempts: z.int(),
      failureReason: z.string().optional(),
      nextAttemptAt: z.iso.datetime().optional(),
      dueAt: z.iso.datetime().optional(),
    }),
    accounts: z
      .object({
        discoveredAt: z.iso.datetime().optional(),
        defaultAccountId: z.string().optional(),
        defaultCustomerId: z.string().optional(),
        choiceOpen: z
          .boolean()
          .describe('Whether a connected tenant has no default account. A vend must then name one.'),
        cut: z.literal(true).describe(cutMeaning).optional(),
        readSoFar: z.int().describe(readSoFarMeaning).optional(),
        outstanding: z
          .literal(true)
          .describe(
            'The accounts of the last sign-in aren’t stored yet. The first sweep after five minutes discovers them. `POST …/accounts/discover` does it at once.',
          )
          .optional(),
      })
      .describe('What is known of the tenant’s accounts.'),
  })
  .meta({ id: 'Tenant', description: 'A tenant, as its apps see it.' })

/** A {@link tenantView}'s value. */
export type TenantView = z.infer<typeof tenantView>

/**
 * Shows a tenant to its apps: everything they can act on, without tokens or references.
 * @param config default is no admin-consent link.
 */
export function toTenantView(
  row: Tenant | Omit<DamagedTenant, 'etag'>,
  now: Date,
  config?: AdminConsentConfig,
): TenantView {
  const tenant = isDamaged(row) ? row.remains : row
  const { grant, trouble, accessToken, defaultAccount } = tenant
  const marks = marksOfGeneration(tenant.accountsGeneration)
  return withoutUndefined({
    tenant: tenant.tenant,
    environment: tenant.environment,
    status: tenant.status,
    displayName: tenant.displayName,
    createdAt: tenant.createdAt.toISOString(),
    connection: grant && toConnectionView(grant),
    reauthorizationReason: tenant.reauthorizationReason,
    adminConsentUrl: config && !isDamaged(row) ? adminConsentUrlOf(config, row) : undefined,
    advertisingRefusal: tenant.advertisingRefusal,
    confirmationPending: tenant.pendingGrant !== undefined && tenant.pendingGrant.expiresAt > now,
    secretsToDestroy: tenant.secretsToDestroy?.length,
    damaged: isDamaged(row) ? row.damaged : undefined,
    refresh: {
      lastRefreshedAt: accessToken?.refreshedAt.toISOString(),
      accessTokenExpiresAt: accessToken?.expiresAt.toISOString(),
      failedAttempts: trouble?.attempts ?? 0,
      failureReason: trouble?.reason,
      nextAttemptAt: trouble?.nextAttemptAt.toISOString(),
      dueAt: tenant.dueAt?.toISOString(),
    },
    accounts: {
      discoveredAt: tenant.discoveredAt?.toISOString(),
      defaultAccountId: defaultAccount?.accountId,
      defaultCustomerId: defaultAccount?.customerId,
      choiceOpen: tenant.status === 'connected' && !defaultAccount,
      cut: marks.isCut || undefined,
      readSoFar: marks.readSoFar,
      outstanding: tenant.accountsOutstanding,
    },
  }) as TenantView
}

/** Shows a consent to apps. */
export function toConnectionView(grant: Grant): z.infer<typeof connectionView> {
  return {
    identityProvider: grant.identityProvider,
    accountKind: grant.accountKind,
    consentedBy: grant.consenter.hint,
    consentedAt: grant.consentedAt.toISOString(),
  }
}

/** One event of a tenant's history, as its apps see it. */
export const eventView = z
  .object({
    type: z.enum(tenantEventTypes),
    at: z.iso.datetime(),
    detail: z.string(),
    // Each a string, a number, or a boolean: no generator expresses that.
    data: z.record(z.string(), z.unknown()).optional(),
    connect: connectHintView
      .describe('The request that creates the right connect session. Send it unchanged.')
      .optional(),
  })
  .meta({ id: 'TenantEvent', description: 'Something that happened to a tenant.' })

/** Shows an event to the tenant's apps. */
export function toEventView(event: TenantEvent, connect?: ConnectHint): z.infer<typeof eventView> {
  const { type, at, detail, data } = event
  return {
    type,
    at: at.toISOString(),
    detail,
    ...(data && { data: { ...data } }),
    ...(connect && { connect }),
  }
}

/** JSON omits undefined members; this does the same at every depth, for types that exclude undefined. */
function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
