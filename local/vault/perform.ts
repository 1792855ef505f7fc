import type { VaultSettings } from './control.ts'
import type { VaultRequest } from './operations.ts'
import { toPage } from './paging.ts'
import { forbiddenByPolicy, purgeProtected } from './refusals.ts'
import { type Secret, versionOf } from './secret.ts'
import type { Secrets } from './secrets.ts'
import {
  parseSetBody,
  parseUpdateBody,
  toBundle,
  toDeletedBundle,
  toDeletedItem,
  toItem,
  toProperties,
  type VaultView,
} from './wire.ts'

/** The vault's successful answer; `body` is absent for a 204. */
export interface VaultAnswer {
  readonly status: 200 | 204
  readonly body?: unknown
  /** The version that a `set` created. */
  readonly version?: string
}

/** What it is done with. */
export interface Performer {
  readonly secrets: Secrets
  readonly settings: VaultSettings
}

/**
 * Performs a request.
 * @throws VaultRefusal if it's refused; nothing has changed then.
 */
export function perform(
  { secrets, settings }: Performer,
  request: VaultRequest,
  url: URL,
  body: string,
): VaultAnswer {
  const { operation, name, version } = request
  const vault = { origin: url.origin, purgeProtection: settings.purgeProtection }
  switch (operation) {
    case 'set':
      return performSet({ secrets, settings }, vault, name, body)
    case 'get':
      return ok(toBundle(vault, secrets.get(name).name, secrets.read(name, version)))
    case 'update':
      return ok(
        toProperties(vault, secrets.get(name).name, secrets.update(name, version, parseUpdateBody(body))),
      )
    case 'delete':
      return ok(toDeletedBundle(vault, secrets.delete(name)))
    case 'list':
      return ok(pageOf(url, secrets, isKept, (secret) => toItem(vault, secret)))
    case 'listVersions':
      return ok(pageOfVersions(url, vault, secrets.get(name)))
    case 'getDeleted':
      return ok(toDeletedBundle(vault, secrets.getDeleted(name)))
    case 'listDeleted':
      return ok(
        pageOf(
          url,
          secrets,
          (secret) => secrets.isDeleted(secret),
          (secret) => toDeletedItem(vault, secret),
        ),
      )
    case 'recover':
      return ok(toRecovered(vault, secrets.recover(name)))
    case 'purge':
      secrets.getDeleted(name)
      if (settings.purgeProtection) throw purgeProtected(url.host)
      secrets.purge(name)
      return { status: 204 }
  }
}

const ok = (body: unknown): VaultAnswer => ({ status: 200, body })

function performSet(
  { secrets, settings }: Performer,
  vault: VaultView,
  name: string,
  body: string,
): VaultAnswer {
  const { value, properties } = parseSetBody(body)
  if (settings.requireExpiry && properties.expires === undefined) throw forbiddenByPolicy()
  const stored = secrets.set(name, value, properties)
  return { ...ok(toBundle(vault, name, stored)), version: stored.version }
}

const isKept = (secret: Secret) => secret.deletedAt === undefined

function pageOf<Item>(
  url: URL,
  secrets: Secrets,
  wanted: (secret: Secret) => boolean,
  toWire: (secret: Secret) => Item,
) {
  return toPage(url, secrets.list().filter(wanted), ({ name }) => name.toLowerCase(), toWire)
}

function pageOfVersions(url: URL, vault: VaultView, secret: Secret) {
  // By id and not by age: the service promises no order, and a caller that trusts one has to notice here.
  const versions = [...secret.versions.values()].sort((a, b) => (a.version < b.version ? -1 : 1))
  const toWire = (version: (typeof versions)[number]) => toProperties(vault, secret.name, version)
  return toPage(url, versions, ({ version }) => version, toWire)
}

const toRecovered = (vault: VaultView, secret: Secret) => toProperties(vault, secret.name, versionOf(secret))
