import { z } from 'zod'
import { badParameter } from './refusals.ts'
import { type Secret, type SecretProperties, type SecretVersion, versionOf } from './secret.ts'

/** Largest value of a secret: 25 KB (secrets/about-secrets). */
const maxValueBytes = 25_600
/** At most 15 tags, with 256 characters for each name and value (secrets/about-secrets). */
const maxTags = 15
const maxTagCharacters = 256
const maxContentTypeCharacters = 255
/** Deleted secrets are kept for 90 days unless the vault is configured otherwise (general/soft-delete-overview). */
const recoverableDays = 90
const daySeconds = 86_400

const tagText = z.string().max(maxTagCharacters)
const propertiesSchema = z.object({
  contentType: z.string().max(maxContentTypeCharacters).nullish(),
  tags: z
    .record(tagText, tagText)
    .refine((tags) => Object.keys(tags).length <= maxTags)
    .nullish(),
  attributes: z
    .object({ enabled: z.boolean().nullish(), nbf: z.int().nullish(), exp: z.int().nullish() })
    .nullish(),
})
const setSchema = propertiesSchema.extend({
  value: z.string().refine((value) => Buffer.byteLength(value) <= maxValueBytes),
})

/** Parses the body of a set. @throws VaultRefusal `BadParameter` that names the property, never its value. */
export function parseSetBody(body: string): { value: string; properties: SecretProperties } {
  const { value, ...properties } = parseBody(setSchema, body)
  return { value, properties: fromWire(properties) }
}

/** Parses the body of an update. @throws VaultRefusal `BadParameter` that names the property. */
export function parseUpdateBody(body: string): SecretProperties {
  return fromWire(parseBody(propertiesSchema, body))
}

function parseBody<Body>(schema: z.ZodType<Body>, text: string): Body {
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw badParameter(`Property ${parsed.error.issues[0]?.path.join('.') ?? ''} has invalid value`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badParameter('The request body is not valid JSON.')
  }
}

function fromWire({ contentType, tags, attributes }: z.infer<typeof propertiesSchema>): SecretProperties {
  return {
    contentType: contentType ?? undefined,
    tags: tags ?? undefined,
    enabled: attributes?.enabled ?? undefined,
    notBefore: attributes?.nbf ?? undefined,
    expires: attributes?.exp ?? undefined,
  }
}

/** Where the vault is and what it does with the deleted: the same for each of its answers. */
export interface VaultView {
  readonly origin: string
  readonly purgeProtection: boolean
}

/** A version as answered: id, attributes, tags, content type; without its value. */
export function toProperties(vault: VaultView, name: string, version: SecretVersion) {
  return { id: `${vault.origin}/secrets/${name}/${version.version}`, ...toCommon(vault, version) }
}

/** A version as `get` and `set` answer it: with its value. */
export function toBundle(vault: VaultView, name: string, version: SecretVersion) {
  return { value: version.value, ...toProperties(vault, name, version) }
}

/** A secret in a list: its id names no version. */
export function toItem(vault: VaultView, secret: Secret) {
  return { id: `${vault.origin}/secrets/${secret.name}`, ...toCommon(vault, versionOf(secret)) }
}

/** A deleted secret as `delete` and `getDeleted` answer it; its id names the newest version. */
export function toDeletedBundle(vault: VaultView, secret: Secret) {
  return { ...toDeletion(vault, secret), ...toProperties(vault, secret.name, versionOf(secret)) }
}

/** A deleted secret in a list: its id names no version. */
export function toDeletedItem(vault: VaultView, secret: Secret) {
  return { ...toDeletion(vault, secret), ...toItem(vault, secret) }
}

function toCommon({ purgeProtection }: VaultView, version: SecretVersion) {
  return {
    ...(version.contentType === undefined ? {} : { contentType: version.contentType }),
    attributes: {
      enabled: version.enabled,
      nbf: version.notBefore,
      exp: version.expires,
      created: version.created,
      updated: version.updated,
      recoveryLevel: purgeProtection ? 'Recoverable' : 'Recoverable+Purgeable',
      recoverableDays,
    },
    tags: version.tags ?? {},
  }
}

function toDeletion(vault: VaultView, { name, deletedAt = 0 }: Secret) {
  return {
    recoveryId: `${vault.origin}/deletedsecrets/${name}`,
    deletedDate: deletedAt,
    scheduledPurgeDate: deletedAt + recoverableDays * daySeconds,
  }
}
