import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { FaultList, Strikes } from './fault-list.ts'
import type { RequestLog } from './request-log.ts'

/** What tests do to a stand-in and learn from it. */
export interface Controlled<Fault extends Strikes, Target, Settings extends object, Entry> {
  readonly faults: FaultList<Fault, Target>
  readonly faultSchema: z.ZodType<Fault>
  /** What can be changed while it runs. */
  readonly settings: Settings
  readonly settingsSchema: z.ZodType<Partial<Settings>>
  readonly log: RequestLog<Entry>
}

/**
 * The control over HTTP, without a token: `/faults` (POST, GET, DELETE), `/settings` (POST changes what it names,
 * GET), `/requests` (GET, DELETE), and `/operations` (GET): how many requests since the last DELETE, by kind.
 */
export function createControlRoutes<Fault extends Strikes, Target, Settings extends object, Entry>({
  faults,
  faultSchema,
  settings,
  settingsSchema,
  log,
}: Controlled<Fault, Target, Settings, Entry>): Hono {
  const routes = new Hono()
  routes.post('/faults', (context) => change(context, faultSchema, (fault) => faults.add(fault)))
  routes.get('/faults', (context) => context.json(faults.list()))
  routes.delete('/faults', (context) => {
    faults.clear()
    return context.body(null, 204)
  })
  routes.post('/settings', (context) =>
    change(context, settingsSchema, (given) => void Object.assign(settings, given)),
  )
  routes.get('/settings', (context) => context.json(settings))
  routes.get('/requests', (context) => context.json(log.entries()))
  routes.get('/operations', (context) => context.json(log.counts()))
  routes.delete('/requests', (context) => {
    log.clear()
    return context.body(null, 204)
  })
  return routes
}

async function change<T>(context: Context, schema: z.ZodType<T>, apply: (given: T) => void) {
  const parsed = schema.safeParse(await context.req.json().catch(() => undefined))
  if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400)
  apply(parsed.data)
  return context.body(null, 204)
}
