import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const timeSpanPattern = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?$/

/** Reads a .NET time span, `[d.]hh:mm:ss[.fraction]`, as seconds; undefined if it isn't one. */
export function parseTimeSpan(text: string): number | undefined {
  const match = timeSpanPattern.exec(text)
  if (!match) return undefined
  const [, days = '0', hours, minutes, seconds, fraction = '0'] = match
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  return whole + Number(`0.${fraction}`)
}

const timeSpan = z.string().transform((text, context) => {
  const seconds = parseTimeSpan(text)
  if (seconds === undefined) context.addIssue(`"${text}" is not a time span such as 00:05:00`)
  return seconds ?? z.NEVER
})

const http = z
  .object({
    routePrefix: z.string().default('api'),
    maxConcurrentRequests: z.number().int().default(-1),
    maxOutstandingRequests: z.number().int().default(-1),
  })
  .prefault({})

const queues = z
  .object({
    maxPollingInterval: timeSpan.prefault('00:01:00'),
    visibilityTimeout: timeSpan.prefault('00:00:00'),
    batchSize: z.number().int().min(1).max(32).default(16),
    maxDequeueCount: z.number().int().min(1).default(5),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .prefault({})

const schema = z.object({
  functionTimeout: z.union([z.literal('-1').transform(() => undefined), timeSpan]).prefault('00:30:00'),
  extensions: z.object({ http, queues }).prefault({}),
})

/**
 * The settings of `host.json` that this host supports; time spans are in seconds.
 * Defaults are the real host's (learn.microsoft.com/azure/azure-functions/functions-host-json).
 */
export type HostJson = z.output<typeof schema>

const overridePrefix = 'AzureFunctionsJobHost__'

/**
 * Reads `host.json`; a missing file means defaults. Settings such as
 * `AzureFunctionsJobHost__extensions__queues__batchSize` override it
 * (learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values).
 * @throws Error that names every invalid setting.
 */
export async function readHostJson(appFolder: string, env: NodeJS.ProcessEnv = {}): Promise<HostJson> {
  const text = await readFile(join(appFolder, 'host.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  return parseHostJson(text, env)
}

/** Parses the text of a `host.json` and its overrides. @throws Error that names every invalid setting. */
export function parseHostJson(text: string, env: NodeJS.ProcessEnv = {}): HostJson {
  const json = JSON.parse(text)
  for (const [name, value] of Object.entries(env))
    if (name.startsWith(overridePrefix)) override(json, name.slice(overridePrefix.length).split('__'), value)
  const result = schema.safeParse(json)
  if (!result.success) throw new Error(`host.json is not usable:\n${z.prettifyError(result.error)}`)
  return result.data
}

function override(json: Record<string, unknown>, [key = '', ...rest]: string[], text = ''): void {
  if (rest.length === 0) {
    json[key] = /^(-?\d+|true|false)$/.test(text) ? JSON.parse(text) : text
    return
  }
  json[key] ??= {}
  override(json[key] as Record<string, unknown>, rest, text)
}
