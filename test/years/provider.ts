import type { SignedInUser } from '../../shared/identity/idToken.ts'
import { consumerTenantId, type SignInRow } from '../../shared/identity/signInTable.ts'

/** One consent: what the identity provider and Microsoft Advertising know of it. */
export interface Family {
  readonly id: string
  /** Whose it is: a person can consent again. */
  readonly person: string
  readonly kind: 'personal' | 'work' | 'google'
  /** How many accounts the person can reach. */
  accounts: number
  /** The person took the consent back, or the directory removed the app. */
  ended?: 'revoked' | 'app_removed'
  calls: number
}

/** How long a Microsoft refresh token lives without use (entra/identity-platform/refresh-tokens). */
const refreshTokenSeconds = 90 * 86_400
/** Entra's lifetimes are between 60 and 90 minutes; each tenant's is its own here. */
const lifetimeSeconds = (calls: number) => 3600 + ((calls * 617) % 1800)

const refusals = {
  revoked: [400, 'invalid_grant', 50_173],
  app_removed: [400, 'unauthorized_client', 700_016],
  expired: [400, 'invalid_grant', 700_082],
  unknown: [400, 'invalid_grant', 9_002_313],
  wrong_secret: [401, 'invalid_client', 7_000_215],
  expired_secret: [401, 'invalid_client', 7_000_222],
} as const

/**
 * The identity providers, as two years need them: they say what they are asked, and remember no token. A refresh token
 * names its consent and its time, and an older one stays good, as Microsoft's do.
 */
export class Provider {
  readonly families = new Map<string, Family>()
  /** Accepted client secrets, and when each ends. */
  readonly secrets = new Map<string, number>()
  isDown = false
  /** Calls of the token endpoint. */
  calls = 0
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * A person consents.
   * @param again their earlier consent. Default is a new person.
   */
  consent(kind: Family['kind'], accounts: number, again?: Family): Family {
    const id = `f${this.families.size + 1}`
    const family: Family = { id, person: again?.person ?? id.slice(1), kind, accounts, calls: 0 }
    this.families.set(id, family)
    return family
  }

  /** The consent that a token or a code names. */
  familyOf(text: string): Family | undefined {
    return this.families.get(text.split('.')[1] ?? '')
  }

  /** Whether a refresh with it would work. */
  isGood(refreshToken: string): boolean {
    const family = this.familyOf(refreshToken)
    return family !== undefined && !family.ended && !this.#isExpired(refreshToken)
  }

  /** The token endpoint's answer to a form. */
  answer(form: URLSearchParams): Response {
    this.calls++
    if (this.isDown) return new Response('', { status: 503 })
    const secretEnds = this.secrets.get(form.get('client_secret') ?? '')
    if (secretEnds === undefined) return refuse('wrong_secret')
    if (secretEnds <= this.#now()) return refuse('expired_secret')
    const token = form.get('refresh_token') ?? form.get('code') ?? ''
    const family = this.familyOf(token)
    if (!family) return refuse('unknown')
    if (family.ended) return refuse(family.ended)
    if (this.#isExpired(token)) return refuse('expired')
    return Response.json(this.#tokensFor(family, form))
  }

  /** Who signed in, as a checked ID token would say. */
  userOf(row: SignInRow, idToken: string): SignedInUser {
    const family = this.familyOf(idToken)
    if (!family) throw new Error('an ID token of no consent')
    const { kind, person } = family
    const directory = `aaaabbbb-0000-4000-8000-${person.padStart(12, '0')}`
    const tid = kind === 'work' ? directory : consumerTenantId
    return {
      accountKind: kind,
      authorityTenant: kind === 'google' ? '' : kind === 'work' ? directory : 'consumers',
      consenter: { issuer: row.issuer(tid), subject: person, hint: `${person}…@example.com` },
      signInName: `${person}@example.com`,
    }
  }

  #tokensFor(family: Family, form: URLSearchParams): object {
    const serial = ++family.calls
    const issued = Math.floor(this.#now() / 1000)
    const isCode = form.has('code')
    const rotates = isCode || family.kind !== 'google'
    return {
      token_type: 'Bearer',
      access_token: `at.${family.id}.${serial}`,
      expires_in: lifetimeSeconds(serial),
      scope: form.get('scope') ?? 'openid email profile',
      ...(rotates && { refresh_token: `rt.${family.id}.${serial}.${issued}` }),
      ...(isCode && { id_token: `id.${family.id}` }),
    }
  }

  #isExpired(token: string): boolean {
    const [kind, id = '', , issued] = token.split('.')
    const isTimed = kind === 'rt' && this.families.get(id)?.kind !== 'google'
    return isTimed && Number(issued) + refreshTokenSeconds <= this.#now() / 1000
  }
}

function refuse(reason: keyof typeof refusals): Response {
  const [status, error, code] = refusals[reason]
  return Response.json({ error, error_codes: [code] }, { status })
}
