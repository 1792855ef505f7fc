/** A provider's treatment of used refresh tokens: Microsoft's stay valid, a strict provider's reuse ends the family. */
export type ProviderMode = 'microsoft' | 'strict'

/** How often a refresh brings a new refresh token: always, sometimes (otherwise none or the same), or never. */
export type RotationHabit = 'always' | 'sometimes' | 'never'

/** All refresh tokens that descend from one consent. */
export interface Family {
  readonly id: string
  readonly tenant: string
  /** Ended by the person or their directory; `plain` refusals name no cause. */
  revoked?: 'definite' | 'plain'
  /** Strict only: a used token was presented. */
  reused?: boolean
  /** Issued but not in any store yet. */
  unkept?: { readonly token: string; readonly isLost: () => boolean }
  /** Strict only: why no protocol could have stored its newest token. */
  excuse?: string
  calls: number
  /** Wrong answers for the next calls. */
  readonly glitches: Glitch[]
}

/** A temporary fault of the provider. */
export type Glitch =
  | 'app_refused'
  | 'plain_refusal'
  | 'loop_detected'
  | 'throttled'
  | 'server_error'
  | 'strange'

/** The token endpoint's answer. */
export interface ProviderAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfter?: string
}

/** The identity provider, with additions for the simulator. */
export interface ModelIdentityProvider {
  /** Whether the broker's client secret is wrong. */
  secretIsWrong: boolean
  /** Whether every grant is refused without a cause, for the time being. */
  refusesGrants: boolean
  /** Whether every call fails, because the provider itself does. */
  isDown: boolean
  /** Whether it was right before. */
  secretIsExpired: boolean
  consent(tenant: string): {
    family: Family
    refreshToken: string
    accessToken: string
    expiresInSeconds: number
  }
  /**
   * @param isLost whether the caller can no longer store the answer.
   * @param habit how often it returns a new refresh token. Default is the provider's own.
   */
  refresh(refreshToken: string, isLost: () => boolean, habit?: RotationHabit): ProviderAnswer
  familyOf(refreshToken: string): Family | undefined
  /** Whether a refresh with it would succeed. */
  isGood(refreshToken: string): boolean
  /** An access token's true expiry, and its tenant. */
  accessToken(text: string): { readonly tenant: string; readonly expiresAt: number } | undefined
  /** Reports that a store now has a refresh token. */
  kept(refreshToken: string): void
  /** Reports that a store finds an older refresh token instead of this one, by a write from before the current lease. */
  covered(refreshToken: string, older: string): void
  family(id: string): Family | undefined
  families(): Iterable<Family>
}

/** Options of a model provider. */
export interface ProviderOptions {
  readonly mode: ProviderMode
  readonly rotation: RotationHabit
  readonly lifetimeSeconds: number
  readonly now: () => number
  readonly fraction: () => number
  /** Whether a general refusal of this tenant already awaits confirmation: a second one wouldn't be a glitch. */
  readonly isSuspected?: (tenant: string) => boolean
}

interface IssuedToken {
  readonly family: Family
  used: boolean
}

/** The refusals (docs/facts.md) for the glitches. */
const refusals: Readonly<Record<Glitch | 'revoked' | 'wrong_secret' | 'expired_secret', ProviderAnswer>> = {
  plain_refusal: { status: 400, body: { error: 'invalid_grant', error_codes: [70000] } },
  app_refused: { status: 400, body: { error: 'unauthorized_client', error_codes: [7000112] } },
  loop_detected: { status: 400, body: { error: 'invalid_grant', error_codes: [50196] } },
  throttled: { status: 429, body: {}, retryAfter: '30' },
  server_error: { status: 503, body: { error: 'temporarily_unavailable' } },
  strange: { status: 418, body: { error: 'teapot' } },
  revoked: { status: 400, body: { error: 'invalid_grant', error_codes: [50173] } },
  wrong_secret: { status: 401, body: { error: 'invalid_client', error_codes: [7000215] } },
  expired_secret: { status: 401, body: { error: 'invalid_client', error_codes: [7000222] } },
}

/** Creates an identity provider. Each call takes effect immediately. */
export function createModelIdentityProvider(options: ProviderOptions): ModelIdentityProvider {
  return new IdentityProviderModel(options)
}

