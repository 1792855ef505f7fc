import type { Registration } from '../environment.ts'
import { clientSecretName } from '../secrets/brokerSecrets.ts'

/** Names the vault secret to store again, where a refusal's reason is what the secret says; undefined elsewhere. */
export function explainCredential(
  reason: string | undefined,
  { environment, identityProvider }: Registration,
): string | undefined {
  if (reason !== 'client_secret_malformed') return undefined
  const name = clientSecretName(environment, identityProvider)
  return `The vault secret ${name} cannot be a client secret; \`/ready\` says why.`
}
