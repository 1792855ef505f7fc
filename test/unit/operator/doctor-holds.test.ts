import { expect, test } from 'vitest'
import { fromHolds } from '../../../scripts/doctor/holds.ts'
import { isCredentialReason, type RefusalReason, reasons } from '../../../shared/domain/reasons.ts'
import type { Readiness } from '../../../shared/ready/readiness.ts'

const clientId = '55555555-5555-4555-8555-555555555555'

function lineOf(reason: string, identityProvider: 'microsoft' | 'google' = 'microsoft') {
  const environment = 'production'
  const at = '2026-11-30T02:00:00.000Z'
  const hold = { environment, identityProvider, reason, traceId: 't1', since: at, until: at }
  const signIns = [{ environment, identityProvider, clientId }]
  return fromHolds({ holds: [hold], signIns } as unknown as Readiness, 'https://broker.example.com')[0]
}

test.each([
  [
    'client_secret_invalid',
    'secret set --vault-name "$KEY_VAULT_NAME" --name production-microsoft-client-secret-next ',
  ],
  ['client_secret_expired', '--name production-microsoft-client-secret-next '],
  ['client_certificate_unusable', '--name production-microsoft-client-certificate-next '],
  ['client_assertion_refused', `az ad app federated-credential list --id ${clientId}`],
  ['application_disabled', `az ad app show --id ${clientId}`],
  ['redirect_uri_mismatch', `az ad app show --id ${clientId}`],
])('an environment on hold for %s tells its cause and how to fix it', (reason, resolution) => {
  expect(lineOf(reason)).toMatchObject({
    name: 'environment production microsoft',
    ok: false,
    detail: expect.stringContaining(`on hold since 2026-11-30T02:00:00.000Z: ${reason}, trace id t1`),
    resolution: expect.stringContaining(resolution),
  })
})

test.each([
  ['client_secret_missing', 'production-microsoft-client-secret'],
  ['client_certificate_missing', 'production-microsoft-client-certificate'],
])('what may only have been deleted is recovered before it is replaced: %s', (reason, secret) => {
  const of = '--vault-name "$KEY_VAULT_NAME" --name'
  expect(lineOf(reason)?.resolution).toContain(
    `If it was deleted: az keyvault secret recover ${of} ${secret}; otherwise: az keyvault secret set ${of} ${secret}-next `,
  )
})

test('no cause of ours is fixed by a sweep, and whatever may have passed is', () => {
  const bySweep = (Object.keys(reasons) as RefusalReason[]).filter((reason) =>
    lineOf(reason)?.resolution?.includes('/v1/sweeps'),
  )
  expect(
    bySweep.filter((reason) => isCredentialReason(reason) || reasons[reason].about === 'our_registration'),
  ).toEqual([])
  expect(bySweep).toEqual(expect.arrayContaining(['grant_refused', 'identity_provider_error']))
  expect(lineOf('invalid_client', 'google')?.resolution).toContain('production-google-client-secret-next')
  expect(lineOf('client_deleted', 'google')?.resolution).toContain('console.cloud.google.com')
})
