import type { JsonSchema } from './jsonSchema.ts'

/** The schema of a refused token request (RFC 6749, section 5.2). */
export const oauthErrorSchema = {
  type: 'object',
  description: 'Why a token request was refused (RFC 6749, section 5.2).',
  required: ['error', 'error_description', 'code', 'actor', 'requestId'],
  properties: {
    error: {
      type: 'string',
      description: 'The error in OAuth’s words.',
      'x-extensible-enum': [
        'invalid_request',
        'invalid_client',
        'invalid_grant',
        'invalid_target',
        'unauthorized_client',
        'unsupported_grant_type',
        'temporarily_unavailable',
        'server_error',
      ],
    },
    error_description: { type: 'string', description: 'A description of this occurrence, in ASCII.' },
    code: { type: 'string', description: 'The `code` of the problem behind it, as on all other routes.' },
    actor: { type: 'string', description: 'Who must act, as in a problem.' },
    requestId: { type: 'string', description: 'This request’s ID in the broker’s log.' },
  },
} as const satisfies JsonSchema
