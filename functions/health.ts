import * as z from 'zod'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'

/** `GET /health`: the process is alive and its settings are valid. Calls no other service. */
route('health', 'health', {
  GET: operation({
    id: 'getHealth',
    tag: 'operating',
    summary: 'Liveness: the process responds and its settings are valid',
    tellsSettings: true,
    response: {
      status: 200,
      description: 'Alive.',
      schema: z
        .object({ status: z.literal('ok') })
        .meta({ id: 'Health', description: 'The process responds.' }),
    },
    handle: async () => jsonResponse({ status: 'ok' }),
  }),
})
