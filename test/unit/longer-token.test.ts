import { describe, expect, test } from 'vitest'
import type { RefreshPurpose } from '../../shared/refresh/decide.ts'
import { Secret } from '../../shared/secret.ts'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { grantOf, name, owner } from '../simulation/ground.ts'
import { anHour, refreshGround } from './refreshGround.ts'

const sealing = { ...name, environment: 'production', use: 'access_token', grantId: undefined } as const

/** A due tenant whose token lasts `heldSeconds`, and a provider whose tokens last `broughtSeconds`. */
async function holding(heldSeconds: number, broughtSeconds: number, duringCall = () => {}) {
  const answer = () => {
    duringCall()
    return { ...anHour, expiresInSeconds: broughtSeconds }
  }
  const own = refreshGround({ answer })
  const { clock, dependencies, refresher } = own
  const sealed = await dependencies.sealer.seal(new Secret('held'), sealing)
  const accessToken = { sealed, refreshedAt: own.after(-2700), expiresAt: own.after(heldSeconds) }
  const reference = await own.stores.vault.write(new Secret('old'), owner)
  const grant = { ...grantOf(reference, 'first'), consentedAt: own.after(-86_400) }
  const before = await own.add({ accessToken, grant, lastVendedAt: clock.now() })
  const accessTokens = createAccessTokens({
    ...dependencies,
    refresher,
    rowCacheSeconds: 30,
    vendLimitSeconds: 20,
  })
  return {
    ...own,
    before,
    obtain: (seconds?: number) => clock.run(accessTokens.get(name, seconds)),
    refresh: (purpose: RefreshPurpose) => clock.run(refresher.refresh(name, purpose)),
  }
}

describe('a refresh whose token ends sooner than the held one', () => {
  test('keeps the held one and commits the new refresh token', async () => {
    const own = await holding(900, 600)
    expect(await own.refresh({ for: 'sweep' })).toMatchObject({ outcome: 'refreshed' })
    const { accessToken, grant } = own.row()
    expect(accessToken).toEqual({ ...own.before.accessToken, refreshedAt: own.clock.now() })
    expect(grant?.reference).not.toBe(own.before.grant?.reference)
    expect(own.live()).toContain('rt')
  })

  test('makes the tenant due between the refresh and the end of the held one', async () => {
    const own = await holding(900, 120)
    await own.refresh({ for: 'sweep' })
    const { dueAt } = own.row()
    expect(dueAt?.getTime()).toBeGreaterThan(own.after(200).getTime())
    expect(dueAt?.getTime()).toBeLessThan(own.after(900).getTime())
  })

  test('keeps the held one as resealed by another process in the meantime', async () => {
    const own = await holding(900, 600, () => {
      const stored = own.tenants.row(name)
      const accessToken = stored?.tenant.accessToken
      if (stored && accessToken)
        void own.tenants.replace(
          stored,
          { ...stored.tenant, accessToken: { ...accessToken, sealed: 'again' } },
          [],
        )
    })
    await own.refresh({ for: 'sweep' })
    expect(own.row().accessToken?.sealed).toBe('again')
  })

  test('vends the held one, with its own expiry', async () => {
    const own = await holding(200, 100)
    const held = { ok: true, accessToken: new Secret('held'), expiresAt: own.after(200) }
    expect(await own.obtain()).toMatchObject(held)
    expect(own.calls()).toBe(1)
  })

  test('is not repeated for each vend that asks for more than either lasts', async () => {
    const own = await holding(900, 600)
    const refused = { ok: false, because: 'validity_not_reached' }
    for (let vend = 0; vend < 3; vend++) {
      expect(await own.obtain(1200)).toMatchObject(refused)
      own.clock.advance(60)
    }
    expect(own.calls()).toBe(1)
  })

  test('takes the new one if Microsoft Advertising refused the held one', async () => {
    const own = await holding(900, 600)
    const seen = own.before.accessToken?.refreshedAt ?? own.clock.now()
    expect(await own.refresh({ for: 'replacement', seen })).toMatchObject({ accessToken: new Secret('at') })
    expect(own.row().accessToken).toMatchObject({ expiresAt: own.after(600), replaced: true })
  })
})

test.each([
  [900, 900],
  [600, 900],
])(
  'of a token that lasts %i s and a new one that lasts %i s, the new one is taken',
  async (held, brought) => {
    const own = await holding(held, brought)
    expect(await own.refresh({ for: 'sweep' })).toMatchObject({ accessToken: new Secret('at') })
    expect(own.row().accessToken?.sealed).not.toBe(own.before.accessToken?.sealed)
  },
)
