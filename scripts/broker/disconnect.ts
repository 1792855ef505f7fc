import { type Ask, NoAnswerError } from '../../local/ask.ts'
import type { TenantView } from '../../shared/tenants/view.ts'
import { UsageError } from '../commandLine.ts'
import { createTenantApi, type TenantApi } from './api.ts'
import { factsOf } from './tenants.ts'
import type { Verb } from './verb.ts'

/**
 * `disconnect`: destroys the tenant's grant, after a person has typed the tenant's ID.
 * @param ask undefined where there is no person; then only `--yes` disconnects.
 */
export function createDisconnect(ask: Ask | undefined): Verb {
  return async ({ values }) => {
    const api = createTenantApi({ values })
    if (!values.yes && !(await isConfirmed(api, ask))) {
      console.error('Nothing was changed.')
      return 1
    }
    const ended = await api.ask<TenantView>('DELETE')
    console.log(values.json ? JSON.stringify(ended, null, 2) : `${api.tenant} is ${ended.status}.`)
    return 0
  }
}

/** @throws UsageError without a person. */
async function isConfirmed(api: TenantApi, ask: Ask | undefined): Promise<boolean> {
  if (!ask)
    throw new UsageError(`Nothing was changed. To disconnect ${api.tenant} without being asked, pass --yes.`)
  console.error(factsOf(await api.ask<TenantView>('GET')).join('\n'))
  const text = `This destroys the grant of ${api.tenant}; someone must sign in again to connect it. Type its ID to go on: `
  const answer = await ask({ text, isSecret: false }).catch(unanswered)
  return answer?.trim() === api.tenant
}

/** A person who ends the input has confirmed nothing. */
function unanswered(error: unknown): undefined {
  if (!(error instanceof NoAnswerError)) throw error
}
