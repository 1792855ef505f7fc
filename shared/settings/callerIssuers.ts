import * as z from 'zod'
import { type AppRole, appRoles } from './appRoles.ts'
import { identifier, refuse, repeated } from './documents.ts'
import type { UrlSchemas } from './urls.ts'

/** A trusted issuer of callers' tokens. */
export interface CallerIssuer {
  readonly issuer: string
  readonly jwksUrl: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly ('RS256' | 'PS256' | 'ES256' | 'EdDSA')[]
  /** The prefix of its apps' ids, before a colon; issuers with the same namespace can name each other's apps. */
  readonly namespace?: string | undefined
  /** The only subjects (`sub`) that are apps. Without it, `azp` or `appid` names the app, and `sub` never does. */
  readonly subjects?: readonly ListedSubject[] | undefined
}

/** A subject that is an app; one that ends with `*` stands for any last segment. */
export interface ListedSubject {
  readonly subject: string
  /** Its roles. Default is those in the token. */
  readonly roles?: readonly AppRole[] | undefined
}

/**
 * The trusted issuers of callers' tokens. An entry names either an issuer and its keys, or the `authority` of an Entra
 * directory, which stands for the issuers of both versions of its access tokens.
 */
export function callerIssuers(urls: UrlSchemas) {
  return z
    .array(issuerEntry(urls))
    .min(1)
    .superRefine((list, context) => {
      for (const [index, entry] of list.entries()) {
        for (const [member, message] of faultsOfEntry(entry, list.length))
          context.addIssue({ code: 'custom', path: [index, member], message })
      }
      for (const { index, member } of repeatedIssuers(list))
        context.addIssue({ code: 'custom', path: [index, member], message: 'is there already' })
    })
    .transform((list) => list.flatMap(toIssuers))
}

/** The schema of an entry. */
export const issuerEntry = (urls: UrlSchemas) =>
  z.strictObject({
    /** For example `https://login.microsoftonline.com/<directory id>`. */
    authority: urls.web.superRefine(refuse(faultOfAuthority)).optional(),
    issuer: urls.web.superRefine(refuse(faultOfIssuer)).optional(),
    jwksUrl: urls.web.superRefine(refuse(faultOfMetadata)).optional(),
    audiences: z.array(identifier).min(1),
    algorithms: z
      .array(z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']))
      .min(1)
      .default(['RS256']),
    namespace: z
      .string()
      .regex(/^([A-Za-z0-9._-]{1,32})?$/)
      .optional(),
    subjects: z
      .array(
        z.strictObject({
          subject: identifier.superRefine(refuse(faultOfSubject)),
          roles: z.array(z.enum(appRoles)).min(1).optional(),
        }),
      )
      .min(1)
      .optional(),
  })

type IssuerEntry = z.infer<ReturnType<typeof issuerEntry>>
type Fault = readonly [member: keyof IssuerEntry, message: string]

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Entra's version 2 issuers (access-tokens.md; authentication-national-cloud.md). */
const entraIssuer =
  /^https:\/\/login\.(microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn)\/[^/]+\/v2\.0$/i

/** Faults that depend on several members. */
function faultsOfEntry(entry: IssuerEntry, count: number): Fault[] {
  const { authority, issuer = '', jwksUrl, audiences, namespace, subjects } = entry
  const faults: Fault[] = []
  if (authority && (issuer || jwksUrl))
    faults.push(['authority', 'replaces issuer and jwksUrl; remove those'])
  if (!authority && !issuer) faults.push(['issuer', 'is required, or authority for an Entra directory'])
  if (!authority && !jwksUrl) faults.push(['jwksUrl', 'is required, or authority for an Entra directory'])
  if ((authority || entraIssuer.test(issuer)) && !audiences.some((audience) => guid.test(audience)))
    faults.push([
      'audiences',
      'must include the API’s client ID, a GUID: the audience of Entra’s version 2 tokens',
    ])
  if (subjects && (authority || entraIssuer.test(issuer)))
    faults.push(['subjects', 'is for issuers other than Entra, whose tokens name apps by azp or appid'])
  if (count > 1 && namespace === undefined) {
    const message = 'is required when there are several issuers; without it they could name each other’s apps'
    faults.push(['namespace', message])
  }
  return faults
}

function repeatedIssuers(list: readonly IssuerEntry[]): { index: number; member: keyof IssuerEntry }[] {
  const all = list.flatMap((entry, index) =>
    toIssuers(entry).map(
      ({ issuer }) => ({ issuer, index, member: entry.authority ? 'authority' : 'issuer' }) as const,
    ),
  )
  return repeated(all.map(({ issuer }) => issuer)).flatMap((place) => all[place] ?? [])
}

/**
 * Entra's version 1 tokens have an issuer of their own; both versions are signed with the same keys. The API's
 * registration decides which version it gets (`requestedAccessTokenVersion`, access-tokens.md).
 */
function toIssuers({ authority, issuer = '', jwksUrl = '', ...rest }: IssuerEntry): CallerIssuer[] {
  if (!authority) return [{ ...rest, issuer, jwksUrl }]
  const base = authority.replace(/\/$/, '').toLowerCase()
  const keys = { ...rest, jwksUrl: `${base}/discovery/v2.0/keys` }
  return [
    { ...keys, issuer: `${base}/v2.0` },
    { ...keys, issuer: `https://${versionOneHost(base)}/${base.split('/').at(-1)}/` },
  ]
}

/** By cloud (learn.microsoft.com/answers/questions/1190472). */
function versionOneHost(authority: string): string {
  return authority.startsWith('https://login.partner.microsoftonline.cn/')
    ? 'sts.chinacloudapi.cn'
    : 'sts.windows.net'
}

/** A pattern for everything, or for more segments than it shows, would let strangers of a shared issuer in. */
function faultOfSubject(value: string): string | undefined {
  const before = value.slice(0, -1)
  if (before.includes('*')) return 'can have one *, at its end'
  if (value.endsWith('*') && !/[:/]$/.test(before))
    return 'can end with * only after : or /, where * stands for one segment'
  return /^[\x21-\x7e]{1,256}$/.test(value) ? undefined : 'must be up to 256 visible ASCII characters'
}

function faultOfAuthority(value: string): string | undefined {
  const { pathname = '', search = '' } = URL.parse(value) ?? {}
  const [, directory = '', ...more] = pathname.replace(/\/$/, '').split('/')
  const isDirectory = guid.test(directory) && more.length === 0 && search === ''
  return isDirectory ? undefined : 'must be an origin and the directory’s ID, a GUID'
}

/** Every token names the directory that issued it; no token contains `common` or the like (access-tokens.md). */
function faultOfIssuer(value: string): string | undefined {
  const [, first = ''] = URL.parse(value)?.pathname.split('/') ?? []
  if (/^(common|organizations|consumers)$/i.test(first))
    return `names ${first.toLowerCase()}, which is never a token’s issuer; use the directory’s ID`
  if (/^https:\/\/login\.microsoftonline\.com\/.*\/$/i.test(value)) return 'must not end with a slash'
  if (/^https:\/\/sts\.windows\.net\/[^/]+$/i.test(value)) return 'must end with a slash'
  return faultOfMetadata(value)
}

function faultOfMetadata(value: string): string | undefined {
  if (/[{}]|%7[bd]/i.test(value)) return 'still has a placeholder in braces; use the directory’s ID'
  return /\/\.well-known\/openid-configuration$/.test(value)
    ? 'is the metadata URL; use the `issuer` and `jwks_uri` from that document'
    : undefined
}
