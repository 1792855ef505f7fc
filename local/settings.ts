import { fileURLToPath } from 'node:url'
import { brokerAudiences, callingApps, homeDirectoryId } from './callers.ts'

/** The data folder of `npm start`. */
export const dataFolder = fileURLToPath(new URL('../.local', import.meta.url))

/** Where the stack's data stays, and for how long: `npm run reset` removes only {@link dataFolder}. */
export function describeDataFolder(folder: string): string {
  return folder.startsWith(dataFolder) ? '.local/ until npm run reset' : folder
}

/** A port of the local stack: its listener, and the variable that changes it. */
export interface LocalPort {
  readonly port: number
  /** The listener's name in messages. */
  readonly what: string
  readonly variable: string
}

/** The ports of the local stack, by part; the broker is the first. */
export const defaultPorts = {
  broker: { port: 7071, what: 'the broker', variable: 'LOCAL_BROKER_PORT' },
  blob: { port: 10_000, what: 'Azurite’s blobs', variable: 'LOCAL_BLOB_PORT' },
  queue: { port: 10_001, what: 'Azurite’s queues', variable: 'LOCAL_QUEUE_PORT' },
  table: { port: 10_002, what: 'Azurite’s tables', variable: 'LOCAL_TABLE_PORT' },
  vault: { port: 8443, what: 'the key vault', variable: 'LOCAL_VAULT_PORT' },
  grantVault: { port: 8444, what: 'the second vault, for grants', variable: 'LOCAL_GRANT_VAULT_PORT' },
  identityEndpoint: {
    port: 8441,
    what: 'the managed identity endpoint',
    variable: 'LOCAL_IDENTITY_ENDPOINT_PORT',
  },
  signIn: { port: 8400, what: 'sign-in as at Microsoft', variable: 'LOCAL_SIGN_IN_PORT' },
  secureSignIn: {
    port: 8404,
    what: 'the same sign-in, over HTTPS',
    variable: 'LOCAL_SECURE_SIGN_IN_PORT',
  },
  google: { port: 8401, what: 'sign-in as at Google', variable: 'LOCAL_GOOGLE_PORT' },
  advertising: { port: 8402, what: 'Microsoft Advertising', variable: 'LOCAL_ADVERTISING_PORT' },
  collector: { port: 4318, what: 'the telemetry collector', variable: 'LOCAL_COLLECTOR_PORT' },
  returnPage: { port: 8403, what: 'the page that a sign-in returns to', variable: 'LOCAL_RETURN_PAGE_PORT' },
} as const satisfies Record<string, LocalPort>

/** A part's name: a key of {@link defaultPorts}. */
export type PortName = keyof typeof defaultPorts

/** A port number for each part. */
export type Ports = Readonly<Record<PortName, number>>

/** A variable's value isn't a port. */
export class PortError extends Error {
  override readonly name = 'PortError'
}

/**
 * Reads the ports from the environment; unset variables have defaults.
 * @throws PortError that names the variable if its value isn't a port.
 */
export function readPorts(env: Readonly<Record<string, string | undefined>>): Ports {
  const entries = Object.entries(defaultPorts).map(([name, { port, variable }]) => {
    const text = env[variable] || String(port)
    if (/^\d+$/.test(text) && Number(text) > 0 && Number(text) <= 65_535) return [name, Number(text)]
    throw new PortError(
      `${variable} is "${text}", which is not a port: 1 to 65535, e.g. ${variable}=${port}.`,
    )
  })
  return Object.fromEntries(entries) as Ports
}

/** The header that the identity endpoint requires; it's useless outside this machine. */
export const identityHeader = 'local-identity-header'

/** The key that the broker's host requires for `/admin`. */
export const hostMasterKey = 'local-master-key'

/** The path of the vaults' certificate authority, relative to the stack's folder. */
export const authorityFile = 'certificate/ca.pem'

/** The registrations to which advertisers consent: one for each environment and identity provider. */
export const webClients = {
  production: {
    microsoft: '55555555-5555-4555-8555-00000000b20d',
    google: 'local-production.apps.googleusercontent.com',
  },
  sandbox: {
    microsoft: '55555555-5555-4555-8555-00000000b205',
    google: 'local-sandbox.apps.googleusercontent.com',
  },
} as const

/** The return URL of sign-ins, which the workspaces allow. */
export function returnUrlAt(port: number): string {
  return `http://127.0.0.1:${port}/connected`
}

