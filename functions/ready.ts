import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { checkReadiness, readiness } from '../shared/ready/readiness.ts'

/** `GET /ready`: every dependency, each secret's presence and expiry, the sign-in table, holds, the last sweep. */
route('ready', 'ready', {
  GET: operation({
    id: 'getReadiness',
    tag: 'operating',
    summary: 'Readiness: every dependency, secret, and environment, and the last sweep',
    role: 'Broker.Operate',
    tellsSettings: true,
    response: {
      status: 200,
      description: 'Everything works.',
      schema: readiness,
    },
    otherResponses: [
      {
        status: 503,
        description: 'Something needs the operator; `checks` and `holds` say what.',
        schema: readiness,
      },
    ],
    handle: async ({ broker }) => {
      const report = await checkReadiness(broker)
      return jsonResponse(report, report.ready ? 200 : 503)
    },
  }),
})
