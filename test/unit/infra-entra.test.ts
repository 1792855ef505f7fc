import { describe, expect, test } from 'vitest'
import { appRoles } from '../../shared/settings/appRoles.ts'
import { readJson, readText } from './infraFiles.ts'

/** The Azure CLI's own client id, the same in every directory. */
const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

const bicep = readText('infra/entra.bicep')
const commands = readText('docs/deploy.md')
const roles: { id: string; value: string; allowedMemberTypes: string[] }[] =
  readJson('infra/entra/appRoles.json')
const [scope] = readJson('infra/entra/scope.json').api.oauth2PermissionScopes
const [client] = readJson('infra/entra/azureCli.json').api.preAuthorizedApplications

describe('the registration', () => {
  test('the API has the roles that the code requires', () => {
    expect(roles.map(({ value }) => value)).toEqual([...appRoles])
  })

  test('apps can have every role, and people only the operator’s', () => {
    for (const { allowedMemberTypes } of roles) expect(allowedMemberTypes).toContain('Application')
    const forPeople = roles.filter(({ allowedMemberTypes }) => allowedMemberTypes.includes('User'))
    expect(forPeople.map(({ value }) => value)).toEqual(['Broker.Operate'])
  })

  test('a person gets a token with the Azure CLI, without a consent', () => {
    expect(scope).toMatchObject({ type: 'User', isEnabled: true })
    expect(client).toEqual({ appId: azureCli, delegatedPermissionIds: [scope.id] })
  })

  test('tokens of apps and of people say which they are', () => {
    const { accessToken } = readJson('infra/entra/optionalClaims.json').optionalClaims
    expect(accessToken).toEqual([
      { name: 'idtyp', essential: false, additionalProperties: ['include_user_token'] },
    ])
  })

  test('ids of roles and scopes are all different', () => {
    const ids = [...roles.map(({ id }) => id), scope.id]
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('Bicep and the az commands register the same', () => {
  test.each(['appRoles', 'scope', 'azureCli', 'optionalClaims'])('both read infra/entra/%s.json', (file) => {
    expect(bicep).toContain(`loadJsonContent('entra/${file}.json')`)
    expect(commands).toContain(`@infra/entra/${file}.json`)
  })

  test('identifier URI, audiences and token versions', () => {
    expect(bicep).toMatch(/identifierUris: \['api:\/\/\$\{tenant\(\)\.tenantId\}\/\$\{name\}'\]/)
    expect(commands).toContain('--identifier-uris "api://$TENANT/$NAME"')
    for (const audience of ['AzureADandPersonalMicrosoftAccount', 'AzureADMyOrg']) {
      expect(bicep).toContain(`signInAudience: '${audience}'`)
      expect(commands).toContain(`--sign-in-audience ${audience}`)
    }
    expect(commands.match(/--requested-access-token-version 2/g)).toHaveLength(2)
    expect(bicep).toContain('api: { requestedAccessTokenVersion: 2 }')
  })

  test('the names on the sign-in page', () => {
    const shown = [...bicep.matchAll(/[dD]isplayName(?: =|:) '(Microsoft .+)'/g)].map(([, text = '']) => text)
    expect(shown).toHaveLength(2)
    for (const text of shown)
      expect(commands).toContain(`--display-name "${text.replace(/\$\{name\}/, '$NAME')}"`)
  })

  test('a token requires a role', () => {
    expect(bicep).toContain('appRoleAssignmentRequired: true')
    expect(commands).toContain('appRoleAssignmentRequired=true')
  })

  test('the az commands assign the ids in the file', () => {
    const [, prefix = ''] = /"appRoleId\\":\\"([0-9a-f-]+)\$2/.exec(commands) ?? []
    expect(roles.map(({ id }) => id)).toEqual([1, 2, 3].map((digit) => `${prefix}${digit}`))
  })

  test('the redirect URI is under Web, and existing ones are kept', () => {
    expect(bicep).toContain('var web = empty(redirectUris) ? {} : { redirectUris: redirectUris }')
    expect(bicep.match(/^ {2}web: \{ \.\.\.web \}$/gm)).toHaveLength(2)
    expect(bicep).not.toMatch(/\b(spa|publicClient):/)
    expect(commands).toMatch(
      /--web-redirect-uris \\\n\s+\$\(az ad app show [^)]*web\.redirectUris[^)]*\) <REDIRECT_URI>/,
    )
  })

  test('without certificates or redirect URIs, Bicep mentions none, so the registration keeps those that it has', () => {
    const [without = '', withThem = ''] = ['empty(certificates)', '!empty(certificates)'].map(
      (condition) => bicep.split(`= if (${condition}) {`)[1]?.split('\n}\n')[0],
    )
    expect(without).toContain('uniqueName: signInName')
    expect(without).not.toContain('keyCredentials')
    expect(withThem).toMatch(/keyCredentials: \[\n +for \(certificate, index\) in certificates: \{/)
    // Both are the same registration in everything else.
    const code = (text: string) => text.replaceAll(/^ +\/\/.*\n?/gm, '').trim()
    expect(withThem.trim().startsWith(code(without))).toBe(true)
  })
})
