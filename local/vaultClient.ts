import { SecretClient } from '@azure/keyvault-secrets'
import { vaultAudience } from './identity-endpoint.ts'
import { identityHeader } from './settings.ts'

/** A vault of the stack, and the source of the token. */
export interface VaultClientOptions {
  readonly vaultUrl: string
  readonly identityEndpoint: string
  /** PEM of the authority that issued the vault's certificate. */
  readonly ca: string
}

/** Creates a client of a vault stand-in, as the managed identity. */
export function createVaultClient({ vaultUrl, identityEndpoint, ca }: VaultClientOptions): SecretClient {
  const credential = { getToken: () => requestVaultToken(identityEndpoint) }
  return new SecretClient(vaultUrl, credential, {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca },
  })
}

async function requestVaultToken(identityEndpoint: string) {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: vaultAudience })
  const answer = await fetch(`${identityEndpoint}?${query}`, {
    headers: { 'X-IDENTITY-HEADER': identityHeader },
  })
  const { access_token, expires_on } = (await answer.json()) as { access_token: string; expires_on: string }
  return { token: access_token, expiresOnTimestamp: Number(expires_on) * 1000 }
}
