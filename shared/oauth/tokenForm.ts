import * as z from 'zod'
import { Secret } from '../secret.ts'

/** The grant type of a token exchange (RFC 8693, section 2.1). */
export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Types of a token that is a JWT of a trusted issuer (RFC 8693, section 3). */
const subjectTypes = [
  'urn:ietf:params:oauth:token-type:jwt',
  'urn:ietf:params:oauth:token-type:access_token',
] as const

/** The only type of token that the broker issues (RFC 8693, section 3). */
export const issuedType = 'urn:ietf:params:oauth:token-type:access_token'

/** The type of a client's assertion (RFC 7523, section 2.2). */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const sentWith = (name: string) => `is required with ${name}`

/** The form of a token request. Other fields are ignored (RFC 6749, section 3.2). */
export const tokenForm = z
  .object({
    grant_type: z.string().describe(`\`refresh_token\`, \`client_credentials\`, or \`${exchangeGrant}\`.`),
    refresh_token: z.string().describe('The tenant’s handle, from an earlier answer.').optional(),
    client_id: z
      .string()
      .describe(
        'The app’s ID as `WORKSPACES` names it, with its issuer’s namespace. Read with `client_secret`.',
      )
      .optional(),
    client_secret: z
      .string()
      .transform((text) => new Secret(text))
      .describe('The app’s secret at its issuer. The broker redeems it there and doesn’t keep it.')
      .optional(),
    client_assertion: z.string().describe('The caller’s own token.').optional(),
    client_assertion_type: z.literal(assertionType).describe('Required with `client_assertion`.').optional(),
    subject_token: z.string().describe('The caller’s own token, in a token exchange.').optional(),
    subject_token_type: z.enum(subjectTypes).describe('Required in a token exchange.').optional(),
    requested_token_type: z.literal(issuedType).describe('What a token exchange issues.').optional(),
    audience: z.string().describe('In a token exchange, the tenant’s ID if it’s there.').optional(),
  })
  .superRefine((form, context) => {
    for (const [field, other] of missingFields(form))
      context.addIssue({ code: 'custom', path: [field], message: sentWith(other) })
  })
  .meta({ id: 'TokenRequest', description: 'A token request (RFC 6749, RFC 7523, RFC 8693).' })

/** The value of a {@link tokenForm}. */
export type TokenForm = z.output<typeof tokenForm>

function missingFields(form: TokenForm): [field: keyof TokenForm, other: string][] {
  const { grant_type: grant } = form
  const needed: [keyof TokenForm, boolean, string][] = [
    ['refresh_token', grant === 'refresh_token', 'this grant_type'],
    ['subject_token', grant === exchangeGrant, 'this grant_type'],
    ['subject_token_type', grant === exchangeGrant, 'this grant_type'],
    ['client_assertion_type', form.client_assertion !== undefined, 'client_assertion'],
    ['client_id', form.client_secret !== undefined, 'client_secret'],
  ]
  return needed.flatMap(([field, isNeeded, other]) =>
    isNeeded && form[field] === undefined ? [[field, other] as [keyof TokenForm, string]] : [],
  )
}
