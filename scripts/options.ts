import type { ParseArgsConfig } from 'node:util'
import { startOptions } from '../local/startOptions.ts'
import type { AddressRules } from './parseAddress.ts'

/** `--settings` names a file in the format of the Functions host's `local.settings.json`. */
const settings = { settings: { type: 'string' } } as const

/** Options for the address and the token of commands that call a running broker. */
export const callOptions = {
  url: { type: 'string' },
  'token-file': { type: 'string' },
} as const

/** The options of any command that take an address, each with an example. */
export const addressOptions: Readonly<Record<string, AddressRules>> = {
  url: { example: 'https://broker.example.com' },
  'return-url': { example: 'https://app.example.com/connected' },
  vault: { example: 'https://<name>.vault.azure.net', schemes: ['https'] },
}

/** Options of `npm run setup`. */
export const setupOptions = {
  name: { type: 'string', default: 'msads-broker' },
  'resource-group': { type: 'string' },
  location: { type: 'string' },
  environment: { type: 'string', multiple: true },
  app: { type: 'string', multiple: true },
  'return-url': { type: 'string', multiple: true },
  'alert-email': { type: 'string', multiple: true },
  plan: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** Options of `npm run deploy`. */
export const deployOptions = {
  name: { type: 'string' },
  parameters: { type: 'string' },
  'resource-group': { type: 'string' },
  accept: { type: 'string', multiple: true },
  package: { type: 'string' },
  'rollback-to': { type: 'string' },
  check: { type: 'boolean', default: false },
  plan: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** Options of `npm run doctor`. */
export const doctorOptions = {
  ...settings,
  ...callOptions,
  tenant: { type: 'string' },
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  category: { type: 'string' },
} as const

/** Options of each verb that calls the broker's API. */
const apiOptions = { ...callOptions, json: { type: 'boolean' }, help: { type: 'boolean' } } as const

/** Options of each verb that calls it for one tenant. */
const tenantOptions = { ...apiOptions, tenant: { type: 'string' } } as const

/** Options of each verb that needs the broker's settings. */
const operatorOptions = { ...settings, help: { type: 'boolean' } } as const

/** Options of `npm run diagnose`, and of the verb `diagnose`. */
const diagnoseOptions = {
  ...tenantOptions,
  answer: { type: 'string' },
  status: { type: 'string' },
  called: { type: 'string' },
  'customer-id': { type: 'string' },
  'account-id': { type: 'string' },
} as const

/** Options of `npm run import`, besides the file. */
export const importOptions = {
  ...callOptions,
  'dry-run': { type: 'boolean' },
  'retry-refused': { type: 'boolean' },
  rate: { type: 'string', default: '5' },
} as const

/** Options of `npm run migrate-grants`. */
export const migrateOptions = {
  ...settings,
  to: { type: 'string' },
  // A vault takes 30 new versions a second (key-vault/general/service-limits).
  concurrency: { type: 'string', default: '8' },
} as const

/** Options of `npm run rotate-sealing-key`. */
export const sealingKeyOptions = {
  ...settings,
  vault: { type: 'string' },
  prune: { type: 'boolean', default: false },
} as const

/** Options of `npm run rebuild-tables`. */
export const rebuildOptions = {
  ...settings,
  'dry-run': { type: 'boolean', default: false },
  wait: { type: 'boolean', default: false },
} as const

/** Options of `npm run backup`. */
export const backupOptions = settings

/** Options of `npm run restore`. */
export const restoreOptions = { ...rebuildOptions, backup: { type: 'string' } } as const

/** Options of `npm run years`. */
export const yearsOptions = {
  days: { type: 'string', default: '730' },
  store: { type: 'string', default: 'both' },
  seed: { type: 'string', default: '1' },
  tenants: { type: 'string', default: '800' },
} as const

/** Options of `npm run simulate`. */
export const simulateOptions = {
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '1' },
  strict: { type: 'boolean', default: false },
  replay: { type: 'string' },
} as const

/** Options of `npm run fuzz`. */
export const fuzzOptions = {
  requests: { type: 'string', default: '200000' },
  seed: { type: 'string', default: '1' },
  path: { type: 'string' },
  // `local` or `platform`; both without it.
  host: { type: 'string' },
} as const

/** The verbs of `npm run broker`. */
export const brokerVerbs = {
  connect: {
    options: {
      ...tenantOptions,
      environment: { type: 'string' },
      'return-url': { type: 'string' },
      'display-name': { type: 'string' },
      'login-hint': { type: 'string' },
      'sign-in-with': { type: 'string' },
      'expires-in': { type: 'string' },
      'allow-different-user': { type: 'boolean' },
      open: { type: 'boolean' },
      'no-wait': { type: 'boolean' },
    },
    required: ['tenant'],
  },
  tenants: { options: tenantOptions },
  accounts: {
    options: {
      ...tenantOptions,
      search: { type: 'string' },
      usable: { type: 'boolean' },
      discover: { type: 'boolean' },
    },
    required: ['tenant'],
  },
  vend: {
    options: {
      ...tenantOptions,
      account: { type: 'string' },
      customer: { type: 'string' },
      'min-validity': { type: 'string' },
      'show-token': { type: 'boolean' },
    },
    required: ['tenant'],
  },
  call: {
    options: {
      ...tenantOptions,
      account: { type: 'string' },
      customer: { type: 'string' },
      method: { type: 'string' },
      body: { type: 'string' },
    },
    required: ['tenant'],
    words: 1,
  },
  report: {
    options: {
      ...tenantOptions,
      account: { type: 'string' },
      columns: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      period: { type: 'string' },
      'time-zone': { type: 'string' },
      aggregation: { type: 'string' },
      accounts: { type: 'string' },
      campaigns: { type: 'string' },
      filter: { type: 'string', multiple: true },
      'complete-only': { type: 'boolean' },
      entities: { type: 'string' },
      'changed-since': { type: 'string' },
      format: { type: 'string' },
      output: { type: 'string' },
    },
    required: ['tenant'],
    words: 1,
  },
  events: { options: { ...tenantOptions, limit: { type: 'string' } }, required: ['tenant'] },
  diagnose: { options: diagnoseOptions, required: ['tenant'] },
  disconnect: { options: { ...tenantOptions, yes: { type: 'boolean' } }, required: ['tenant'] },
  'refuse-app': {
    options: { ...operatorOptions, reason: { type: 'string' }, workspace: { type: 'string' } },
    words: 1,
  },
  'allow-app': { options: { ...operatorOptions, workspace: { type: 'string' } }, words: 1 },
  'refused-apps': { options: operatorOptions },
  'unserved-tenants': { options: { ...operatorOptions, disconnect: { type: 'boolean', default: false } } },
  'offboard-workspace': {
    options: { ...operatorOptions, disconnect: { type: 'boolean', default: false } },
    words: 1,
  },
} as const satisfies Record<string, CommandLine>

/** The arguments of a command in `package.json`. */
export interface CommandLine {
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** Required options. Default is none. */
  readonly required?: readonly string[]
  /** The number of arguments besides options. Default is none. */
  readonly words?: number
  /** What usage calls them. */
  readonly argument?: string
  /** The page that explains the options. Default is `docs/commands.md`. */
  readonly page?: string
  /** Verbs, each with its own arguments; the first word names one. */
  readonly verbs?: Readonly<Record<string, CommandLine>>
}

/** The commands that pages tell people to run, by their name in `package.json`; pages are checked against them. */
export const commandLines = {
  start: { options: startOptions },
  broker: { options: { help: { type: 'boolean' } }, verbs: brokerVerbs },
  setup: { options: setupOptions },
  deploy: { options: deployOptions },
  doctor: { options: doctorOptions },
  diagnose: { options: diagnoseOptions, required: ['tenant'] },
  import: { options: importOptions, words: 1, argument: '<file>', page: 'docs/bring-a-grant.md' },
  'migrate-grants': { options: migrateOptions, required: ['to'] },
  'rotate-sealing-key': { options: sealingKeyOptions },
  'rebuild-tables': { options: rebuildOptions },
  backup: { options: backupOptions },
  restore: { options: restoreOptions },
  simulate: { options: simulateOptions, page: 'docs/simulator.md' },
  years: { options: yearsOptions, page: 'docs/simulator.md' },
  fuzz: { options: fuzzOptions, page: 'CONTRIBUTING.md' },
} as const satisfies Record<string, CommandLine>
