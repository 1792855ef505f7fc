import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { runSweep, sweepReport } from '../shared/operations/runSweep.ts'

/**
 * Azure's load balancer ends a request after 230 s (azure-functions/functions-scale, HTTP trigger); a refresh that
 * starts within this time may still need a tenant's full lease.
 */
const maxSeconds = 150

/** `POST /v1/sweeps`: runs a sweep now, for a scheduler that supplements the timer. */
route('sweeps', 'v1/sweeps', {
  POST: operation({
    id: 'runSweep',
    tag: 'operating',
    summary:
      'Run a refresh sweep now, which starts no refresh after two and a half minutes; the next sweep does the rest',
    role: 'Broker.Operate',
    response: { status: 200, description: 'What the sweep did.', schema: sweepReport },
    handle: async ({ broker }) => jsonResponse((await runSweep(broker, { maxSeconds })).report),
  }),
})
