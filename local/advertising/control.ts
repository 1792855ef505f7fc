import { Hono } from 'hono'
import { z } from 'zod'
import type { Clock } from './clock.ts'
import { changeContent, contentSchema } from './content-control.ts'
import { type Injections, injectionSchema } from './injections.ts'
import type { Inventories } from './inventory/inventory.ts'
import { encodeJson, parseId } from './json.ts'
import { type Manner, mannerSchema } from './manner.ts'
import type { RequestLog } from './request-log.ts'
import type { TokenExpiry } from './token-expiry.ts'
import { addAccounts, removeAccounts, type World } from './world.ts'

/** The objects that the controls change. */
export interface Controlled {
  readonly world: World
  readonly injections: Injections
  readonly log: RequestLog
  readonly expiry: TokenExpiry
  readonly manner: Manner
  readonly inventories: Inventories
  readonly clock: Clock
}

const environment = z.enum(['production', 'sandbox'])
const id = z.string().regex(/^\d{1,19}$/)

const moreAccounts = z.strictObject({
  environment,
  objectId: z.string(),
  count: z.int().positive().max(100_000),
})
const fewerAccounts = z.strictObject({ environment, accountIds: z.array(id).min(1) })
const changedAccount = z.strictObject({
  environment,
  accountId: id,
  status: z.enum(['Draft', 'Active', 'Inactive', 'Pause', 'Pending', 'Suspended']),
  pauseReason: z
    .union([z.literal(1), z.literal(2), z.literal(4)])
    .nullable()
    .default(null),
})
const person = z.strictObject({ objectId: z.string() })
const manner = mannerSchema.partial()
const passed = z.strictObject({ forwardSeconds: z.number().positive() })

/**
 * The routes of `/_control`: `faults` (GET, POST, DELETE), `requests` (GET, DELETE), `accounts`,
 * `accounts/remove`, `accounts/update`, `expire-tokens`, `options`, `content` (what an account contains), and `clock`
 * (POST; moves the time of downloads and their requests forward). An invalid body gets 400 with zod's message.
 */
export function createControl(controlled: Controlled): Hono {
  const control = new Hono()
  observe(control, controlled)
  const post = <T>(path: string, schema: z.ZodType<T>, act: (body: T) => object | null) =>
    control.post(path, async (c) => {
      const parsed = schema.safeParse(await c.req.json().catch(() => null))
      if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400)
      const result = act(parsed.data)
      if (!result) return c.json({ error: 'No such person or account in that environment.' }, 404)
      return c.body(encodeJson(result, { numericIds: false }), 200, { 'content-type': 'application/json' })
    })
  const { world, injections, expiry } = controlled
  post('/faults', injectionSchema, (body) => {
    injections.add(body)
    return { faults: injections.list() }
  })
  post('/accounts', moreAccounts, (body) => {
    const accountIds = addAccounts(world[body.environment], body.objectId, body.count)
    return accountIds.length > 0 ? { accountIds } : null
  })
  post('/accounts/remove', fewerAccounts, (body) => ({
    accountIds: removeAccounts(world[body.environment], body.accountIds.map(BigInt)),
  }))
  post('/accounts/update', changedAccount, (body) => updateAccount(world, body))
  post('/expire-tokens', person, ({ objectId }) => {
    expiry.expire(objectId)
    return {}
  })
  post('/content', contentSchema, (body) => changeContent(controlled, body))
  post('/clock', passed, ({ forwardSeconds }) => {
    controlled.clock.forward(forwardSeconds)
    return { now: controlled.clock.now().toISOString() }
  })
  post('/options', manner, (body) => Object.assign(controlled.manner, body))
  return control
}

function observe(control: Hono, { injections, log }: Controlled): void {
  control.get('/faults', (c) => c.json({ faults: injections.list() }))
  control.delete('/faults', (c) => {
    injections.clear()
    return c.body(null, 204)
  })
  control.get('/requests', (c) => c.json({ requests: log.list() }))
  control.delete('/requests', (c) => {
    log.clear()
    return c.body(null, 204)
  })
}

function updateAccount(world: World, change: z.infer<typeof changedAccount>): object | null {
  const account = world[change.environment].accounts.get(parseId(change.accountId)!)
  if (!account) return null
  account.status = change.status
  account.pauseReason = change.status === 'Pause' ? (change.pauseReason ?? 1) : null
  return { account }
}
