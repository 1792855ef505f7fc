import { z } from 'zod'

/** A value of an attribute, as plain JSON. */
export type AttributeValue = string | number | boolean | null

/** A span in readable form. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: string
  readonly service: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly durationMilliseconds: number
  readonly isError: boolean
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** The newest state of one metric, with the attributes of each of its points. */
export interface CollectedMetric {
  readonly name: string
  readonly unit: string
  readonly points: readonly {
    readonly attributes: Readonly<Record<string, AttributeValue>>
    /** The count of a histogram, or the value of a sum or gauge. */
    readonly value: number
  }[]
}

const attributes = z
  .array(
    z.object({
      key: z.string(),
      value: z.object({
        stringValue: z.string().optional(),
        intValue: z.union([z.number(), z.string()]).transform(Number).optional(),
        doubleValue: z.number().optional(),
        boolValue: z.boolean().optional(),
      }),
    }),
  )
  .default([])
  .transform((list) =>
    Object.fromEntries(
      list.map(({ key, value }): [string, AttributeValue] => [
        key,
        value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? null,
      ]),
    ),
  )

/** `SpanKind` of OTLP's protobuf, by number. */
const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']

const resource = z.object({ attributes }).default({ attributes: {} })

const nanoseconds = z.union([z.string(), z.number()]).transform(BigInt)

const tracesSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource,
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              startTimeUnixNano: nanoseconds,
              endTimeUnixNano: nanoseconds,
              attributes,
              status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
            }),
          ),
        }),
      ),
    }),
  ),
})

const point = z.object({
  attributes,
  count: z.union([z.string(), z.number()]).transform(Number).optional(),
  asDouble: z.number().optional(),
  asInt: z.union([z.string(), z.number()]).transform(Number).optional(),
})
const points = z.object({ dataPoints: z.array(point) }).optional()

const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({
              name: z.string(),
              unit: z.string().default(''),
              histogram: points,
              sum: points,
              gauge: points,
            }),
          ),
        }),
      ),
    }),
  ),
})

/** Status codes of OTLP: 2 is an error. */
const statusError = 2

/** @throws ZodError if the body isn't an `ExportTraceServiceRequest`. */
export function readSpans(body: unknown): CollectedSpan[] {
  return tracesSchema.parse(body).resourceSpans.flatMap(({ resource: { attributes: of }, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        ...(span.parentSpanId && { parentSpanId: span.parentSpanId }),
        name: span.name,
        kind: kinds[span.kind] ?? 'unspecified',
        service: String(of['service.name'] ?? ''),
        startedAt: new Date(Number(span.startTimeUnixNano / 1_000_000n)).toISOString(),
        durationMilliseconds: Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1_000_000,
        isError: span.status.code === statusError,
        attributes: span.attributes,
      })),
    ),
  )
}

/** @throws ZodError if the body isn't an `ExportMetricsServiceRequest`. */
export function readMetrics(body: unknown): CollectedMetric[] {
  return metricsSchema.parse(body).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ name, unit, histogram, sum, gauge }) => ({
        name,
        unit,
        points: (histogram ?? sum ?? gauge)?.dataPoints.map(toPoint) ?? [],
      })),
    ),
  )
}

const toPoint = ({ attributes: of, count, asDouble, asInt }: z.infer<typeof point>) => ({
  attributes: of,
  value: count ?? asDouble ?? asInt ?? 0,
})
