import { type CallerIssuer, directoryKeys } from '../settings/callerIssuers.ts'
import type { ReadinessCheck } from './checks.ts'
import { fetchJson } from './fetchJson.ts'

/**
 * Whether callers of an issuer can be verified: its keys can be fetched, and its own metadata names the same issuer. A
 * token endpoint in the settings must be the one in the metadata, because it gets apps' secrets. A directory's isn't a
 * setting, and its metadata has another one for version 1.
 */
export async function checkCallerIssuer({
  issuer,
  jwksUrl,
  tokenUrl,
}: Pick<CallerIssuer, 'issuer' | 'jwksUrl' | 'tokenUrl'>): Promise<ReadinessCheck> {
  const name = `caller issuer: ${issuer}`
  const { isRequired, url } = callerMetadata({ issuer, jwksUrl })
  const [keys, metadata] = await Promise.all([fetchJson(jwksUrl), fetchJson(url)])
  const fault = (detail: string, at: string) => ({
    name,
    ok: false,
    detail,
    resolution: `Compare CALLER_ISSUERS with: curl ${at}`,
  })
  if (keys.status !== 200) return fault(`keys: ${keys.status || 'no answer'}`, jwksUrl)
  if (keys.isTooLarge) return fault('keys: the answer is too large', jwksUrl)
  if (!hasKeys(keys.body)) return fault('keys: the answer has none', jwksUrl)
  const isMetadata = metadata.status === 200 && (isRequired || 'issuer' in toRecord(metadata.body))
  if (!isMetadata) {
    if (isRequired) return fault(`metadata: ${metadata.status || 'no answer'}`, url)
    return { name, ok: true, detail: 'keys can be fetched; no metadata to compare with' }
  }
  const named = String(toRecord(metadata.body).issuer ?? 'no issuer').slice(0, 200)
  if (named !== issuer) return fault(`its metadata names ${named}`, url)
  const endpoint = String(toRecord(metadata.body).token_endpoint ?? tokenUrl).slice(0, 200)
  if (!isRequired && tokenUrl && endpoint !== tokenUrl)
    return fault(`its metadata names the token endpoint ${endpoint}`, url)
  return { name, ok: true, detail: 'keys can be fetched; agrees with its metadata' }
}

/**
 * The metadata of a directory is at its authority, for both versions of its tokens (v2-protocols-oidc.md); another
 * issuer's at the issuer itself (OpenID Connect Discovery 1.0, section 4), if it has any.
 */
export function callerMetadata({ issuer, jwksUrl }: Pick<CallerIssuer, 'issuer' | 'jwksUrl'>): {
  readonly url: string
  readonly isRequired: boolean
} {
  const [, authority] = directoryKeys.exec(jwksUrl) ?? []
  const base = authority
    ? `${authority}${issuer.endsWith('/v2.0') ? '/v2.0' : ''}`
    : issuer.replace(/\/$/, '')
  return { url: `${base}/.well-known/openid-configuration`, isRequired: authority !== undefined }
}

function hasKeys(body: unknown): boolean {
  const { keys } = toRecord(body)
  return Array.isArray(keys) && keys.length > 0
}

function toRecord(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
}
