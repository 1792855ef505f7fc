import { describe, expect, test } from 'vitest'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { Secret } from '../../shared/secret.ts'
import { name } from '../simulation/ground.ts'
import { anHour, refreshGround } from './refreshGround.ts'

const readOnly = new StorageUnavailableError('vault', 403, 'Forbidden')
const rotated = { ...anHour, refreshToken: new Secret('next') } as typeof anHour

/** A refresh that returns a new refresh token, which the vault stores with `write`. */
async function refreshed(
  write: () => Promise<string>,
  usedRefreshTokens: 'accepted' | 'revoked' = 'accepted',
) {
  const own = refreshGround({
    answer: () => rotated,
    with: ({ config, grants }) => ({
      config: { ...config, usedRefreshTokens },
      grants: { ...grants, write },
    }),
  })
  const row = await own.add()
  const begun = own.refresher.refresh(name, { for: 'vend', minValiditySeconds: 300 })
  const outcome = await own.clock.run(begun.catch((error: unknown) => error))
  const ended = own.logged.find(({ event }) => event === 'refresh.ended')?.fields
  return { ...own, row, outcome, ended, after: own.rowOf(name) }
}

describe('a new refresh token that the vault does not store', () => {
  test.each([
    ['refuses at once', async () => Promise.reject(readOnly), 1],
    ['fails', async () => Promise.reject(new StorageUnavailableError('vault', 503, 'ServerBusy')), 8],
    ['hangs', () => new Promise<never>(() => {}), 9],
  ])('does not cost the caller the answer if the vault %s', async (_how, write, seconds) => {
    const { after, clock, ended, logged, outcome, row, tenants } = await refreshed(write)
    expect(outcome).toMatchObject({ outcome: 'refreshed', accessToken: new Secret('at') })
    expect(clock.passed()).toBeLessThan(seconds)
    expect(after?.grant?.reference).toBe(row.grant?.reference)
    expect(after?.lease).toBeUndefined()
    expect(ended).toMatchObject({ outcome: 'refreshed' })
    expect(logged.map(({ event }) => event)).toContain('grant.not_stored')
    expect(JSON.stringify(logged)).not.toContain('next')
    expect(tenants.history(name).map(({ type }) => type)).toContain('refresh.token_not_stored')
  })

  test('does not retry a deleted secret: another sign-in has replaced it', async () => {
    const gone = new StorageUnavailableError('vault', 409, 'SecretDeleted')
    const { after, ended, outcome } = await refreshed(async () => Promise.reject(gone))
    expect(outcome).toBe(gone)
    expect(ended).toMatchObject({ outcome: 'not_committed' })
    expect(after?.lease).toBeUndefined()
  })

  test('fails the refresh if used tokens are revoked, and the lease tells the next process', async () => {
    const { after, ended, outcome } = await refreshed(async () => Promise.reject(readOnly), 'revoked')
    expect(outcome).toBe(readOnly)
    expect(ended).toMatchObject({ outcome: 'not_committed' })
    expect(after?.lease).toBeDefined()
  })
})
