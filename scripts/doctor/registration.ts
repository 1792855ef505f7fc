import * as z from 'zod'
import type { SignInView } from '../../shared/ready/signIns.ts'
import { isLoopbackUrl } from '../../shared/settings/urls.ts'
import { look, told, toObject } from './look.ts'

/** The redirect URIs of an Entra registration, by platform. */
export interface Registration {
  readonly web: readonly string[]
  readonly spa: readonly string[]
  readonly publicClient: readonly string[]
}

/** Reads the registration of a sign-in; a text says why it could not be read. */
export type ReadRegistration = (
  signIn: Pick<SignInView, 'clientId' | 'authorizeUrl'>,
) => Promise<Registration | string>

const uris = z.object({ redirectUris: z.array(z.string()).default([]) }).default({ redirectUris: [] })
const application = z.object({ web: uris, spa: uris, publicClient: uris })

const graphOrigin = 'https://graph.microsoft.com'

/**
 * Reads registrations through Microsoft Graph, as the logged-in user: an owner of the registration, or a reader of
 * the directory.
 * @param getToken returns the logged-in user's token for Graph; rejects if no user is logged in.
 */
export function createReadRegistration(
  getToken: () => Promise<string>,
  origin = graphOrigin,
): ReadRegistration {
  let token: Promise<string> | undefined
  return async ({ clientId, authorizeUrl }) => {
    if (isLoopbackUrl(authorizeUrl) || !/^[0-9a-f-]{36}$/i.test(clientId))
      return 'its client ID isn’t an Entra client ID'
    token ??= getToken()
    const bearer = await token.catch(() => undefined)
    if (!bearer) return 'you aren’t logged in: run az login'
    const url = `${origin}/v1.0/applications(appId='${clientId}')?$select=web,spa,publicClient`
    const seen = await look(url, { headers: { authorization: `Bearer ${bearer}` } })
    const parsed = seen.status === 200 ? application.safeParse(toObject(seen.text)) : undefined
    if (!parsed?.success) return `Microsoft Graph answered ${told(seen)}`
    const { web, spa, publicClient } = parsed.data
    return { web: web.redirectUris, spa: spa.redirectUris, publicClient: publicClient.redirectUris }
  }
}

/** The command that adds a redirect URI under Web and keeps the existing ones, because the option replaces the list. */
export function addRedirectUri(
  { clientId, redirectUri }: SignInView,
  registration: Registration | string,
): string {
  const present =
    typeof registration === 'string'
      ? `$(az ad app show --id ${clientId} --query web.redirectUris --output tsv)`
      : registration.web.join(' ')
  return `az ad app update --id ${clientId} --web-redirect-uris ${present} ${redirectUri}`.replace(
    / {2,}/g,
    ' ',
  )
}

/** The command that moves a redirect URI from the wrong platforms to Web. */
export function moveToWeb({ clientId, redirectUri }: SignInView, registration: Registration): string {
  const without = (list: readonly string[]) => ({ redirectUris: list.filter((uri) => uri !== redirectUri) })
  const body = JSON.stringify({
    web: { redirectUris: [...new Set([...registration.web, redirectUri])] },
    spa: without(registration.spa),
    publicClient: without(registration.publicClient),
  })
  return `az rest --method PATCH --url "${graphOrigin}/v1.0/applications(appId='${clientId}')" --body '${body}'`
}
