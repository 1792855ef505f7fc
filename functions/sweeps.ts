import { answerJson } from '../shared/http/answers.ts'
import { operation, route } from '../shared/http/route.ts'
import { runSweep, sweepReport } from '../shared/refresh/run.ts'

/** `POST /v1/sweeps`: runs a sweep now, for any scheduler that is to stand beside the timer. */
route('sweeps', 'v1/sweeps', {
  POST: operation({
    summary: 'Run a refresh sweep now',
    role: 'Broker.Operate',
    answer: { status: 200, description: 'What the sweep did.', schema: sweepReport },
    handle: async ({ broker }) => answerJson((await runSweep(broker)).report),
  }),
})
