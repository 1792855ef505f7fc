import * as z from 'zod'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { Problem } from '../shared/problems.ts'

const noCanary = 'This broker has no canary. The operator can name one with the setting `CANARY_TENANT`.'

const canary = z
  .object({ status: z.enum(['ok', 'failing']) })
  .meta({ id: 'Canary', description: 'Whether the canary’s last run was good.' })

/** `GET /health/canary`: whether the canary's last run was good. Says nothing more, because anyone can ask. */
route('healthCanary', 'health/canary', {
  GET: operation({
    id: 'getCanary',
    tag: 'operating',
    summary: 'Whether a real vend and a real call to Microsoft Advertising worked a few minutes ago',
    response: {
      status: 200,
      description: 'The last run worked, at most 15 minutes ago.',
      schema: canary,
    },
    otherResponses: [
      {
        status: 503,
        description: 'The last run failed, or is too long ago. The event `canary.failed` says why.',
        schema: canary,
      },
    ],
    problems: ['route_not_found'],
    handle: async ({ broker: { config, isCanaryWell } }) => {
      if (!config.canary) throw new Problem('route_not_found', { detail: noCanary })
      return (await isCanaryWell())
        ? jsonResponse({ status: 'ok' })
        : jsonResponse({ status: 'failing' }, 503)
    },
  }),
})
