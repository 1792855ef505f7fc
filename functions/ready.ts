import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { checkReadiness, readiness } from '../shared/ready/readiness.ts'

/** `GET /ready`: every dependency, each secret's presence and expiry, the sign-in table, holds, the last sweep. */
route('ready', 'ready', {
  GET: operation({
    summary: 'Readiness: every dependency, secret, and environment, and the last sweep',
    role: 'Broker.Operate',
    tellsSettings: true,
    response: {
      status: 200,
      description: '200 when everything works, 503 when something needs the operator.',
      schema: readiness,
    },
    handle: async ({ broker }) => {
      const report = await checkReadiness(broker)
      return jsonResponse(report, report.ready ? 200 : 503)
    },
  }),
})
