/** An example of an operation's input and answer; a test checks it against the schemas. */
export interface OperationExample {
  readonly body?: unknown
  readonly response?: unknown
}

const tenant = {
  tenant: 'acme',
  environment: 'production',
  status: 'connected',
  displayName: 'Acme Shoes',
  createdAt: '2026-11-20T09:12:44.120Z',
  connection: {
    identityProvider: 'microsoft',
    accountKind: 'work',
    consentedBy: 'a…@acme.example',
    consentedAt: '2026-11-20T09:14:02.551Z',
  },
  confirmationPending: false,
  refresh: {
    lastRefreshedAt: '2026-11-23T16:01:10.004Z',
    accessTokenExpiresAt: '2026-11-23T17:00:00.000Z',
    failedAttempts: 0,
    dueAt: '2026-11-23T16:47:12.000Z',
  },
  accounts: {
    discoveredAt: '2026-11-20T09:14:02.551Z',
    defaultAccountId: '180001001',
    defaultCustomerId: '251001001',
    choiceOpen: false,
  },
}

const account = {
  accountId: '180001001',
  number: 'F1234567',
  name: 'Acme Shoes',
  customerId: '251001001',
  customerName: 'Acme',
  ownerCustomerId: '251001001',
  linked: false,
  lifeCycleStatus: 'Active',
  currencyCode: 'USD',
  timeZone: 'PacificTimeUSCanadaTijuana',
  ianaTimeZone: 'America/Los_Angeles',
  financialStatus: 'ClearFinancialStatus',
  lastModifiedAt: '2026-11-01T09:00:00.000Z',
  accountMode: 'Expert',
  roleId: '41',
  ways: [{ customerId: '251001001', roleId: '41' }],
  usable: true,
  selected: true,
  default: true,
}

const sweepReport = {
  startedAt: '2026-11-23T16:00:00.012Z',
  sweep: '2026-11-23T16:00:00.012Z',
  due: 41,
  refreshed: 39,
  passedOn: 1,
  failed: { passing: 1 },
  stuck: {},
  handedOverShards: 0,
  leftOver: 0,
  unreadShards: 0,
  durationMilliseconds: 3120,
  oldestOverdueSeconds: 291,
  holds: [],
}

const vend = {
  tenant: 'acme',
  environment: 'production',
  accessToken: 'EwBwA8l6BAA…',
  tokenType: 'Bearer',
  expiresAt: '2026-11-23T17:00:00.000Z',
  expiresIn: 3240,
  developerToken: '012345679ABCDEF0',
  customerId: '251001001',
  accountId: '180001001',
  headers: {
    Authorization: 'Bearer EwBwA8l6BAA…',
    DeveloperToken: '012345679ABCDEF0',
    CustomerId: '251001001',
    CustomerAccountId: '180001001',
  },
  services: {
    customerManagement: 'https://clientcenter.api.bingads.microsoft.com/CustomerManagement/v13',
    campaignManagement: 'https://campaign.api.bingads.microsoft.com/CampaignManagement/v13',
    reporting: 'https://reporting.api.bingads.microsoft.com/Reporting/v13',
  },
}

const ready = {
  ready: false,
  checks: [
    { name: 'table Tenants', category: 'package', ok: true, detail: 'can be read and written' },
    {
      name: 'secret production-developer-token',
      category: 'operator',
      ok: false,
      detail: 'is missing',
      resolution:
        'az keyvault secret set --vault-name <vault> --name production-developer-token --file <file>',
    },
  ],
  holds: [],
  events: [],
  signIns: [
    {
      environment: 'production',
      identityProvider: 'microsoft',
      clientId: '1f2e3d4c-0000-0000-0000-000000000000',
      authorizeUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      scopes: ['https://ads.microsoft.com/msads.manage', 'openid', 'profile', 'offline_access'],
      redirectUri: 'https://broker.example.com/oauth/callback',
    },
  ],
  sweepSchedule: '0 */5 * * * *',
  lastSweep: { endedAt: '2026-11-23T16:00:03.132Z', ageSeconds: 97, report: sweepReport },
}

