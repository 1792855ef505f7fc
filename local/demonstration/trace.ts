import { randomBytes } from 'node:crypto'
import type { CollectedSpan } from '../collector/otlp.ts'
import { assert, type Demo } from './demo.ts'
import type { Step } from './steps.ts'

/** Starts a trace, like an app that traces its calls; the header goes with the call that {@link traceSteps} check. */
export function beginTrace({ memory }: Demo): { traceparent: string } {
  const traceId = randomBytes(16).toString('hex')
  memory.set('traceId', traceId)
  return { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` }
}

/** Steps that check an earlier call in the telemetry. */
export const traceSteps: readonly Step[] = [
  {
    name: 'trace',
    title: 'The operator looks at the trace of that call',
    async run(demo) {
      const { parts, ports } = demo.stack
      const traceId = demo.memory.get('traceId')
      const spans = await parts.collector.service.waitForTrace(traceId, (come) => come.some(isFunction))
      const root = spans.find(isFunction)
      // A grant can be in either vault.
      const called: [what: string, ...ports: number[]][] = [
        ['Table Storage', ports.table],
        ['Key Vault', ports.vault, ports.grantVault],
        ['sign-in', ports.signIn],
        ['Microsoft Advertising', ports.advertising],
      ]
      const missing = called.filter(([, ...at]) => !spans.some((span) => goesTo(span, at)))
      assert(missing.length === 0, `The trace says nothing of ${missing.map(([what]) => what)}.`)
      return {
        happened: `${root?.durationMilliseconds.toFixed(0)} ms in ${spans.length} spans: ${called.map(([what]) => what).join(', ')}; all of it at ${parts.collector.origin}/traces/${traceId}.`,
        proves: 'One trace leads from the app through storage and vault to Microsoft, with no secret in it.',
      }
    },
  },
]

const isFunction = ({ attributes }: CollectedSpan) => 'faas.invocation_id' in attributes

const goesTo = ({ attributes }: CollectedSpan, ports: readonly number[]) =>
  ports.includes(Number(attributes['server.port']))
