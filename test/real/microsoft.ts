import { request as ask } from 'node:http'
import { createServer } from 'node:https'
import { startAdvertising } from '../../local/advertising/advertising.ts'
import { createMicrosoftTokenVerifier } from '../../local/advertising/verifiers.ts'
import { createLocalCertificate, type LocalCertificate } from '../../local/certificate.ts'
import { startMicrosoftSignIn } from '../../local/sign-in/microsoft.ts'

const signInHost = 'login.microsoftonline.com'
const apiHost = /^(\w+)\.api\.(sandbox\.)?bingads\.microsoft\.com$/

/** Microsoft's host names that the broker uses. */
export const microsoftHosts: readonly string[] = [
  signInHost,
  ...['clientcenter', 'campaign', 'reporting', 'bulk', 'adinsight'].flatMap((service) => [
    `${service}.api.bingads.microsoft.com`,
    `${service}.api.sandbox.bingads.microsoft.com`,
  ]),
]

/** The developer's registration at the stand-ins. */
export interface OwnRegistration {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly developerTokens: { readonly production: readonly string[]; readonly sandbox: readonly string[] }
}

/**
 * Starts the stand-ins at Microsoft's own names, on port 443 of 127.0.0.1, where `/etc/hosts` must lead the names.
 * @param folder keeps the certificate; it's for these names.
 * @returns its certificate, whose authority callers must trust.
 */
export async function startMicrosoft(folder: string, own: OwnRegistration): Promise<LocalCertificate> {
  const certificate = await createLocalCertificate(folder, microsoftHosts)
  const { clientId, clientSecret, developerTokens, redirectUri } = own
  const signIn = await startMicrosoftSignIn({
    port: 0,
    publicOrigin: `https://${signInHost}`,
    clients: [{ clientId, clientSecrets: [clientSecret], redirectUris: [redirectUri] }],
  })
  const advertising = await startAdvertising({
    port: 0,
    developerTokens,
    verifyMicrosoftToken: createMicrosoftTokenVerifier(signIn.origin),
    verifyGoogleToken: async () => ({ ok: false, reason: 'invalid' }),
  })
  await openFront(certificate, (host) => {
    if (host === signInHost) return signIn.origin
    const [, service, sandbox] = apiHost.exec(host) ?? []
    return `${advertising.origin}/${sandbox ? 'sandbox' : 'production'}/${service}`
  })
  return certificate
}

/** Terminates TLS for every name, and passes requests on by their `Host`. */
async function openFront(certificate: LocalCertificate, findTarget: (host: string) => string): Promise<void> {
  const front = createServer(certificate, (request, response) => {
    const { method, url } = request
    const headers = { ...request.headers, 'x-forwarded-proto': 'https' }
    const passed = ask(`${findTarget(headers.host ?? '')}${url}`, { headers, ...(method && { method }) })
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject)
    front.listen(443, '127.0.0.1', resolve)
  })
}