/** Examples by method and path. */
export const examples: Readonly<Record<string, OperationExample>> = {
  'POST v1/tenants/{tenant}/connect-sessions': {
    body: {
      environment: 'production',
      returnUrl: 'https://app.example.com/connected',
      loginHint: 'ann@acme.example',
      displayName: 'Acme Shoes',
    },
    response: {
      id: 'ar3a.7Wc2nYw0fT5kQ1vB8mZr4LxE6uHd9sJp',
      connectUrl: 'https://broker.example.com/oauth/authorize?session=ar2k.tmfCk7~ar3a.7Wc2nY',
      expiresAt: '2026-11-20T09:27:44.120Z',
    },
  },
  'POST v1/tenants/{tenant}/connect-sessions/{session}/confirm': {
    body: { code: 'Zk3nq2sW0m8v…' },
    response: {
      ...tenant,
      accounts: { discoveredAt: tenant.accounts.discoveredAt, choiceOpen: true },
      chooseAccountsUrl: 'https://broker.example.com/oauth/accounts?choice=ar2k.Xq8Lw',
    },
  },
  'GET v1/tenants/{tenant}/connect-sessions/{session}': {
    response: {
      session: 'ar3a.7Wc2nYw0fT5kQ1vB8mZr4LxE6uHd9sJp',
      state: 'confirmation_required',
      stateSince: '2026-11-20T09:14:02.733Z',
      linkExpiresAt: '2026-11-20T09:27:44.120Z',
      signIns: 1,
      expiresAt: '2026-11-20T09:29:02.551Z',
      connection: { ...tenant.connection, consentedBy: 'b…@acme.example' },
      userChanged: true,
      previousUser: 'a…@acme.example',
      accounts: 3,
      counts: { appeared: 0, lost: 1 },
      lost: [{ accountId: '180001001', number: 'F1234567', name: 'Acme Shoes' }],
    },
  },
  'GET v1/tenants/{tenant}/token': { response: vend },
  'POST v1/tenants/{tenant}/oauth/token': {
    response: {
      access_token: vend.accessToken,
      token_type: 'Bearer',
      expires_in: vend.expiresIn,
      refresh_token: 'handle-9c1f6a0d4be27835f1c60a9d3e5b7284c0d1e2f3',
      scope: 'https://ads.microsoft.com/msads.manage openid profile offline_access',
    },
  },
  'POST v1/tenants/{tenant}/downloads': {
    body: {
      report: {
        type: 'CampaignPerformance',
        columns: ['TimePeriod', 'CampaignId', 'Clicks', 'Spend'],
        from: '2026-11-01',
        to: '2026-11-27',
      },
    },
    response: { status: 'pending', handle: 'h2Qm0sVxq1Rk…' },
  },
  'GET v1/tenants/{tenant}/unified/organizations': {
    response: [
      {
        id: account.accountId,
        created_at: null,
        updated_at: account.lastModifiedAt,
        name: account.name,
        currency: account.currencyCode,
        timezone: account.ianaTimeZone,
        parent_id: account.ownerCustomerId,
        status: 'ACTIVE',
        account_number: account.number,
        managers: null,
        raw: { Id: account.accountId, AccountLifeCycleStatus: account.lifeCycleStatus },
        write: { methods: ['PUT', 'DELETE'], path: '/v1/tenants/acme/ads/customerManagement/Account' },
      },
    ],
  },
  'GET v1/tenants/{tenant}/unified/{objects}': {
    response: [
      {
        ...{ id: '1801010010', name: 'Brand', organization_id: '180001001', status: 'PAUSED', goal: null },
        raw: { Type: 'Campaign', Status: 'BudgetPaused', Id: '1801010010', Campaign: 'Brand' },
        write: {
          methods: ['PUT', 'DELETE'],
          path: '/v1/tenants/acme/ads/campaignManagement/Campaigns',
          headers: { 'X-Account-Id': '180001001' },
        },
      },
    ],
  },
  'GET v1/tenants/{tenant}/unified/reports': {
    response: [
      {
        ...{ id: null, organization_id: '180001001', currency: 'USD' },
        metrics: [
          {
            ...{ type: 'CLICKS', value: 31, dimension: 'DATE', dimension_value: '2026-11-01' },
            campaign: { id: '1801010010', name: 'Brand' },
          },
        ],
        raw: { TimePeriod: '2026-11-01', CampaignId: '1801010010', CampaignName: 'Brand', Clicks: 31 },
        write: null,
      },
    ],
  },
  'GET v1/tenants': { response: { tenants: [tenant], continuation: '1!48!…' } },
  'GET v1/tenants/{tenant}': { response: tenant },
  'DELETE v1/tenants/{tenant}': {
    response: {
      tenant: 'acme',
      environment: 'production',
      status: 'disconnected',
      createdAt: tenant.createdAt,
      confirmationPending: false,
      refresh: { failedAttempts: 0 },
      accounts: { discoveredAt: tenant.accounts.discoveredAt, choiceOpen: false },
    },
  },
  'GET v1/tenants/{tenant}/accounts': {
    response: { accounts: [account], discoveredAt: tenant.accounts.discoveredAt },
  },
  'GET v1/tenants/{tenant}/accounts/{account}': { response: account },
  'GET v1/tenants/{tenant}/events': {
    response: {
      events: [
        {
          type: 'tenant.connected',
          at: '2026-11-20T09:14:02.551Z',
          detail: 'a…@acme.example signed in; the tenant is connected.',
          data: { identityProvider: 'microsoft', accountKind: 'work' },
        },
      ],
    },
  },
  'GET health': { response: { status: 'ok' } },
  'GET health/canary': { response: { status: 'ok' } },
  'GET ready': { response: ready },
  'POST v1/sweeps': { response: sweepReport },
}
