import { rediscoverAccounts } from '../../shared/accounts/discover.ts'
import { authorize } from '../../shared/connect/authorize.ts'
import { finishSignIn } from '../../shared/connect/callback.ts'
import { confirmConnectSession } from '../../shared/connect/confirm.ts'
import { connectSessionBody, createConnectSession } from '../../shared/connect/sessions.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { Problem, problems } from '../../shared/problems.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { accountIdOf } from './advertising.ts'
import { returnUrl, workspace } from './ground.ts'
import type { Life } from './life.ts'
import type { Family } from './provider.ts'

/** How a link ends: the person leaves before or after the sign-in page opens, or consents. */
export type LinkEnd = 'unopened' | 'abandoned' | 'consented' | 'confirmed' | 'unconfirmed'

/** An app asks for a link, and a person does something with it. Returns whether the tenant is connected. */
export async function useLink(life: Life, tenant: string, end: LinkEnd, family?: Family): Promise<boolean> {
  const connected = await attempt(life, async (broker) => {
    const name = { workspace, tenant }
    const confirm = end === 'confirmed' || end === 'unconfirmed'
    const asked = { environment: 'production', returnUrl, accountChoice: 'app', allowDifferentUser: true }
    const provider = family?.kind === 'google' ? 'google' : 'microsoft'
    const body = connectSessionBody.parse({ ...asked, confirm, identityProvider: provider })
    const { connectUrl, id } = await createConnectSession(broker, name, body)
    if (end === 'unopened') return false
    const sessionToken = new URL(connectUrl).searchParams.get('session') ?? ''
    const opened = { sessionToken, browser: undefined, pressed: true, userAgent: '' }
    const begun = await authorize(broker, opened)
    if (!('binding' in begun) || end === 'abandoned' || !family) return false
    const state = begun.url.searchParams.get('state') ?? ''
    const browser = { bindings: [{ name: 'cookie', ...begun.binding }] }
    const ended = await finishSignIn(broker, { state, code: `code.${family.id}` }, browser)
    if (!('returnUrl' in ended)) return false
    const told = new URL(ended.returnUrl).searchParams
    if (end === 'confirmed') {
      await confirmConnectSession(broker, name, id, told.get('confirmation_code') ?? '')
      broker.accessTokens.forget(name)
    }
    return end === 'confirmed' || told.get('status') === 'connected'
  })
  return connected ?? false
}

/** An app asks for a token. Returns whether it got one. */
export async function vend(life: Life, tenant: string, family: Family): Promise<boolean> {
  const accountId = accountIdOf(family, 1)
  const asked = { accountId, minValiditySeconds: 60 }
  const vended = await attempt(life, ({ vend }) => vend.vend({ workspace, tenant }, asked))
  return vended !== undefined
}

/** An app has a tenant's accounts discovered again. */
export async function rediscover(life: Life, tenant: string): Promise<void> {
  await attempt(life, (broker) => rediscoverAccounts(broker, { workspace, tenant }))
}

/** An app disconnects a tenant. Returns whether that worked. */
export async function disconnect(life: Life, tenant: string): Promise<boolean> {
  const name = { workspace, tenant }
  const ended = await attempt(life, async (broker) => {
    const stored = await disconnectTenant(broker.grantServices, name)
    broker.accessTokens.forget(name)
    return stored
  })
  return ended !== undefined && ended !== 'conflict'
}

/**
 * Does what an app or a person asks; undefined if the broker says that it can't. A 5xx is logged, as routes do.
 * @throws other errors.
 */
async function attempt<T>(life: Life, work: (broker: Life['broker']) => Promise<T>): Promise<T | undefined> {
  try {
    return await life.run(work)
  } catch (error) {
    if (error instanceof Problem) {
      if (problems[error.code].status >= 500) life.log('request.failed', { code: error.code, reason: '' })
      return undefined
    }
    if (!(error instanceof StorageUnavailableError)) throw error
    life.log('request.failed', { code: 'storage_unavailable', reason: error.code })
    return undefined
  }
}
