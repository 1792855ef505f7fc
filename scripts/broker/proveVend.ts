import type { VendResponse } from '../../shared/vend/vend.ts'
import { toAnswer } from '../callBroker.ts'
import type { TenantApi } from './api.ts'
import { toFacts } from './layout.ts'
import { toRefusalLines } from './refusal.ts'

/**
 * Vends once, and asks Microsoft Advertising through the broker who the user is: with that, everything works, from the
 * app's role to the developer token.
 * @returns 0 if both work; otherwise 1, after saying what to do.
 */
export async function proveVend({ ask, send, tenant }: TenantApi): Promise<number> {
  const { accountId, expiresAt } = await ask<VendResponse>('GET', '/token')
  const answer = await send('/ads/customerManagement/User/Query', { method: 'POST', text: '{}' })
  const user = answer.ok ? ((await answer.json()) as { User?: { UserName?: string } }).User : undefined
  const facts = toFacts([
    ['Vended', `a token until ${expiresAt}${accountId ? `, for account ${accountId}` : ''}`],
    ['Called', user && `Microsoft Advertising knows this user as ${user.UserName ?? 'unnamed'}`],
  ])
  console.error(facts.join('\n'))
  if (user) return 0
  if (answer.headers.get('content-type')?.startsWith('application/problem+json'))
    console.error(toRefusalLines(await toAnswer(answer)).join('\n'))
  else console.error(`Microsoft Advertising answered ${answer.status}.`)
  console.error(`The tenant is connected. To learn more: npm run broker -- diagnose --tenant ${tenant}`)
  return 1
}
