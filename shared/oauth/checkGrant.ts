import type { TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { handleOf } from './handle.ts'
import { exchangeGrant, type TokenForm } from './tokenForm.ts'

/**
 * Checks what a token request asks for. Every grant leads to the same token, that of the tenant in the path: who may have
 * it depends on the caller alone.
 * @throws Problem `invalid_request` with the error of RFC 6749 or RFC 8693 as its `reason`.
 */
export function assertGrant(form: TokenForm, tenant: TenantName): void {
  const { audience, grant_type: grant, refresh_token: handle } = form
  if (!grants.has(grant))
    throw refusal('unsupported_grant_type', `The broker has only ${[...grants].join(', ')}.`)
  if (grant === 'refresh_token' && handle !== handleOf(tenant))
    throw refusal(
      'invalid_grant',
      'The refresh_token isn’t this tenant’s handle. Microsoft’s own refresh tokens don’t work here.',
    )
  if (grant === exchangeGrant && audience !== undefined && audience !== tenant.tenant)
    throw refusal('invalid_target', 'The audience isn’t the tenant in the path.')
}

const grants: ReadonlySet<string> = new Set(['refresh_token', 'client_credentials', exchangeGrant])

function refusal(reason: string, detail: string): Problem {
  return new Problem('invalid_request', { detail, members: { reason } })
}
