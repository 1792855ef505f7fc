import { randomUUID } from 'node:crypto'
import { type AzureState, type GraphObject, missing, refuse } from './state.ts'

interface GraphRequest {
  readonly method: string
  readonly path: string
  readonly isUpsert: boolean
  readonly body: Record<string, unknown>
}

interface Password {
  readonly keyId: string
  readonly displayName: string
}

/** Microsoft Graph's applications, service principals and role assignments. */
export function handleGraph(state: AzureState, request: GraphRequest): unknown {
  const { method, path, body } = request
  const [, collection = '', action] = /^\/(\w+)(?:\([^)]*\)|\/[0-9a-f-]{36})?(?:\/(\w+))?$/.exec(path) ?? []
  const list = { applications: state.applications, servicePrincipals: state.servicePrincipals }[collection]
  if (!list) return refuse(`Bad Request: ${path}`)
  const key = /\((\w+)='([^']+)'\)/.exec(path)
  const id = /\/([0-9a-f-]{36})/.exec(path)?.[1]
  const found = list.find((each) => (key ? each[key[1]!] === key[2] : each.id === id))
  if (method === 'POST' && !key && !id) return create(list, body)
  if (!found && method === 'PATCH' && request.isUpsert && key?.[1] === 'uniqueName')
    return create(list, { ...body, uniqueName: key[2], appId: randomUUID() })
  if (!found) return missing('Request_ResourceNotFound')
  if (action) return act(state, { ...request, found, action })
  if (method === 'PATCH') return void Object.assign(found, body)
  return found
}

function create(list: GraphObject[], body: Record<string, unknown>): GraphObject {
  if (list.some(({ appId }) => appId === body.appId)) refuse('Conflict: it exists already (409)')
  const object = { passwordCredentials: [], ...body, id: randomUUID(), appId: String(body.appId) }
  list.push(object)
  return object
}

function act(
  state: AzureState,
  { method, action, found, body }: GraphRequest & { found: GraphObject; action: string },
): unknown {
  if (action === 'appRoleAssignedTo' && method === 'GET')
    return { value: state.assignments.filter(({ resourceId }) => resourceId === found.id) }
  if (action === 'appRoleAssignedTo')
    return assign(state, body as unknown as AzureState['assignments'][number])
  const passwords = found.passwordCredentials as Password[]
  if (action === 'addPassword') {
    if (passwords.length >= 2) refuse('Bad Request: CredentialLimitExceeded')
    const { displayName } = (body as { passwordCredential: Password }).passwordCredential
    const keyId = randomUUID()
    passwords.push({ keyId, displayName })
    return { keyId, secretText: state.secretText ?? `secret-of-${keyId}` }
  }
  if (action !== 'removePassword') return refuse(`Bad Request: ${action}`)
  found.passwordCredentials = passwords.filter(({ keyId }) => keyId !== body.keyId)
  return undefined
}

function assign(state: AzureState, wanted: AzureState['assignments'][number]): unknown {
  if (!state.isAdministrator) refuse('Forbidden({"error":{"code":"Authorization_RequestDenied"}})')
  const isThere = state.assignments.some(
    ({ appRoleId, principalId, resourceId }) =>
      principalId === wanted.principalId &&
      appRoleId === wanted.appRoleId &&
      resourceId === wanted.resourceId,
  )
  if (isThere) refuse('Bad Request: Permission being assigned already exists on the object')
  state.assignments.push(wanted)
  return wanted
}
