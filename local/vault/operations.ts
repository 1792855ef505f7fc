import { badParameter } from './refusals.ts'

/** A vault's operations. */
export const vaultOperations = [
  'set',
  'get',
  'update',
  'delete',
  'list',
  'listVersions',
  'getDeleted',
  'listDeleted',
  'recover',
  'purge',
] as const

/** One of {@link vaultOperations}. */
export type VaultOperation = (typeof vaultOperations)[number]

/** A parsed request, from its method and path. */
export interface VaultRequest {
  readonly operation: VaultOperation
  /** The secret's name; empty for `list` and `listDeleted`. */
  readonly name: string
  /** The version named by the path; absent means the current one. */
  readonly version?: string
}

/** Key Vault's object names (general/about-keys-secrets-certificates, "Object identifiers"). */
const namePattern = /^[0-9a-zA-Z-]{1,127}$/

/**
 * Parses a request. A trailing slash is ignored: the client requests `/secrets/{name}/`.
 * @throws VaultRefusal `BadParameter` for an invalid name and for an unknown operation.
 */
export function parseVaultRequest(method: string, path: string): VaultRequest {
  const [, collection = '', encodedName = '', last = ''] = path.split('/')
  const name = decode(encodedName)
  const operation = toOperation(`${method} ${toShape(collection, name, last)}`)
  if (!operation) throw badParameter(`${method} ${path} is not an operation of this vault.`)
  if (name !== '' && !namePattern.test(name)) {
    throw badParameter(`The request URI contains an invalid name: ${name}`)
  }
  const isVersioned = (operation === 'get' || operation === 'update') && last !== ''
  return { operation, name, ...(isVersioned ? { version: last } : {}) }
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw badParameter(`The request URI contains an invalid name: ${encoded}`)
  }
}

function toShape(collection: string, name: string, last: string): string {
  if (name === '') return collection
  if (last === 'versions' || last === 'recover') return `${collection}/{name}/${last}`
  return last === '' ? `${collection}/{name}` : `${collection}/{name}/{version}`
}

function toOperation(shape: string): VaultOperation | undefined {
  switch (shape) {
    case 'PUT secrets/{name}':
      return 'set'
    case 'GET secrets/{name}':
    case 'GET secrets/{name}/{version}':
      return 'get'
    case 'PATCH secrets/{name}':
    case 'PATCH secrets/{name}/{version}':
      return 'update'
    case 'DELETE secrets/{name}':
      return 'delete'
    case 'GET secrets':
      return 'list'
    case 'GET secrets/{name}/versions':
      return 'listVersions'
    case 'GET deletedsecrets/{name}':
      return 'getDeleted'
    case 'GET deletedsecrets':
      return 'listDeleted'
    case 'POST deletedsecrets/{name}/recover':
      return 'recover'
    case 'DELETE deletedsecrets/{name}':
      return 'purge'
    default:
      return undefined
  }
}
