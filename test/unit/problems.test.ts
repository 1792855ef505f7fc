import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock, systemRandomness, TimeLimitError } from '../../shared/clock.ts'
import { DamagedRowError } from '../../shared/domain/damagedRow.ts'
import { IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { SealingKeysError } from '../../shared/domain/sealer.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { toProblem } from '../../shared/domain/toProblem.ts'
import { problemResponse } from '../../shared/http/responses.ts'
import { actors, Problem, type ProblemCode, problems } from '../../shared/problems.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'

const documentOf = (problem: Problem) => JSON.parse(String(problemResponse(problem, 'request-1').body))

describe('a problem document', () => {
  test.each(Object.keys(problems) as ProblemCode[])(
    '%s says what happened, who acts, and how to fix it',
    (code) => {
      const answer = problemResponse(new Problem(code), 'request-1')
      const document = JSON.parse(String(answer.body))
      const { status, title, actor, resolution } = problems[code]
      expect(document).toEqual({
        type: `/docs#${code}`,
        title,
        status,
        code,
        detail: title,
        actor,
        resolution,
        ...(actor === 'nobody' && { retryAfter: 1 }),
        requestId: 'request-1',
      })
      expect(answer.status).toBe(status)
      expect(actors).toContain(actor)
      expect(answer.headers).toMatchObject({
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'X-Frame-Options': 'DENY',
        'Referrer-Policy': 'no-referrer',
        'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
      })
    },
  )

  test('has Retry-After in whole seconds, in header and body', () => {
    const answer = problemResponse(new Problem('storage_unavailable', { retryAfterSeconds: 4.2 }), 'r')
    expect(answer.headers).toMatchObject({ 'Retry-After': '5' })
    expect(JSON.parse(String(answer.body)).retryAfter).toBe(5)
  })

  test('on which nobody has to act has Retry-After, whatever its code', () => {
    const retryAfter = (problem: Problem) => documentOf(problem).retryAfter
    expect(retryAfter(new Problem('tenant_changed'))).toBe(1)
    expect(retryAfter(new Problem('tenant_changed', { retryAfterSeconds: 7 }))).toBe(7)
    expect(retryAfter(new Problem('account_not_found', { actor: 'nobody' }))).toBe(1)
    expect(retryAfter(new Problem('storage_unavailable', { actor: 'operator' }))).toBeUndefined()
  })

  test('can have another actor, and further members', () => {
    const problem = new Problem('storage_unavailable', { actor: 'operator', members: { reason: 'x' } })
    expect(documentOf(problem)).toMatchObject({ actor: 'operator', reason: 'x' })
  })

  test('has an explanation on the docs page for every code', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
    for (const code of Object.keys(problems)) expect(page).toContain(`<a id="${code}"></a>`)
  })
})

describe('a failure as a problem', () => {
  test('of storage that does not answer is temporary; a missing right is the operator’s problem', () => {
    const passing = toProblem(new StorageUnavailableError('tables', 503, 'ServerBusy'))
    expect(documentOf(passing)).toMatchObject({ code: 'storage_unavailable', actor: 'nobody', retryAfter: 5 })
    const refused = toProblem(new StorageUnavailableError('vault', 403, 'Forbidden'))
    expect(documentOf(refused)).toMatchObject({ actor: 'operator', reason: 'vault_forbidden' })
    const unknown = toProblem(new StorageUnavailableError('tables', 401, 'InvalidAuthenticationInfo'))
    expect(documentOf(unknown)).toMatchObject({ actor: 'operator', reason: 'tables_forbidden' })
  })

  test('of this process’s identity is nobody’s problem at first, with a reason of its own', () => {
    const fault = { reason: 'identity_failing', status: 500 } as const
    expect(documentOf(toProblem(new IdentityUnavailableError(fault, 'nobody')))).toMatchObject({
      ...{ status: 503, code: 'storage_unavailable', actor: 'nobody', retryAfter: 5 },
      reason: 'identity_failing',
      detail: 'The endpoint of the managed identity fails on this instance (500).',
    })
  })

  test('of an identity that cannot work says what to set', () => {
    const fault = { reason: 'identity_refused', status: 400 } as const
    const document = documentOf(toProblem(new IdentityUnavailableError(fault, 'operator')))
    expect(document).toMatchObject({ code: 'storage_unavailable', actor: 'operator', retryAfter: 5 })
    expect(document.detail).toContain('AZURE_CLIENT_ID must be the clientId of a user-assigned identity')
    expect(document.detail).toContain('az functionapp identity show')
  })

  test('of a secret that an Azure Policy refuses is told from a missing right', () => {
    const error = new StorageUnavailableError('vault', 403, 'DisallowedByPolicy')
    expect(documentOf(toProblem(error))).toMatchObject({
      actor: 'operator',
      reason: 'vault_policy',
      detail: expect.stringContaining('exempt the vault'),
    })
  })

  test.each(['TableNotFound', 'TableBeingDeleted'])(
    'of a missing table (%s) is the operator’s problem',
    (code) => {
      const missing = documentOf(toProblem(new StorageUnavailableError('tables', 404, code)))
      expect(missing).toMatchObject({ status: 503, actor: 'operator', reason: 'table_missing' })
    },
  )

  test('of a grant in a vault that is not in the settings is the operator’s problem', async () => {
    const owner = {
      workspace: 'w',
      tenant: 't',
      environment: 'production',
      identityProvider: 'microsoft',
    } as const
    const reading = createGrantVault([], {
      clock: systemClock,
      randomness: systemRandomness,
      log: () => {},
    }).read('vault:gone.example/s/1/0', owner)
    const error = await reading.then(
      () => undefined,
      (failure: unknown) => failure,
    )
    expect(documentOf(toProblem(error))).toMatchObject({
      code: 'storage_unavailable',
      actor: 'operator',
      reason: 'vault_not_named',
    })
  })

  test('of a reference from a later version is the operator’s problem', () => {
    const error = new StorageUnavailableError('vault', 0, 'ReferenceNotUnderstood')
    expect(documentOf(toProblem(error))).toMatchObject({
      code: 'storage_unavailable',
      actor: 'operator',
      reason: 'reference_not_understood',
    })
  })

  test('of a damaged row names the column', () => {
    const damage = { column: 'Grant', detail: 'isn’t JSON' }
    const error = new DamagedRowError({ workspace: 'w', tenant: 't' }, damage)
    expect(documentOf(toProblem(error))).toMatchObject({
      code: 'tenant_damaged',
      detail: 'The tenant’s row has a damaged column: Grant isn’t JSON.',
      damaged: damage,
    })
  })

  test('of a step that takes too long can be tried again in 5 s', () => {
    expect(documentOf(toProblem(new TimeLimitError('reading', 8)))).toMatchObject({
      code: 'storage_unavailable',
      retryAfter: 5,
      reason: 'time_limit',
    })
  })

  test('of missing sealing keys is the operator’s problem', () => {
    expect(documentOf(toProblem(new SealingKeysError('is missing')))).toMatchObject({
      code: 'storage_unavailable',
      actor: 'operator',
      reason: 'sealing_keys',
    })
  })

  test('that is unknown does not expose its message', () => {
    const answer = problemResponse(toProblem(new Error('token=secret-value')), 'r')
    expect(answer.status).toBe(500)
    expect(String(answer.body)).not.toContain('secret-value')
  })
})