/**
 * Every setting of a broker process on the local stack.
 * @param ports the ports of the parts; `broker` is the broker's port for browsers and apps.
 * @param caPath the certificate to trust for the vaults' TLS.
 * @param returnUrls more pages that a sign-in may return to. Default is none besides the stack's.
 */
export function brokerSettings(
  ports: Ports,
  caPath: string,
  returnUrls: readonly string[] = [],
): Record<string, string> {
  const storage = storageConnection(ports)
  const vaults = [ports.vault, ports.grantVault].map((port) => `https://localhost:${port}`)
  return {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage: storage,
    NODE_EXTRA_CA_CERTS: caPath,
    IDENTITY_ENDPOINT: `http://127.0.0.1:${ports.identityEndpoint}/msi/token`,
    IDENTITY_HEADER: identityHeader,
    PUBLIC_URL: `http://127.0.0.1:${ports.broker}`,
    ALLOW_INSECURE_LOOPBACK: 'true',
    ENVIRONMENTS: 'production,sandbox',
    TABLES_CONNECTION_STRING: storage,
    KEY_VAULT_URL: vaults[0]!,
    GRANT_VAULT_URLS: vaults.join(','),
    KEY_VAULT_VERIFY_CHALLENGE_RESOURCE: 'false',
    REFRESH_SCHEDULE: '0 */5 * * * *',
    // The next call must see manual changes.
    ROW_CACHE_SECONDS: '0',
    ...telemetrySettings(ports),
    ...callerSettings(ports, returnUrls),
    ...identityProviderSettings(ports),
  }
}

/** On a laptop, telemetry is sent immediately, because developers look at it immediately. */
function telemetrySettings({ collector }: Ports): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector}`,
    OTEL_BSP_SCHEDULE_DELAY: '250',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  }
}

function callerSettings(ports: Ports, more: readonly string[]): Record<string, string> {
  const directory = {
    authority: `http://127.0.0.1:${ports.signIn}/${homeDirectoryId}`,
    audiences: brokerAudiences,
  }
  const workspaces = [...new Set(Object.values(callingApps).map(({ workspace }) => workspace))]
  const appsOf = (workspace: string) =>
    Object.values(callingApps).flatMap((each) => (each.workspace === workspace ? [each.clientId] : []))
  const toWorkspace = (workspace: string) => ({
    workspace,
    ...(workspace === 'demo' && { displayName: 'Demo Reports' }),
    apps: appsOf(workspace),
    returnUrls: [returnUrlAt(ports.returnPage), ...more],
  })
  return {
    CALLER_ISSUERS: JSON.stringify([directory]),
    WORKSPACES: JSON.stringify(workspaces.map(toWorkspace)),
  }
}

function identityProviderSettings(ports: Ports): Record<string, string> {
  const google = `http://127.0.0.1:${ports.google}`
  const perEnvironment = (['production', 'sandbox'] as const).map((environment) => {
    const prefix = environment.toUpperCase()
    return {
      [`${prefix}_MICROSOFT_CLIENT_ID`]: webClients[environment].microsoft,
      [`${prefix}_MICROSOFT_AUTHORITY`]: `http://127.0.0.1:${ports.signIn}/common`,
      [`${prefix}_GOOGLE_CLIENT_ID`]: webClients[environment].google,
      [`${prefix}_ADVERTISING_URL`]: `http://127.0.0.1:${ports.advertising}/${environment}/{host}`,
    }
  })
  return {
    GOOGLE_AUTHORIZE_URL: `${google}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${google}/token`,
    GOOGLE_ISSUER: google,
    GOOGLE_JWKS_URL: `${google}/oauth2/v3/certs`,
    ...Object.assign({}, ...perEnvironment),
  }
}

/**
 * Azurite's published account (storage/common/storage-connect-azurite); in short form if the ports are the defaults.
 */
export function storageConnection({ blob, queue, table }: Ports): string {
  const isDefault = blob === 10_000 && queue === 10_001 && table === 10_002
  if (isDefault) return 'UseDevelopmentStorage=true'
  const at = (port: number) => `http://127.0.0.1:${port}/${azuriteAccount}`
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${azuriteAccount}`,
    `AccountKey=${azuriteKey}`,
    `BlobEndpoint=${at(blob)}`,
    `QueueEndpoint=${at(queue)}`,
    `TableEndpoint=${at(table)}`,
  ].join(';')
}

const azuriteAccount = 'devstoreaccount1'
const azuriteKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
