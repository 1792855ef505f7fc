import { brokerVerbs } from '../options.ts'

/** A verb of `npm run broker`. */
export type VerbName = keyof typeof brokerVerbs

/** Whether a word names a verb. */
export function isVerb(name: string): name is VerbName {
  return Object.hasOwn(brokerVerbs, name)
}

/** Options with the same meaning for every verb. */
const shared = {
  url: '<url>  the broker; otherwise BROKER_URL, otherwise http://127.0.0.1:7071',
  'token-file': '<file>  the bearer token; otherwise BROKER_TOKEN, otherwise an own login (see below)',
  json: 'prints JSON, also for an error',
  help: 'prints this',
  tenant: '<tenant>  required',
  settings: '<file>  the broker’s settings, like local.settings.json; otherwise the environment',
}

type OwnOptions<V extends VerbName> = Exclude<keyof (typeof brokerVerbs)[V]['options'], keyof typeof shared>

interface Help<V extends VerbName> {
  /** What follows the verb. Default is only options. */
  readonly words?: string
  readonly what: string
  readonly options: Readonly<Record<OwnOptions<V>, string>>
  /** The meaning of `--tenant`, unless it's required. */
  readonly tenant?: string
}

const account = '<id or number>  the account; otherwise the default one'
const customer = '<id>  the customer through which the account is reached; otherwise the strongest'

const verbs: { readonly [V in VerbName]: Help<V> } = {
  connect: {
    what: 'Prints a link with which an advertiser connects the tenant, and waits for the consent',
    options: {
      environment: 'production or sandbox; production unless told',
      'return-url': '<url>  where the browser goes afterwards; otherwise the workspace’s first one',
      'display-name': '<name>  the advertiser’s name, as pages show it',
      'login-hint': '<user name>  the person who is meant to sign in',
      'sign-in-with': 'personal, work, or google: the only kind of account that is accepted',
      'expires-in': '<seconds>  how long the link works; 900 unless told',
      'allow-different-user': 'lets someone else reconnect the tenant',
      open: 'opens the link in this machine’s browser',
      'no-wait': 'leaves as soon as the link is printed',
    },
  },
  tenants: {
    what: 'Lists the workspace’s tenants, or shows one',
    options: {},
    tenant: '<tenant>  shows only this one, in detail',
  },
  accounts: {
    what: 'Lists the accounts that a tenant can reach',
    options: {
      search: '<text>  part of a name, number, ID, or customer name',
      usable: 'only accounts that can be vended',
      discover: 'asks Microsoft Advertising again first',
    },
  },
  vend: {
    what: 'Vends a token, and shows what belongs to it, but not the token',
    options: {
      account,
      customer,
      'min-validity': '<seconds>  how long the token must be valid',
      'show-token': 'prints the headers of a call with both tokens, as curl -H @- reads them',
    },
  },
  call: {
    words: '<Service>/<operation>',
    what: 'Calls Microsoft Advertising through the broker, which adds the credentials',
    options: {
      account,
      customer,
      method: '<method>  POST unless told',
      body: '<file>  the JSON to send, or - for standard input; {} unless told',
    },
  },
  report: {
    words: '[<report>]',
    what: 'Writes a report’s or entities’ rows to a file or to standard output',
    options: {
      account,
      columns: '<names>  Microsoft’s names of the columns, separated by commas',
      from: '<date>  the first day, such as 2026-11-01',
      to: '<date>  the last day',
      period: '<name>  instead of from and to; LastSevenDays unless told',
      'time-zone': '<name>  Microsoft’s name of the time zone in which a day ends; Pacific time unless told',
      aggregation: '<name>  Daily with the column TimePeriod, otherwise Summary, unless told',
      accounts: '<ids>  the accounts that it’s about, separated by commas; otherwise the account to call',
      campaigns: '<ids>  only these campaigns of the account to call',
      filter:
        '<element>=<values>  only what has one of these values, separated by commas, such as DeviceType=Tablet; repeatable',
      'complete-only': 'refuses days whose data isn’t complete yet',
      entities:
        '<names>  instead of a report: campaigns, adGroups, ads, keywords, targets, audiences, assets',
      'changed-since': '<time>  only entities that changed after it, which the last run told',
      format: 'csv or ndjson; otherwise csv for an output that ends in .csv, and ndjson for any other',
      output: '<file>  which appears only when it’s whole; otherwise standard output',
    },
  },
  events: {
    what: 'Lists what happened to a tenant, newest first',
    options: { limit: '<number>  at most 200; 20 unless told' },
  },
  diagnose: {
    what: 'Tests a tenant’s credentials live, or explains a failed call',
    options: {
      answer: '<file>  the failed answer; otherwise standard input, otherwise a live test',
      status: '<status>  the HTTP status, if the answer doesn’t show it',
      called: '<host>  where the call went',
      'customer-id': '<id>  CustomerId, as it was sent',
      'account-id': '<id>  CustomerAccountId, as it was sent',
    },
  },
  disconnect: {
    what: 'Destroys a tenant’s grant, after you have typed its ID',
    options: { yes: 'doesn’t ask' },
  },
  'refuse-app': {
    words: '<client ID>',
    what: 'Refuses every call of an app, within a minute',
    options: {
      reason: '<text>  kept for refused-apps; the app never sees it',
      workspace: '<workspace>  changes nothing unless the app is in this one',
    },
  },
  'allow-app': {
    words: '<client ID>',
    what: 'Lets a refused app in again',
    options: { workspace: '<workspace>  changes nothing unless the app is in this one' },
  },
  'refused-apps': { what: 'Lists the refused apps', options: {} },
  'unserved-tenants': {
    what: 'Lists the tenants whose environment or identity provider the settings no longer have',
    options: { disconnect: 'disconnects each' },
  },
  'offboard-workspace': {
    words: '<workspace>',
    what: 'Lists a workspace’s tenants',
    options: { disconnect: 'disconnects each first' },
  },
}

