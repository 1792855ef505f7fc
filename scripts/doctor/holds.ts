import {
  isCredentialReason,
  isRegistrationReason,
  parseReason,
  type StoredReason,
} from '../../shared/domain/reasons.ts'
import type { Readiness } from '../../shared/ready/readiness.ts'
import {
  clientCertificateName,
  clientSecretName,
  nextSecretName,
} from '../../shared/secrets/brokerSecrets.ts'
import { sweepNow } from './broker.ts'
import type { Diagnosed } from './finding.ts'

type Hold = Readiness['holds'][number]

/** The lines for what is on hold: the cause, and the command that fixes it. A sweep alone fixes only what has passed. */
export function fromHolds({ holds, signIns }: Readiness, url: string | undefined): Diagnosed[] {
  return holds.map((hold) => {
    const { environment, identityProvider, kind = '', reason, since, traceId } = hold
    const clientId = signIns.find(
      (row) => row.environment === environment && row.identityProvider === identityProvider,
    )?.clientId
    return {
      name: `environment ${environment} ${identityProvider} ${kind}`.trim(),
      ok: false,
      detail: `on hold since ${since}: ${reason}${traceId ? `, trace id ${traceId}` : ''} (docs/runbooks/environment-on-hold.md)`,
      resolution: fixHold(hold, clientId) ?? sweepNow(url),
    }
  })
}

/** The command for a cause that waiting doesn't fix; none for an outage, and for a kind of grants that is refused. */
function fixHold(hold: Hold, clientId = '<client id>'): string | undefined {
  const reason = parseReason(hold.reason)
  if (!isCredentialReason(reason) && !isRegistrationReason(reason)) return undefined
  const secret = secretToReplace(reason, hold)
  if (secret) {
    const replace = `az keyvault secret set --vault-name "$KEY_VAULT_NAME" --name ${nextSecretName(secret)} --file <file> --expires <date> --output none (docs/runbooks/secret-rotation.md)`
    if (!reason.endsWith('_missing')) return replace
    return `If it was deleted: az keyvault secret recover --vault-name "$KEY_VAULT_NAME" --name ${secret}; otherwise: ${replace}`
  }
  if (hold.identityProvider === 'google')
    return 'Compare the OAuth client at https://console.cloud.google.com/apis/credentials with the settings (Google has no command for it)'
  if (reason === 'client_assertion_refused')
    return `az ad app federated-credential list --id ${clientId} --output table; with a certificate: az ad app credential list --id ${clientId} --cert --output table (docs/client-authentication.md)`
  return `az ad app show --id ${clientId} --query '{disabled:isDisabled, audience:signInAudience, web:web.redirectUris}' (docs/deploy.md)`
}

/** The secret that is at fault; none if the registration is. */
function secretToReplace(reason: StoredReason, { environment, identityProvider }: Hold): string | undefined {
  if (reason.startsWith('client_certificate_')) return clientCertificateName(environment)
  const isOfSecret = reason.startsWith('client_secret_') || reason === 'invalid_client'
  return isOfSecret ? clientSecretName(environment, identityProvider) : undefined
}
