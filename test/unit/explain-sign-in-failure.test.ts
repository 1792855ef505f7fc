import { describe, expect, test } from 'vitest'
import { readFault } from '../../shared/advertising/faults.ts'
import type { Config } from '../../shared/config.ts'
import {
  classifyAuthorizationError,
  explainFaultWithoutScope,
  explainSignInFault,
  explainSignInRefusal,
} from '../../shared/connect/explainSignInFailure.ts'
import { reasonByNumber } from '../../shared/domain/aadsts.ts'
import { toRefusal } from '../../shared/domain/refusal.ts'

describe('an authorization error', () => {
  const trace = '0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f'

  test('is read from its text, with number and trace id', () => {
    const description = `AADSTS65004: The user declined. Trace ID: ${trace} Correlation ID: x`
    expect(
      classifyAuthorizationError({ error: 'access_denied', error_description: description }),
    ).toMatchObject({
      ...{ reason: 'consent_declined', traceId: trace },
    })
  })

  test('is read from its lookup address if the text has no number', () => {
    const error_uri = 'https://login.example/error?code=90094'
    expect(classifyAuthorizationError({ error: 'access_denied', error_uri })).toMatchObject({
      ...{ reason: 'admin_consent_required' },
    })
    const error_description = 'AADSTS65004: The user declined.'
    expect(
      classifyAuthorizationError({ error: 'access_denied', error_description, error_uri }),
    ).toMatchObject({
      ...{ reason: 'consent_declined' },
    })
  })

  const canceled = {
    ...{ error: 'access_denied', error_subcode: 'cancel' },
    error_description: `AADSTS65004: User declined to consent to access the app. Trace ID: ${trace}`,
  }

  test('from Microsoft’s page for consent or for approval doesn’t claim which one it was', () => {
    expect(classifyAuthorizationError(canceled)).toMatchObject({
      ...{ reason: 'consent_not_given', class: 'advertiser', suberror: 'cancel', traceId: trace },
    })
    expect(classifyAuthorizationError(canceled, 'work').reason).toBe('consent_not_given')
    expect(classifyAuthorizationError({ error: 'consent_required' }).reason).toBe('consent_not_given')
  })

  test.each([
    [
      'is of a personal account, which no organization approves',
      { ...canceled },
      'personal',
      'consent_declined',
    ],
    [
      'has no number, like a personal account’s',
      {
        ...canceled,
        error_description: 'The user has denied access to the scope requested by the client application.',
      },
      undefined,
      'consent_declined',
    ],
    ['wasn’t canceled', { ...canceled, error_subcode: undefined }, undefined, 'consent_declined'],
    [
      'names the approval itself',
      { ...canceled, error_description: 'AADSTS90094: Admin consent is required.' },
      undefined,
      'admin_consent_required',
    ],
    [
      'names a missing consent',
      { error: 'consent_required', error_description: 'AADSTS65001: No consent.' },
      undefined,
      'consent_missing',
    ],
    ['has no number, of a personal account', { error: 'consent_required' }, 'personal', 'consent_required'],
  ] as const)('that %s is as clear as it says', (_title, response, signInWith, reason) => {
    expect(classifyAuthorizationError(response, signInWith).reason).toBe(reason)
  })

  test.each([
    ['AADSTS50105: The signed in user is not assigned to a role.', 'user_not_assigned'],
    ['AADSTS90008: The app needs a permission of its own.', 'sign_in_failed'],
    ['AADSTS9999999: A code that no list has.', 'identity_provider_error'],
    ['No number.', 'identity_provider_error'],
  ])('that calls itself the server’s is what its number says: %s', (error_description, reason) => {
    const error = classifyAuthorizationError({ error: 'server_error', error_description })
    expect(error.reason).toBe(reason)
  })

  test('never accuses us, whatever the browser brings', () => {
    const numbers = [...reasonByNumber.keys()].map((code) => ({ error_description: `AADSTS${code}: x` }))
    const words = [
      'invalid_client',
      'unauthorized_client',
      'invalid_request',
      'invalid_scope',
      'org_internal',
    ]
    const errors = [
      ...words,
      'access_denied',
      'server_error',
      'invalid_grant',
      'temporarily_unavailable',
      'x',
    ]
    for (const error of errors)
      for (const more of [{}, ...numbers])
        expect(classifyAuthorizationError({ error, ...more }).class).not.toBe('operator')
    expect(classifyAuthorizationError({ error: 'invalid_client' })).toMatchObject({
      ...{ reason: 'sign_in_failed', class: 'advertiser' },
    })
  })

  test('without a reason is temporary', () => {
    expect(classifyAuthorizationError({}).class).toBe('passing')
  })
})

