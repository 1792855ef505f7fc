import type { CollectedMetric, CollectedSpan } from './otlp.ts'

/** A collector's received telemetry, and the waiting callers. */
export interface Records {
  addSpans(spans: readonly CollectedSpan[]): void
  addMetrics(metrics: readonly CollectedMetric[]): void
  /** The latest traces by id, with spans in the order in which they ended. */
  traces(): ReadonlyMap<string, readonly CollectedSpan[]>
  /** The newest state of each metric. */
  metrics(): readonly CollectedMetric[]
  /**
   * Resolves with a trace as soon as `isEnough` accepts its spans.
   * @throws Error that lists the received spans, if that doesn't happen in time. Default is 20 seconds.
   */
  waitForTrace(
    traceId: string,
    isEnough: (spans: readonly CollectedSpan[]) => boolean,
    seconds?: number,
  ): Promise<readonly CollectedSpan[]>
  /**
   * Resolves with a metric as soon as `isEnough` accepts its newest state. Default is any state.
   * @throws Error that lists the received metrics, if that doesn't happen in time.
   */
  waitForMetric(
    name: string,
    isEnough?: (metric: CollectedMetric) => boolean,
    seconds?: number,
  ): Promise<CollectedMetric>
}

const maxTraces = 2000
/** In one trace; a caller may keep sending the same trace. */
const maxSpans = 1000
const patienceSeconds = 20

/** Creates empty records that keep the latest 2,000 traces. */
export function createRecords(): Records {
  const traces = new Map<string, CollectedSpan[]>()
  const metrics = new Map<string, CollectedMetric>()
  const waiting = new Set<() => void>()
  const tell = () => waiting.forEach((look) => void look())

  const waitFor = <T>(look: () => T | undefined, seconds: number, describe: () => string) =>
    new Promise<T>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        waiting.delete(check)
      }
      const check = () => {
        const found = look()
        if (found === undefined) return
        end()
        resolve(found)
      }
      const timer = setTimeout(() => {
        end()
        reject(new Error(describe()))
      }, seconds * 1000)
      waiting.add(check)
      check()
    })

  return {
    addSpans(spans) {
      for (const span of spans) {
        const known = traces.get(span.traceId) ?? []
        if (known.length < maxSpans) known.push(span)
        traces.set(span.traceId, known)
      }
      for (const oldest of [...traces.keys()].slice(0, Math.max(0, traces.size - maxTraces)))
        traces.delete(oldest)
      tell()
    },
    addMetrics(received) {
      for (const metric of received) metrics.set(metric.name, metric)
      tell()
    },
    traces: () => traces,
    metrics: () => [...metrics.values()],
    waitForTrace: (traceId, isEnough, seconds = patienceSeconds) =>
      waitFor(
        () => {
          const spans = traces.get(traceId)
          return spans && isEnough(spans) ? spans : undefined
        },
        seconds,
        () => `Of trace ${traceId} came: ${traces.get(traceId)?.map(({ name }) => name) ?? 'nothing'}.`,
      ),
    waitForMetric: (name, isEnough = () => true, seconds = patienceSeconds) =>
      waitFor(
        () => {
          const metric = metrics.get(name)
          return metric && isEnough(metric) ? metric : undefined
        },
        seconds,
        () => `${name} did not come, but ${[...metrics.keys()]}.`,
      ),
  }
}
