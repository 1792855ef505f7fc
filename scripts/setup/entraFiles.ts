import { readFileSync } from 'node:fs'

/** The contents of `infra/entra`, which `infra/entra.bicep` and the pages use too. */
export interface EntraFiles {
  readonly appRoles: readonly { readonly id: string; readonly value: string }[]
  readonly api: {
    readonly oauth2PermissionScopes: readonly { readonly id: string }[]
    readonly preAuthorizedApplications: readonly { readonly appId: string }[]
  }
  readonly optionalClaims: { readonly accessToken: readonly { readonly name: string }[] }
}

/** Reads the files. */
export function entraFiles(): EntraFiles {
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../infra/entra/${name}.json`, import.meta.url), 'utf8'))
  return {
    appRoles: read('appRoles'),
    api: { ...read('scope').api, ...read('azureCli').api },
    optionalClaims: read('optionalClaims').optionalClaims,
  }
}