/** The help of a verb: its options, the logins, and the exit statuses. */
export function helpFor(name: VerbName): string {
  const { options, tenant = shared.tenant, what, words }: Help<VerbName> = verbs[name]
  const meanings: Readonly<Record<string, string>> = { ...shared, tenant, ...options }
  const names = Object.keys(brokerVerbs[name].options)
  const width = Math.max(...names.map((option) => option.length))
  return [
    `npm run broker -- ${[name, words, '[options]'].filter(Boolean).join(' ')}`,
    `${what}.`,
    '',
    ...names.toSorted(ownFirst).map((option) => `  --${option.padEnd(width)}  ${meanings[option]}`),
    '',
    ...('settings' in brokerVerbs[name].options ? [] : logins),
    statuses,
  ].join('\n')
}

/** The help of the command: a line for each verb. */
export function helpForAll(): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length))
  return [
    'npm run broker -- <verb> [options]',
    '',
    ...Object.entries(verbs).map(([name, { what }]) => `  ${name.padEnd(width)}  ${what}`),
    '',
    'npm run broker -- <verb> --help  has the options.',
  ].join('\n')
}

const ownFirst = (one: string, other: string) =>
  Number(Object.hasOwn(shared, one)) - Number(Object.hasOwn(shared, other))

const logins = [
  'Without a given token, the command logs in by itself: as the app AZURE_CLIENT_ID, with AZURE_CLIENT_SECRET,',
  'AZURE_CLIENT_CERTIFICATE_PATH, or AZURE_FEDERATED_TOKEN_FILE; otherwise with your az login. The broker says where.',
  'A person has at most the role Broker.Operate, and these verbs need roles of apps.',
]
const statuses =
  'Exit status: 0 done, 1 refused, failed, or at fault, 2 the command line, the login, or the address doesn’t work.'
