import type { Registration } from '../environment.ts'
import { clientSecretName } from '../secrets/brokerSecrets.ts'

/** Names the vault secret to store again, if the refusal is about the secret's value; undefined otherwise. */
export function explainCredential(
  reason: string | undefined,
  { environment, identityProvider }: Registration,
): string | undefined {
  if (reason !== 'client_secret_malformed') return undefined
  const name = clientSecretName(environment, identityProvider)
  return `The vault secret ${name} cannot be a client secret; \`/ready\` says why.`
}
