import * as z from 'zod'
import { UsageError } from '../commandLine.ts'

/** Where a caller of the broker gets its token. */
export interface Authority {
  /** The issuer's URL, without a trailing slash. */
  readonly issuer: string
  /** Entra's directory; undefined at another issuer. */
  readonly directory: string | undefined
  /** The scope to request; undefined at an issuer that isn't Entra. */
  readonly scope: string | undefined
  /** The audience to request where there is no scope. */
  readonly audience: string | undefined
}

/** The part of the broker's metadata (RFC 9728, section 2) that a login needs. */
const metadata = z.looseObject({
  authorization_servers: z.array(z.url()).default([]),
  scopes_supported: z.array(z.string()).default([]),
  caller_issuers: z.array(z.looseObject({ issuer: z.string(), audiences: z.array(z.string()) })).default([]),
})

const metadataPath = '/.well-known/oauth-protected-resource'

/**
 * Asks the broker where its callers get a token (RFC 9728).
 * @param directory `AZURE_TENANT_ID`, which chooses among several issuers. Default is the first one.
 * @throws UsageError if the answer isn't a broker's, or no issuer is of that directory.
 */
export async function readAuthority(broker: string, directory?: string): Promise<Authority> {
  const answer = await fetch(new URL(metadataPath, broker), { redirect: 'manual' }).catch(() => undefined)
  if (!answer) throw new UsageError(`Can’t reach the broker at ${broker}.`)
  const body = answer.ok ? await answer.json().catch(() => undefined) : undefined
  const parsed = metadata.safeParse(body)
  if (!parsed.success)
    throw new UsageError(
      `${broker} doesn’t say where to get a token (${metadataPath} answered ${answer.status}). Is this the broker’s URL?`,
    )
  return chooseAuthority(parsed.data, directory)
}

/** Chooses the issuer, and what to request from it. @throws UsageError if there is none. */
export function chooseAuthority(
  { authorization_servers: issuers, caller_issuers, scopes_supported }: z.infer<typeof metadata>,
  directory?: string,
): Authority {
  const own = directory && guid.test(directory) ? directory : undefined
  const issuer = own ? issuers.find((each) => directoryOf(each) === own.toLowerCase()) : issuers[0]
  if (!issuer)
    throw new UsageError(
      own
        ? `The broker trusts no issuer of the directory ${own} (AZURE_TENANT_ID). It trusts: ${issuers.join(', ')}.`
        : 'The broker trusts no issuer.',
    )
  const audiences = caller_issuers.find((each) => each.issuer === issuer)?.audiences ?? []
  const scopes = audiences.map((audience) => `${audience}/.default`)
  return {
    issuer: issuer.replace(/\/$/, ''),
    directory: directoryOf(issuer),
    scope: scopes_supported.find((scope) => scopes.includes(scope)),
    audience: audiences[0],
  }
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Entra's issuers begin with the directory's ID, in both versions. */
function directoryOf(issuer: string): string | undefined {
  const [first = ''] = new URL(issuer).pathname.slice(1).split('/')
  return guid.test(first) ? first.toLowerCase() : undefined
}
