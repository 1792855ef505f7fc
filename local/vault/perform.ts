import type { VaultRequest } from './operations.ts'
import { toPage } from './paging.ts'
import { type Secret, type Secrets, versionOf } from './secrets.ts'
import {
  parseSetBody,
  parseUpdateBody,
  toBundle,
  toDeletedBundle,
  toDeletedItem,
  toItem,
  toProperties,
} from './wire.ts'

/** The vault's successful answer; `body` is absent for a 204. */
export interface VaultAnswer {
  readonly status: 200 | 204
  readonly body?: unknown
  /** The version that a `set` created. */
  readonly version?: string
}

/**
 * Performs a request.
 * @throws VaultRefusal if it's refused; nothing has changed then.
 */
export function perform(secrets: Secrets, request: VaultRequest, url: URL, body: string): VaultAnswer {
  const { operation, name, version } = request
  const { origin } = url
  switch (operation) {
    case 'set':
      return performSet(secrets, name, origin, body)
    case 'get':
      return ok(toBundle(origin, secrets.get(name).name, secrets.read(name, version)))
    case 'update':
      return ok(
        toProperties(origin, secrets.get(name).name, secrets.update(name, version, parseUpdateBody(body))),
      )
    case 'delete':
      return ok(toDeletedBundle(origin, secrets.delete(name)))
    case 'list':
      return ok(pageOf(url, secrets, isKept, (secret) => toItem(origin, secret)))
    case 'listVersions':
      return ok(pageOfVersions(url, secrets.get(name)))
    case 'getDeleted':
      return ok(toDeletedBundle(origin, secrets.getDeleted(name)))
    case 'listDeleted':
      return ok(pageOf(url, secrets, isDeleted, (secret) => toDeletedItem(origin, secret)))
    case 'recover':
      return ok(toRecovered(origin, secrets.recover(name)))
    case 'purge':
      secrets.purge(name)
      return { status: 204 }
  }
}

const ok = (body: unknown): VaultAnswer => ({ status: 200, body })

function performSet(secrets: Secrets, name: string, origin: string, body: string): VaultAnswer {
  const { value, properties } = parseSetBody(body)
  const stored = secrets.set(name, value, properties)
  return { ...ok(toBundle(origin, name, stored)), version: stored.version }
}

const isDeleted = (secret: Secret) => secret.deletedAt !== undefined
const isKept = (secret: Secret) => secret.deletedAt === undefined

function pageOf<Item>(
  url: URL,
  secrets: Secrets,
  wanted: (secret: Secret) => boolean,
  toWire: (secret: Secret) => Item,
) {
  return toPage(url, secrets.list().filter(wanted), ({ name }) => name.toLowerCase(), toWire)
}

function pageOfVersions(url: URL, secret: Secret) {
  // By id, not by age: the service guarantees no order, and this reveals callers that rely on one.
  const versions = [...secret.versions.values()].sort((a, b) => (a.version < b.version ? -1 : 1))
  const toWire = (version: (typeof versions)[number]) => toProperties(url.origin, secret.name, version)
  return toPage(url, versions, ({ version }) => version, toWire)
}

const toRecovered = (origin: string, secret: Secret) => toProperties(origin, secret.name, versionOf(secret))
