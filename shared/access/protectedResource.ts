import type { Config } from '../config.ts'
import type { CallerIssuer } from '../settings/callerIssuers.ts'

/** The route of the metadata, as RFC 9728 fixes it for a resource without a path (section 3). */
export const metadataPath = '.well-known/oauth-protected-resource'

/** Where and for which audience a caller gets a token (RFC 9728, section 2), plus the audiences of each issuer. */
export interface ProtectedResource {
  readonly resource: string
  readonly resource_name: string
  readonly resource_documentation: string
  readonly authorization_servers: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly scopes_supported?: readonly string[]
  /** A member of our own (section 2 allows it): the standard has no member for an audience. */
  readonly caller_issuers: readonly Pick<CallerIssuer, 'issuer' | 'audiences'>[]
}

/** The settings that the metadata is made from. */
export type ResourceConfig = Pick<Config, 'publicUrl' | 'callerIssuers'>

/** The broker as a protected resource. Apps, namespaces, and subjects stay out, because anyone can read this. */
export function toProtectedResource({ publicUrl, callerIssuers }: ResourceConfig): ProtectedResource {
  const scopes = scopesOf(callerIssuers)
  return {
    resource: publicUrl,
    resource_name: 'Microsoft Advertising token broker',
    resource_documentation: `${publicUrl}/docs`,
    authorization_servers: callerIssuers.map(({ issuer }) => issuer),
    bearer_methods_supported: ['header'],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    caller_issuers: callerIssuers.map(({ issuer, audiences }) => ({ issuer, audiences })),
  }
}

/**
 * The scopes that an app requests: at Entra `<client id>/.default` of the broker's API (client credentials flow,
 * "First case"). Other issuers have no common form; there, the audience is requested. Each scope is listed once.
 */
export function scopesOf(issuers: readonly CallerIssuer[]): string[] {
  const apis = issuers.flatMap(({ jwksUrl, audiences }) =>
    entraKeys.test(jwksUrl) ? (audiences.find((audience) => guid.test(audience)) ?? []) : [],
  )
  return [...new Set(apis)].map((api) => `${api}/.default`)
}

/** The path of an Entra directory's keys, in every cloud. */
const entraKeys = /\/discovery\/v2\.0\/keys$/
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
