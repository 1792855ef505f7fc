import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { azureCliTokenSchema, signAzureCliToken } from './azure-cli.ts'
import { faultSchema } from './faults.ts'
import type { SignInState } from './state.ts'

const settingsSchema = z
  .strictObject({
    strict: z.boolean(),
    accessTokenSeconds: z.int().positive(),
    latencyMilliseconds: z.int().nonnegative(),
    authorityOfIssue: z.boolean(),
  })
  .partial()
const secretsSchema = z.strictObject({
  clientSecrets: z.array(z.string()).max(2),
  expiredClientSecrets: z.array(z.string()).optional(),
})
const userSchema = z.strictObject({ username: z.string() })

/** Creates the routes under `/_control`, with which tests and demonstrations set up their cases. */
export function createControl(state: SignInState): Hono {
  const app = new Hono()
  app.post('/_control/faults', (context) =>
    change(context, faultSchema, (fault) => {
      state.faults.add(fault)
      return true
    }),
  )
  app.delete('/_control/faults', (context) => {
    state.faults.clear()
    return context.body(null, 204)
  })
  app.get('/_control/requests', (context) => context.json(state.requests.entries()))
  app.delete('/_control/requests', (context) => {
    state.requests.clear()
    return context.body(null, 204)
  })
  app.post('/_control/settings', (context) =>
    change(context, settingsSchema, (settings) => Object.assign(state.settings, settings) === state.settings),
  )
  app.delete('/_control/consents', (context) => {
    for (const [id] of state.store.entries('Consent')) state.store.delete('Consent', id)
    return context.body(null, 204)
  })
  app.post('/_control/revoke', (context) =>
    change(context, userSchema, ({ username }) => revoke(state, username)),
  )
  app.post('/_control/clients/:clientId', (context) =>
    change(context, secretsSchema, ({ clientSecrets, expiredClientSecrets = [] }) =>
      state.clients.rotate(context.req.param('clientId'), { clientSecrets, expiredClientSecrets }),
    ),
  )
  app.post('/_control/azure-cli-token', async (context) => {
    const parsed = azureCliTokenSchema.safeParse(await context.req.json().catch(() => undefined))
    if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400)
    const issuer = `${new URL(context.req.url).origin}/${parsed.data.directoryId}/v2.0`
    return context.json({ access_token: await signAzureCliToken(state.keys, issuer, parsed.data) })
  })
  return app
}

async function change<T>(context: Context, schema: z.ZodType<T>, apply: (options: T) => boolean) {
  const parsed = schema.safeParse(await context.req.json().catch(() => undefined))
  if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400)
  if (!apply(parsed.data)) return context.json({ error: 'There is no such user or client.' }, 404)
  return context.body(null, 204)
}

/** Revokes a person's refresh tokens, pending codes, and browser sessions; consents stay. */
function revoke({ store, findByUsername }: SignInState, username: string): boolean {
  const accountId = findByUsername(username)?.objectId
  if (!accountId) return false
  for (const [id, record] of store.entries('RefreshToken')) {
    if (record.accountId === accountId) store.put('RefreshToken', id, { ...record, revoked: true })
  }
  for (const model of ['AuthorizationCode', 'Session', 'AccessToken']) {
    for (const [id, record] of store.entries(model)) {
      if (record.accountId === accountId) store.delete(model, id)
    }
  }
  return true
}