describe('a refusal', () => {
  const microsoft = {
    authority: { origin: 'https://login.example', tenant: 'common' },
    clientId: 'c',
    scope: 's',
  }
  const config = {
    ...{ redirectUri: 'https://broker.example/cb', environments: new Map([['production', { microsoft }]]) },
  } as unknown as Config
  const explained = (
    reason: Parameters<typeof toRefusal>[0],
    environment: 'production' | 'sandbox' = 'production',
  ) => explainSignInRefusal(config, environment, toRefusal(reason, { traceId: 'trace' }))

  test.each([
    ['client_secret_invalid', 'environment_on_hold'],
    ['identity_provider_error', 'identity_provider_unavailable'],
    ['throttled', 'identity_provider_unavailable'],
    ['admin_consent_required', 'admin_consent_required'],
    ['advertising_not_enabled', 'advertising_not_enabled'],
    ['conditional_access', 'directory_policy'],
    ['consent_declined', 'consent_declined'],
    ['consent_not_given', 'consent_not_given'],
    ['mfa_required', 'sign_in_refused'],
  ] as const)('for %s is %s, with reason and trace id', (reason, failed) => {
    expect(explained(reason)).toMatchObject({ failed, reason, traceId: 'trace' })
  })

  test('names the administrator’s link if it helps, and only in a configured environment', () => {
    expect(explained('admin_consent_required').adminConsentUrl).toMatch(/^https:\/\/login\.example\//)
    expect(explained('consent_not_given')).toHaveProperty('adminConsentUrl')
    expect(explained('consent_declined')).not.toHaveProperty('adminConsentUrl')
    expect(explained('admin_consent_required', 'sandbox')).not.toHaveProperty('adminConsentUrl')
    expect(explained('mfa_required')).not.toHaveProperty('adminConsentUrl')
  })
})

describe('a fault of Microsoft Advertising', () => {
  const fault = (status: number, error?: object) =>
    readFault({
      ...{
        service: 'customerManagement',
        status,
        bodyText: error ? JSON.stringify({ Errors: [error] }) : '',
      },
      headers: new Headers({ trackingid: 'track' }),
    })

  test('has its code, otherwise its status, and the tracking id', () => {
    expect(explainSignInFault(fault(500, { Code: 0 }))).toMatchObject({
      reason: 'advertising_0',
      traceId: 'track',
    })
    expect(explainSignInFault(fault(503))).toMatchObject({
      ...{ failed: 'advertising_unavailable', reason: 'advertising_503', traceId: 'track' },
    })
  })

  test('about a person who has no user, or the wrong kind of account, says so', () => {
    const of = (Detail: string) => explainSignInFault(fault(401, { Code: 105, Detail }))
    expect(of('UserNotFound')).toMatchObject({ failed: 'no_advertising_user', reason: 'no_advertising_user' })
    expect(of('UserNotFound')).not.toHaveProperty('advice')
  })

  test('after an answer without the scope is about the scope, unless it says otherwise', () => {
    const of = (status: number, error?: object) => explainFaultWithoutScope(fault(status, error))
    for (const Code of [105, 106, 201])
      expect(of(401, { Code }), String(Code)).toMatchObject({
        ...{ failed: 'scope_not_granted', reason: `advertising_${Code}`, traceId: 'track' },
      })
    expect(of(401, { Code: 105 })).not.toHaveProperty('advice')
    const unknown = of(401, { Code: 105, Detail: 'UserNotFound' })
    expect(unknown).toMatchObject({ failed: 'scope_not_granted', reason: 'advertising_105' })
    expect(of(503)).toMatchObject({ failed: 'advertising_unavailable' })
    expect(of(401, { Code: 122 })).toMatchObject({ failed: 'wrong_account_kind' })
  })

  test('that may be caused by the developer token tells the person whom to ask', () => {
    const undecided = explainSignInFault(fault(401, { Code: 105 }))
    expect(undecided).toMatchObject({ failed: 'no_advertising_user', reason: 'advertising_105' })
    expect(undecided.advice).toContain('ask the app’s operator')
    expect(explainSignInFault(fault(503)).advice).toBeUndefined()
  })
})
