/** Tenants of the ground. `hidden` belongs to the other workspace, and nobody there touches it. */
export const tenants = {
  /** With one account. */
  steady: 'fuzz-steady',
  /** With several accounts. */
  several: 'fuzz-several',
  pending: 'fuzz-pending',
  hidden: 'fuzz-hidden',
  other: 'fuzz-other',
} as const

const { hidden, other, pending, several, steady } = tenants
const fresh = Array.from({ length: 12 }, (_, index) => `fuzz-new-${index}`)

/** Values that fields of a name often have, so that requests get behind the first check. */
export const known: Readonly<Record<string, readonly string[]>> = {
  tenant: [
    steady,
    steady,
    steady,
    steady,
    several,
    pending,
    hidden,
    hidden,
    other,
    '@@sessionTenant@@',
    '@@confirmTenant@@',
    ...fresh,
  ],
  service: [
    'customerManagement',
    'customerManagement',
    'customerManagement',
    'campaignManagement',
    'reporting',
    'bulk',
    'customerBilling',
    'adInsight',
  ],
  path: [
    'User/Query',
    'User/Query',
    'User/Query',
    'Accounts/Search',
    'Campaigns/QueryByAccountId',
    'GenerateReport/Submit',
    'CustomersInfo/Query',
  ],
  session: ['@@session@@', '@@session@@', '@@sessionId@@', '@@confirmSession@@', '@@otherSessionId@@'],
  state: ['@@state@@'],
  choice: ['@@choice@@'],
  question: ['@@question@@'],
  code: ['@@sent@@', '@@confirmationCode@@'],
  iss: ['@@issuer@@'],
  continuation: ['@@continuation@@'],
  accountId: ['@@account@@', '@@otherAccount@@'],
  customerId: ['@@customer@@', '@@otherCustomer@@'],
  account: ['@@otherAccount@@'],
  default: ['@@account@@', '@@otherAccount@@'],
  selected: ['@@otherAccount@@'],
  accounts: ['@@account@@'],
  go: ['choose', 'later', 'search', 'back', 'page-2'],
  step: ['default'],
  scope: ['all', 'these', 'https://ads.microsoft.com/msads.manage offline_access'],
  answer: ['connect', 'another'],
  refreshToken: ['@@refreshToken@@', '@@sent@@'],
  returnUrl: ['@@returnUrl@@'],
  loginHint: ['ada@outlook.example'],
  grant_type: [
    'client_credentials',
    'client_credentials',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ],
  refresh_token: [steady, other, '@@sent@@'],
  client_secret: ['@@callerSecret@@', '@@sent@@'],
  client_id: ['@@clientId@@'],
  client_assertion: ['@@callerToken@@', '@@sent@@'],
  subject_token: [steady, '@@sent@@'],
  client_assertion_type: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
}
