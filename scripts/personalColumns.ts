/** What a column says about a person; undefined if it says nothing. */
type About = string | undefined

const who = 'who consented: the person’s id at the identity provider'
const masked = 'who consented, masked'
const typed = 'the name typed at sign-in, sealed'
const account = 'the person’s kind of account, its directory, and when the person consented'
const atMicrosoft = 'the person’s id at Microsoft Advertising'
const grant = 'where the refresh token is; with sealed grants, the token itself'
const token = 'the access token, sealed'
const awaited = 'the same of a person whose consent isn’t confirmed yet'
const refused = 'why Microsoft or Microsoft Advertising doesn’t accept the person, and since when'
const advertiser = 'the advertiser’s name, as the app gave it'
const reachable = 'accounts and customers that the person can reach'

/** Every column of a tenant's row. */
export const tenantRow: Readonly<Record<string, About>> = {
  ...nothing('workspace', 'tenant', 'environment', 'status', 'createdAt', 'grantId'),
  displayName: advertiser,
  grantReference: grant,
  ...nothing('grantIdentityProvider', 'grantScopes', 'grantUnproven'),
  grantAccountKind: account,
  grantAuthorityTenant: account,
  grantConsentedAt: account,
  grantIssuer: who,
  grantSubject: who,
  grantHint: masked,
  grantAdvertisingUserId: atMicrosoft,
  grantSignInNameSealed: typed,
  accessTokenSealed: token,
  ...nothing(
    'accessTokenExpiresAt',
    'accessTokenRefreshedAt',
    'accessTokenReplaced',
    'leaseId',
    'leaseUntil',
  ),
  ...nothing('troubleAttempts', 'troubleReason', 'troubleTraceId', 'troubleNextAttemptAt'),
  ...nothing('troubleUnknownAnswers', 'troubleActor', 'troubleStuckSince', 'troubleToldAt'),
  ...nothing('troubleNextVendAttemptAt', 'troubleSuspectedSince'),
  pendingGrant: awaited,
  ...nothing('confirmed', 'leftovers', 'uncommittedSecrets', 'accountsGeneration', 'discoveredAt'),
  ...nothing('accountsOutstanding', 'defaultAccountId', 'defaultCustomerId', 'lastVendedAt', 'dueAt'),
  advertisingRefusalReason: refused,
  advertisingRefusalSince: refused,
  reauthorizationReason: refused,
  ...nothing(
    'claims',
    'disconnectCount',
    'spentSessions',
    'disconnectedAt',
    'disconnectMarkOwed',
    'writeIds',
  ),
}

/** Another place in which something about a person is stored. */
export interface OtherPlace {
  /** The heading in `docs/storage.md`. */
  readonly heading: string
  /** The name in the table. Default is the heading. */
  readonly where?: string
  readonly columns: Readonly<Record<string, About>>
  /** What becomes of all its columns after a disconnect. */
  readonly end: string
}

/** Every table with columns, besides that of the tenant's row. */
export const otherPlaces: readonly OtherPlace[] = [
  {
    heading: '### Rows `account:<generation>:<account>:<customer>`',
    where: '`Tenants` `account`, `number`',
    columns: {
      accountId: reachable,
      number: reachable,
      name: reachable,
      customerId: reachable,
      customerName: reachable,
      ownerCustomerId: reachable,
      roleId: 'the person’s role there',
      ways: 'the person’s role there',
      ...nothing('lifeCycleStatus', 'pauseReason', 'accountMode', 'linked', 'reachUnknown'),
      ...nothing('currencyCode', 'timeZone', 'financialStatus', 'lastModifiedAt'),
      ...nothing('usable', 'note', 'selected'),
    },
    end: 'removed at once, and again by the sweep after five minutes',
  },
  {
    heading: '### Rows `event:<countdown>:<random>`',
    where: '`Tenants` `event`',
    columns: {
      ...nothing('type', 'at'),
      detail: 'masked names, and names and ids of accounts',
      data: 'masked names, and names and ids of accounts',
    },
    end: 'stays until `TENANT_EVENT_DAYS`, or until its tenant’s row goes',
  },
  {
    heading: '## `TenantsByWorkspace`',
    columns: { ...nothing('tenant'), summary: advertiser },
    end: 'goes with the tenant’s row',
  },
  {
    heading: '## `RefreshDue`',
    columns: nothing('workspace', 'tenant', 'environment', 'identityProvider', 'dueAt'),
    end: '',
  },
  {
    heading: '## `SignIns`',
    where: '`SignIns`, all kinds',
    columns: {
      ...nothing('kind', 'expiresAt'),
      value: 'the app’s login hint, or the masked name, [by kind](#table-rows)',
    },
    end: 'void at once; removed after it expires, within 8 days',
  },
  {
    heading: '## `BrokerState`',
    where: '`BrokerState` `hold`',
    columns: {
      value: 'hashes of up to a few people, or of their tenants, whom our registration couldn’t refresh',
      ...nothing('app', 'refused', 'refusalChangedAt', 'refusalReason'),
    },
    end: 'stays until a refresh works',
  },
]

function nothing(...columns: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(columns.map((column) => [column, undefined]))
}
