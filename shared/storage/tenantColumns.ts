import * as z from 'zod'
import { tenantStatuses } from '../domain/tenant.ts'
import { accountKinds, environments, identityProviders } from '../environment.ts'

/**
 * The type of a column: `name` is a nonempty text, `reason` is a word from the table of reasons, `reference`
 * names the place of a refresh token, `sealed` is a JWE, `claims` is a claims challenge as it was sent, `words` are
 * joined by spaces, `json` is a document with dates as ISO 8601.
 */
type ColumnType =
  | 'name'
  | 'text'
  | 'reason'
  | 'reference'
  | 'sealed'
  | 'claims'
  | 'number'
  | 'flag'
  | 'date'
  | 'words'
  | 'json'

/** One column of {@link tenantColumns}. */
export interface TenantColumn {
  /** Its path in `Tenant`. */
  readonly path: string
  readonly type: ColumnType
  readonly values?: readonly string[]
  /** Whether it can be missing if other columns of the same object are set. */
  readonly isOptional?: true
}

/** Every column of a tenant row. */
export const tenantColumns: Readonly<Record<string, TenantColumn>> = {
  workspace: { path: 'workspace', type: 'name' },
  tenant: { path: 'tenant', type: 'name' },
  environment: { path: 'environment', type: 'name', values: environments },
  status: { path: 'status', type: 'name', values: tenantStatuses },
  displayName: { path: 'displayName', type: 'text' },
  createdAt: { path: 'createdAt', type: 'date' },
  grantId: { path: 'grant.id', type: 'name', isOptional: true },
  grantReference: { path: 'grant.reference', type: 'reference' },
  grantIdentityProvider: { path: 'grant.identityProvider', type: 'name', values: identityProviders },
  grantScopes: { path: 'grant.scopes', type: 'words' },
  grantAccountKind: { path: 'grant.accountKind', type: 'name', values: accountKinds },
  grantAuthorityTenant: { path: 'grant.authorityTenant', type: 'text' },
  grantIssuer: { path: 'grant.consenter.issuer', type: 'text' },
  grantSubject: { path: 'grant.consenter.subject', type: 'text' },
  grantHint: { path: 'grant.consenter.hint', type: 'text' },
  grantConsentedAt: { path: 'grant.consentedAt', type: 'date' },
  grantAdvertisingUserId: { path: 'grant.advertisingUserId', type: 'text' },
  grantSignInNameSealed: { path: 'grant.signInNameSealed', type: 'sealed', isOptional: true },
  grantUnproven: { path: 'grant.unproven', type: 'flag', isOptional: true },
  accessTokenSealed: { path: 'accessToken.sealed', type: 'sealed' },
  accessTokenExpiresAt: { path: 'accessToken.expiresAt', type: 'date' },
  accessTokenRefreshedAt: { path: 'accessToken.refreshedAt', type: 'date' },
  accessTokenReplaced: { path: 'accessToken.replaced', type: 'flag', isOptional: true },
  leaseId: { path: 'lease.id', type: 'name' },
  leaseUntil: { path: 'lease.until', type: 'date' },
  troubleAttempts: { path: 'trouble.attempts', type: 'number' },
  troubleReason: { path: 'trouble.reason', type: 'reason' },
  troubleTraceId: { path: 'trouble.traceId', type: 'text' },
  troubleNextAttemptAt: { path: 'trouble.nextAttemptAt', type: 'date' },
  troubleUnknownAnswers: { path: 'trouble.unknownAnswers', type: 'number', isOptional: true },
  troubleActor: { path: 'trouble.actor', type: 'text', isOptional: true },
  troubleStuckSince: { path: 'trouble.stuckSince', type: 'date', isOptional: true },
  troubleToldAt: { path: 'trouble.toldAt', type: 'date', isOptional: true },
  troubleNextVendAttemptAt: { path: 'trouble.nextVendAttemptAt', type: 'date', isOptional: true },
  troubleSuspectedSince: { path: 'trouble.suspectedSince', type: 'date', isOptional: true },
  pendingGrant: { path: 'pendingGrant', type: 'json' },
  confirmed: { path: 'confirmed', type: 'json' },
  leftovers: { path: 'secretsToDestroy', type: 'words' },
  uncommittedSecrets: { path: 'uncommittedSecrets', type: 'json' },
  accountsGeneration: { path: 'accountsGeneration', type: 'name' },
  discoveredAt: { path: 'discoveredAt', type: 'date' },
  accountsOutstanding: { path: 'accountsOutstanding', type: 'flag' },
  defaultAccountId: { path: 'defaultAccount.accountId', type: 'name' },
  defaultCustomerId: { path: 'defaultAccount.customerId', type: 'name' },
  lastVendedAt: { path: 'lastVendedAt', type: 'date' },
  dueAt: { path: 'dueAt', type: 'date' },
  advertisingRefusalReason: { path: 'advertisingRefusal.reason', type: 'name' },
  advertisingRefusalSince: { path: 'advertisingRefusal.since', type: 'date' },
  reauthorizationReason: { path: 'reauthorizationReason', type: 'reason' },
  claims: { path: 'claims', type: 'claims' },
  disconnectCount: { path: 'disconnectCount', type: 'number' },
  spentSessions: { path: 'spentSessions', type: 'words' },
  disconnectedAt: { path: 'disconnectedAt', type: 'date' },
  disconnectMarkOwed: { path: 'owesMark', type: 'flag' },
  writeIds: { path: 'writeIds', type: 'words' },
}

const text = z.string()
const storedGrant = z.looseObject({
  reference: text,
  identityProvider: z.enum(identityProviders),
  scopes: z.array(text),
  accountKind: z.enum(accountKinds),
  authorityTenant: text,
  consenter: z.looseObject({ issuer: text, subject: text, hint: text }),
  consentedAt: z.date(),
  signInNameSealed: text.optional(),
  unproven: z.literal(true).optional(),
})
const storedToken = z.looseObject({ sealed: text, expiresAt: z.date(), refreshedAt: z.date() })
const storedChoice = z.looseObject({ returnUrl: text, browserHash: text, answerId: text })

/** The required contents of a JSON column; further members are kept. */
export const jsonColumns: Readonly<Record<string, z.ZodType>> = {
  pendingGrant: z.looseObject({
    environment: z.enum(environments),
    grant: storedGrant,
    sessionId: text,
    codeHash: text,
    expiresAt: z.date(),
    accessToken: storedToken,
    accountsGeneration: text,
    accountsOutstanding: z.literal(true).optional(),
    choice: storedChoice.optional(),
  }),
  uncommittedSecrets: z.array(z.looseObject({ reference: text, until: z.date() })),
  confirmed: z.looseObject({
    sessionId: text,
    codeHash: text,
    until: z.date(),
    choice: storedChoice.optional(),
  }),
}
