import { readGraph, writeGraph } from '../../azure/graph.ts'
import { entraFiles } from '../entraFiles.ts'
import { applicationPath } from '../registrations.ts'
import type { Setup, Step } from '../setup.ts'

interface Application {
  readonly appId: string
  readonly identifierUris: readonly string[]
  readonly appRoles: readonly { readonly id: string; readonly value: string | null }[]
  readonly api: {
    readonly requestedAccessTokenVersion?: number | null
    readonly oauth2PermissionScopes?: readonly { readonly id: string }[]
    readonly preAuthorizedApplications?: readonly { readonly appId: string }[]
  }
  readonly optionalClaims?: { readonly accessToken?: readonly { readonly name: string }[] } | null
}

/**
 * The broker's API: app roles, the scope by which a person gets a token with the Azure CLI, and the claim that tells an
 * app from a person. All come from `infra/entra`, so a new role is a line there.
 */
export const apiApp: Step = {
  title: 'registration of the broker’s API, with its roles',
  async look(setup) {
    const found = await find(setup)
    if (!found) return `“${displayName(setup)}”`
    setup.facts.apiClientId = found.appId
    const lacking = Object.keys(changes(setup, found))
    return lacking.length > 0 ? `lacks: ${lacking.join(', ')}` : undefined
  },
  async act(setup) {
    const found = await find(setup)
    const created = { displayName: displayName(setup), signInAudience: 'AzureADMyOrg' }
    await writeGraph(setup.az, {
      method: 'PATCH',
      path: applicationPath(setup, 'api'),
      body: { ...(!found && created), ...changes(setup, found) },
      createIfMissing: true,
    })
  },
}

/** The properties that aren't right yet, with everything that a team has added to them. */
function changes(setup: Setup, found: Application | undefined): Record<string, unknown> {
  const uri = `api://${setup.facts.tenantId}/${setup.answers.name}`
  const { appRoles, api, optionalClaims } = entraFiles()
  const wanted = {
    identifierUris: union(found?.identifierUris ?? [], [uri], (each) => each),
    appRoles: union(found?.appRoles ?? [], appRoles, ({ id }) => id),
    api: {
      ...found?.api,
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: union(
        found?.api.oauth2PermissionScopes ?? [],
        api.oauth2PermissionScopes,
        ({ id }) => id,
      ),
      preAuthorizedApplications: union(
        found?.api.preAuthorizedApplications ?? [],
        api.preAuthorizedApplications,
        ({ appId }) => appId,
      ),
    },
    optionalClaims: {
      ...found?.optionalClaims,
      accessToken: union(
        found?.optionalClaims?.accessToken ?? [],
        optionalClaims.accessToken,
        ({ name }) => name,
      ),
    },
  }
  const before: Record<string, unknown> = { ...found }
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value)),
  )
}

/** What's there, then what's missing of the wanted. */
function union<T>(there: readonly T[], wanted: readonly T[], key: (each: T) => string): readonly T[] {
  const keys = new Set(there.map(key))
  return [...there, ...wanted.filter((each) => !keys.has(key(each)))]
}

async function find(setup: Setup): Promise<Application | undefined> {
  return readGraph<Application>(setup.az, applicationPath(setup, 'api'))
}

function displayName({ answers }: Setup): string {
  return `Microsoft Advertising token broker (${answers.name})`
}
