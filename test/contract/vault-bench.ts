import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManagedIdentityCredential } from '@azure/identity'
import { SecretClient, type SecretClientOptions } from '@azure/keyvault-secrets'
import { expect, vi } from 'vitest'
import { createLocalCertificate } from '../../local/certificate.ts'
import { startIdentityEndpoint, vaultAudience } from '../../local/identity-endpoint.ts'
import { createTokenVerifier } from '../../local/token-verifier.ts'
import { type RunningVault, startVault, type VaultOptions } from '../../local/vault/vault.ts'

/** A vault's answer to a request that bypasses the SDK. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: { readonly error?: { readonly code: string; readonly message: string } } | undefined
}

/** The basis of the vault's tests: a folder, a certificate, an identity endpoint, and real clients. */
export type VaultBench = Awaited<ReturnType<typeof openVaultBench>>

/** Starts an identity endpoint and points this process's managed identity settings at it. */
export async function openVaultBench() {
  const folder = await mkdtemp(join(tmpdir(), 'vault-'))
  const tls = await createLocalCertificate(folder)
  const identity = await startIdentityEndpoint({ port: 0, header: 'let me in' })
  vi.stubEnv('IDENTITY_ENDPOINT', identity.endpoint)
  vi.stubEnv('IDENTITY_HEADER', 'let me in')
  return {
    folder,
    identity,
    startVault: (options: Partial<VaultOptions> = {}) =>
      startVault({ port: 0, tls, verifyToken: createTokenVerifier(identity.origin), ...options }),
    connect: (
      origin: string,
      maxRetries = 0,
      additionalPolicies: SecretClientOptions['additionalPolicies'] = [],
    ) =>
      new SecretClient(origin, new ManagedIdentityCredential(), {
        additionalPolicies,
        disableChallengeResourceVerification: true,
        retryOptions: { maxRetries, retryDelayInMs: 1 },
        tlsOptions: { ca: tls.caCert },
      }),
    send: (
      vault: RunningVault,
      method: string,
      path: string,
      options: { token?: string; body?: string } = {},
    ) => send(tls.caCert, `${vault.origin}${path}`, method, options),
    close: async () => {
      vi.unstubAllEnvs()
      await identity.stop()
      await rm(folder, { recursive: true })
    },
  }
}

function send(ca: string, url: string, method: string, options: { token?: string; body?: string }) {
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(url, { method, headers, ca }, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString()
      const body = text === '' ? undefined : JSON.parse(text)
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body })
    })
    sent.on('error', reject)
    sent.end(options.body)
  })
}

/** A token of this process's managed identity. Default audience is Key Vault's. */
export async function getToken(audience: string = vaultAudience): Promise<string> {
  return (await new ManagedIdentityCredential().getToken(`${audience}/.default`)).token
}

/** The names of all items in an SDK's list. */
export async function namesOf(items: AsyncIterable<{ name: string }>): Promise<string[]> {
  const names = []
  for await (const { name } of items) names.push(name)
  return names
}

/** Deletes a secret and waits until it's listed as deleted. */
export async function deleteSecret(client: SecretClient, name: string) {
  return (await client.beginDeleteSecret(name, { intervalInMs: 1 })).pollUntilDone()
}

/** The refusal in the SDK's error: status, code, and the inner code, if any. */
export async function refusalOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => expect.fail('it was not refused'),
    (thrown) => thrown,
  )
  const inner = error.details?.error?.innerError?.code
  return { status: error.statusCode, code: error.code, ...(inner ? { inner } : {}) }
}
