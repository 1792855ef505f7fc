import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { requestedSweepSeconds, runSweep, sweepReport } from '../shared/operations/runSweep.ts'

/** `POST /v1/sweeps`: runs a sweep now, for a scheduler that supplements the timer. */
route('sweeps', 'v1/sweeps', {
  POST: operation({
    id: 'runSweep',
    tag: 'operating',
    summary:
      'Run a refresh sweep now, which starts no refresh after two and a half minutes; the next sweep does the rest',
    role: 'Broker.Operate',
    response: { status: 200, description: 'What the sweep did.', schema: sweepReport },
    handle: async ({ broker }) =>
      jsonResponse((await runSweep(broker, { maxSeconds: requestedSweepSeconds })).report),
  }),
})
