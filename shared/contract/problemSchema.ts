import { actors, problems } from '../problems.ts'
import type { JsonSchema } from './jsonSchema.ts'

const text = (description: string): JsonSchema => ({ type: 'string', description })

const account: JsonSchema = {
  type: 'object',
  required: ['accountId', 'number', 'name'],
  properties: {
    accountId: text('The account’s ID.'),
    number: text('The number shown on Microsoft’s pages.'),
    name: text('The account’s name.'),
  },
}

/**
 * The schema of a problem document (RFC 9457). It has every member that any problem can have; which ones a problem has
 * depends on its code.
 */
export const problemSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'code', 'detail', 'actor', 'resolution', 'requestId'],
  properties: {
    type: text('`/docs#` and the code.'),
    title: text('What happened, the same for every occurrence.'),
    status: { type: 'integer', description: 'The HTTP status.' },
    code: {
      ...text('A stable code to branch on. More codes can be added.'),
      'x-extensible-enum': Object.keys(problems),
    },
    detail: {
      ...text('A description of this occurrence.'),
      // Kiota shows it as the exception's message.
      'x-ms-primary-error-message': true,
    },
    actor: {
      ...text('Who must act before the same request can succeed. `nobody`: try again later.'),
      'x-extensible-enum': [...actors],
    },
    resolution: text('How to fix it.'),
    requestId: text('This request’s ID in the broker’s log.'),
    retryAfter: { type: 'integer', description: 'Seconds, as in the `Retry-After` header.' },
    reason: text('A more specific stable code, if there is one.'),
    traceId: text('Microsoft’s trace ID, for Microsoft support.'),
    serviceCode: text('The error code of Azure’s Table Storage or Key Vault.'),
    errors: {
      type: 'array',
      description:
        'The invalid fields of an `invalid_request`, 20 at most: those of the query, or if there are none, of the body.',
      items: {
        type: 'object',
        required: ['in', 'field', 'fault'],
        properties: {
          in: text('`query`, `body`, `path`, or `header`.'),
          field: text('The field’s name, as the caller wrote it.'),
          fault: text('What is wrong with it.'),
        },
      },
    },
    codes: {
      type: 'array',
      description: 'Microsoft’s error codes and their names.',
      items: text('For example `2002 UnknownReportType`.'),
    },
    exclusive: {
      type: 'object',
      description: 'The columns of the report that exclude each other.',
      properties: {
        attributes: { type: 'array', description: 'None of these …', items: { type: 'string' } },
        statistics: { type: 'array', description: '… with any of these.', items: { type: 'string' } },
      },
    },
    connect: {
      type: 'object',
      description: 'The request that creates a connect session, if connecting fixes the problem.',
      properties: {
        method: text('`POST`.'),
        path: text('The path of the broker’s route.'),
        body: { type: 'object', description: 'Send it unchanged.', additionalProperties: true },
      },
    },
    adminConsentUrl: {
      type: 'string',
      format: 'uri',
      description: 'The link for the advertiser’s administrator.',
    },
    signInWith: text('The type of account whose sign-in would work.'),
    tenantStatus: text('The tenant’s status.'),
    requiredRole: text('The app role that the route requires.'),
    app: text('The ID of the calling app.'),
    token: {
      type: 'object',
      description: 'When the caller’s token was issued and expires.',
      properties: {
        issuedAt: { type: 'string', format: 'date-time', description: 'When it was issued.' },
        expiresAt: { type: 'string', format: 'date-time', description: 'When it expires.' },
      },
    },
    limit: {
      type: 'object',
      description: 'The limit that was reached.',
      required: ['name', 'scope', 'count'],
      properties: {
        name: text('The limit’s name in `REQUEST_LIMITS`.'),
        scope: text('What it counts by: `app`, `workspace`, or `tenant`.'),
        count: { type: 'integer', description: 'How many are allowed at once, and per minute or hour.' },
      },
    },
    maxBodyBytes: { type: 'integer', description: 'The largest body that the route reads, in bytes.' },
    user: text('Who consented now, masked.'),
    previousUser: text('Who consented before, masked.'),
    lost: { type: 'array', description: 'The accounts that would be lost, 100 at most.', items: account },
    accountsLost: { type: 'integer', description: 'How many accounts would be lost.' },
    damaged: {
      type: 'object',
      description: 'What of the stored row can’t be read.',
      properties: {
        column: text('The column’s name.'),
        detail: text('What is wrong with it.'),
      },
    },
    settings: {
      type: 'array',
      description: 'Every invalid setting of the broker; `/health` and `/ready` list them.',
      items: {
        type: 'object',
        required: ['setting', 'fault', 'meaning', 'example'],
        properties: {
          setting: text('The setting’s name.'),
          fault: text('What is wrong with it.'),
          meaning: text('What it is for.'),
          example: text('A valid value.'),
        },
      },
    },
  },
} as const satisfies JsonSchema