class IdentityProviderModel implements ModelIdentityProvider {
  secretIsWrong = false
  refusesGrants = false
  isDown = false
  secretIsExpired = false
  readonly #options: ProviderOptions
  readonly #families: Family[] = []
  readonly #tokens = new Map<string, IssuedToken>()
  readonly #accessTokens = new Map<string, { tenant: string; expiresAt: number }>()

  constructor(options: ProviderOptions) {
    this.#options = options
  }

  consent(tenant: string) {
    const family: Family = { id: `f${this.#families.length + 1}`, tenant, calls: 0, glitches: [] }
    this.#families.push(family)
    return { family, refreshToken: this.#issue(family), ...this.#accessTokenFor(family) }
  }

  refresh(
    refreshToken: string,
    isLost: () => boolean,
    habit: RotationHabit = this.#options.rotation,
  ): ProviderAnswer {
    const issued = this.#tokens.get(refreshToken)
    if (this.secretIsWrong) return refusals.wrong_secret
    if (this.secretIsExpired) return refusals.expired_secret
    if (!issued) return refusals.plain_refusal
    const { family } = issued
    family.calls++
    if (this.isDown) return refusals.server_error
    if (this.refusesGrants) return refusals.plain_refusal
    const glitch = family.glitches.shift()
    const isSecond = glitch === 'plain_refusal' && this.#options.isSuspected?.(family.tenant)
    if (glitch && !isSecond) return refusals[glitch]
    if (family.revoked) return family.revoked === 'definite' ? refusals.revoked : refusals.plain_refusal
    if (family.reused || (this.#options.mode === 'strict' && issued.used)) return this.#refuseReuse(family)
    const body = this.#accessTokenFor(family)
    const next = this.#nextRefreshToken(issued, refreshToken, habit)
    if (next && next !== refreshToken && this.#options.mode === 'strict') {
      issued.used = true
      family.unkept = { token: next, isLost }
    }
    return {
      status: 200,
      body: {
        access_token: body.accessToken,
        expires_in: body.expiresInSeconds,
        ...(next && { refresh_token: next }),
      },
    }
  }

  familyOf(refreshToken: string): Family | undefined {
    return this.#tokens.get(refreshToken)?.family
  }

  isGood(refreshToken: string): boolean {
    const issued = this.#tokens.get(refreshToken)
    return issued !== undefined && !issued.used && !issued.family.revoked && !issued.family.reused
  }

  accessToken(text: string) {
    return this.#accessTokens.get(text)
  }

  kept(refreshToken: string): void {
    const family = this.familyOf(refreshToken)
    if (family?.unkept?.token === refreshToken) delete family.unkept
  }

  covered(refreshToken: string, older: string): void {
    const family = this.familyOf(refreshToken)
    if (!family || family !== this.familyOf(older) || !this.isGood(refreshToken) || this.isGood(older)) return
    family.unkept = { token: refreshToken, isLost: () => true }
  }

  families(): Iterable<Family> {
    return this.#families
  }

  family(id: string): Family | undefined {
    return this.#families.find((family) => family.id === id)
  }

  #refuseReuse(family: Family): ProviderAnswer {
    family.reused = true
    if (family.unkept?.isLost()) family.excuse ??= 'its newest token was never kept'
    return refusals.plain_refusal
  }

  #issue(family: Family): string {
    const token = `rt-${family.id}-${this.#tokens.size + 1}`
    this.#tokens.set(token, { family, used: false })
    return token
  }

  #nextRefreshToken({ family }: IssuedToken, current: string, habit: RotationHabit): string | undefined {
    if (habit === 'always') return this.#issue(family)
    if (habit === 'never') return undefined
    const chance = this.#options.fraction()
    return chance < 0.6 ? this.#issue(family) : chance < 0.8 ? undefined : current
  }

  #accessTokenFor({ id, tenant }: Family): { accessToken: string; expiresInSeconds: number } {
    const expiresInSeconds = this.#options.lifetimeSeconds
    const accessToken = `at-${id}-${this.#accessTokens.size + 1}`
    const expiresAt = this.#options.now() + expiresInSeconds * 1000
    this.#accessTokens.set(accessToken, { tenant, expiresAt })
    return { accessToken, expiresInSeconds }
  }
}
