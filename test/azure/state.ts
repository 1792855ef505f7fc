/** An object of Microsoft Graph. */
export type GraphObject = Record<string, unknown> & { id: string; appId: string; uniqueName?: string }

/** What a subscription and its directory hold. */
export interface AzureState {
  account: { id: string; tenantId: string } | undefined
  me: { id: string; userPrincipalName: string }
  /** Whether the CLI is one of 2023, without parameter files. Default is no. */
  isOld?: boolean
  /** Whether the person may assign app roles. */
  isAdministrator: boolean
  locations: { name: string; availabilityZoneMappings: unknown[] | null }[]
  registered: string[]
  groups: { name: string; location: string }[]
  applications: GraphObject[]
  servicePrincipals: GraphObject[]
  assignments: { principalId: string; resourceId: string; appRoleId: string }[]
  deployments: {
    id: string
    name: string
    properties: {
      provisioningState: string
      timestamp: string
      parameters: Record<string, { value: unknown }>
      outputs: Record<string, { value: unknown }> | null
    }
  }[]
  /** Where the broker answers. Default is an address of the function app. */
  brokerUrl?: string
  /** Resources that a what-if says would be deleted. Default is none. */
  deletes?: string[]
  /** Whether deployments fail halfway. Default is no. */
  failsToProvision?: boolean
  /** What deployments have made, by their tags. */
  resources: { tags: Record<string, string> | null }[]
  /** Roles on storage. */
  storageRoles: { principalId: string; role: string; scope: string }[]
  /** What is in the container `app-package`. */
  packages: { name: string; lastModified: string; content: string }[]
  /** Whether the host doesn't answer soon after a package. Default is no. */
  isSlowToStart?: boolean
  /** How many of the next packages are refused. Default is none. */
  refusedPublishes?: number
  vaultUrl: string
  /** The text of a new client secret. Default is a text that names its key id. */
  secretText?: string
  /** Every command, also those that were refused. */
  calls: (readonly string[])[]
}

/** An empty subscription, whose directory has one app. */
export function emptyAzure(vaultUrl: string, appId: string): AzureState {
  return {
    account: { id: '55555555-5555-4555-8555-555555555555', tenantId: '11111111-1111-4111-8111-111111111111' },
    me: { id: '22222222-2222-4222-8222-222222222222', userPrincipalName: 'ada@contoso.example' },
    isAdministrator: true,
    storageRoles: [],
    resources: [{ tags: null }],
    packages: [],
    locations: [
      { name: 'westeurope', availabilityZoneMappings: [{ logicalZone: '1' }] },
      { name: 'northeurope', availabilityZoneMappings: [{ logicalZone: '1' }] },
    ],
    ...{ registered: [], groups: [], applications: [], assignments: [], deployments: [], calls: [] },
    servicePrincipals: [{ id: '33333333-3333-4333-8333-333333333333', appId }],
    vaultUrl,
  }
}

/** Refuses a command, as the real CLI does: with a text on standard error. */
export function refuse(text: string): never {
  throw Object.assign(new Error(`ERROR: ${text}`), { name: 'Refusal' })
}

/** Refuses because the thing isn't there. */
export function missing(code: string): never {
  return refuse(`(${code}) It isn't there.`)
}
