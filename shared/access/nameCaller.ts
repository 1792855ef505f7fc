import type { JWTPayload } from 'jose'
import type { CallerIssuer } from '../settings/callerIssuers.ts'
import { notAuthenticated } from './callerProblems.ts'
import type { NamedApp } from './findWorkspace.ts'
import { type Rights, toRights } from './rights.ts'

/** A verified token's app, and its rights. */
export interface NamedCaller extends NamedApp {
  readonly rights: Rights
  /** Set if the token is a person's, who can only operate the broker. */
  readonly isPerson?: true
}

/**
 * The app that a token names, in its issuer's namespace: two issuers that aren't declared to share one can't name each
 * other's apps. An issuer without a namespace can't name an app in another issuer's. `sub` names an app only if the
 * settings list it: elsewhere it's a person's, or an issuer's name for something else.
 * @throws Problem `caller_not_authenticated`
 */
export function nameCaller(
  claims: JWTPayload,
  { namespace, subjects }: CallerIssuer,
  namespaces: readonly string[],
): NamedCaller {
  const { id, roles } = subjects
    ? findSubject(claims, subjects)
    : { id: clientOf(claims), roles: claims.roles }
  if (!isPlainText(id))
    throw notAuthenticated(
      'The bearer token names no app (azp or appid). If its issuer names apps by sub, list them (subjects in CALLER_ISSUERS).',
    )
  const prefix = namespace ? `${namespace}:` : ''
  if (!namespace && namespaces.some((other) => id.startsWith(`${other}:`)))
    throw notAuthenticated('The bearer token names an app in another issuer’s namespace.')
  const isPerson = !subjects && (claims.idtyp === 'user' || claims.scp !== undefined)
  const isOwn = typeof claims.oid === 'string' && !isPerson
  return {
    app: `${prefix}${id}`,
    ...(isOwn && { objectId: `${prefix}${claims.oid}` }),
    rights: toRights(roles, isPerson),
    ...(isPerson && { isPerson }),
  }
}

/** A malformed `azp` isn't replaced by another claim. */
function clientOf({ appid, azp }: JWTPayload): unknown {
  return azp === undefined ? appid : azp
}

function findSubject({ roles: claimed, sub }: JWTPayload, subjects: NonNullable<CallerIssuer['subjects']>) {
  const listed = isPlainText(sub) ? subjects.find(({ subject }) => isSubject(subject, sub)) : undefined
  if (!listed)
    throw notAuthenticated(
      'The bearer token’s claim sub isn’t listed for its issuer (subjects in CALLER_ISSUERS).',
    )
  return { id: sub, roles: listed.roles ?? claimed }
}

/** A final `*` stands for one segment, never for several. */
function isSubject(listed: string, sub: string): boolean {
  if (!listed.endsWith('*')) return listed === sub
  const prefix = listed.slice(0, -1)
  return sub.startsWith(prefix) && /^[^:/]+$/.test(sub.slice(prefix.length))
}

/** Longer than any issuer's names; table keys, log lines, and settings can hold it. */
const maxIdCharacters = 256

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) && value.length <= maxIdCharacters
}
