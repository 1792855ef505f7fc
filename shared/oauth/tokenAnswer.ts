import * as z from 'zod'
import type { TenantName } from '../domain/tenant.ts'
import type { VendedAccessToken } from '../vend/vendAccessToken.ts'
import { handleOf } from './handle.ts'
import { exchangeGrant, issuedType } from './tokenForm.ts'

/** The answer to a token request (RFC 6749, section 5.1; RFC 8693, section 2.2.1). */
export const tokenAnswer = z
  .object({
    access_token: z.string().describe('The OAuth access token of the person who consented.'),
    token_type: z.literal('Bearer').describe('Always `Bearer`.'),
    expires_in: z.int().describe('Seconds.'),
    refresh_token: z.string().describe('The tenant’s handle. It’s always the same.'),
    scope: z.string().describe('The scopes of the consent, whatever the request asked for.'),
    issued_token_type: z.literal(issuedType).describe('In a token exchange only.').optional(),
  })
  .meta({ id: 'TokenAnswer', description: 'A tenant’s access token (RFC 6749, RFC 8693).' })

/** Makes the answer to a token request with this grant type. */
export function toTokenAnswer(
  { accessToken, expiresIn, scopes }: VendedAccessToken,
  tenant: TenantName,
  grantType: string,
): z.infer<typeof tokenAnswer> {
  return {
    access_token: accessToken.expose(),
    token_type: 'Bearer',
    expires_in: expiresIn,
    refresh_token: handleOf(tenant),
    scope: scopes.join(' '),
    ...(grantType === exchangeGrant && { issued_token_type: issuedType }),
  }
}
