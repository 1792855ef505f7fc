import { describe, expect, test } from 'vitest'
import { readFault } from '../../shared/advertising/faults.ts'
import { toRefusal } from '../../shared/domain/refusal.ts'
import {
  explainImportFault,
  explainImportRefusal,
  explainNoAccount,
  explainNotSaved,
} from '../../shared/grants/explainImportFailure.ts'
import { withConnectSession } from '../../shared/grants/withConnectSession.ts'
import { Problem } from '../../shared/problems.ts'

const config = { workspaces: [{ workspace: 'w', returnUrls: ['https://app.example/back'] }] }
const place = {
  ...{ workspace: 'w', tenant: 'a b', environment: 'sandbox' as const },
  grant: { identityProvider: 'google' as const },
}

const told = (problem: unknown) => withConnectSession(problem, config, place)
const connectOf = (problem: Problem) => (told(problem) as Problem).extras.members?.connect

describe('a refused grant', () => {
  test('that a sign-in of its advertiser replaces has the request for a connect session', () => {
    expect(connectOf(explainImportRefusal(toRefusal('grant_revoked'), 'google'))).toEqual({
      method: 'POST',
      path: '/v1/tenants/a%20b/connect-sessions',
      body: {
        ...{ environment: 'sandbox', identityProvider: 'google' },
        returnUrl: 'https://app.example/back',
      },
    })
  })

  test('of a person whom Microsoft Advertising refuses says which sign-in works', () => {
    const bodyText = JSON.stringify({ Errors: [{ Code: 122, ErrorCode: 'x' }] })
    const refused = explainImportFault(readFault({ service: 'customerManagement', status: 401, bodyText }))
    expect(refused.extras.members).toMatchObject({ reason: 'work_account_required', signInWith: 'work' })
    expect(connectOf(refused)).toMatchObject({
      body: { identityProvider: 'microsoft', signInWith: 'work', allowDifferentUser: true },
    })
  })

  test('of a person who has left lets another one sign in', () => {
    const departed = explainImportRefusal(toRefusal('user_disabled'), 'microsoft')
    expect(departed.extras.actor).toBe('advertiserAdmin')
    expect(connectOf(departed)).toMatchObject({ body: { allowDifferentUser: true } })
  })

  test('without an account says what is missing, and can be replaced by a sign-in', () => {
    const refused = explainNoAccount()
    expect(refused.message).toContain('doesn’t have access to any Microsoft Advertising account')
    expect(connectOf(refused)).toMatchObject({ method: 'POST' })
  })

  test('that the app or the operator must correct has none', () => {
    expect(connectOf(explainImportRefusal(toRefusal('client_mismatch'), 'google'))).toBeUndefined()
    expect(connectOf(explainNotSaved({ failed: 'different_user', advice: '' }))).toBeUndefined()
    const other = new Problem('tenant_changed')
    expect(told(other)).toBe(other)
    expect(told('no problem')).toBe('no problem')
  })
})
