import { objectsOf } from './faultJson.ts'

/** The `error` values of a token endpoint (RFC 6749, section 5.2; v2-oauth2-auth-code-flow; Google's own). */
const words = [
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'invalid_scope',
  'unsupported_grant_type',
  'interaction_required',
  'consent_required',
  'login_required',
  'temporarily_unavailable',
  'admin_policy_enforced',
  'org_internal',
  'deleted_client',
  'disabled_client',
  'restricted_client',
  'invalid_rapt',
] as const
const known: ReadonlySet<string> = new Set(words)
/** Members next to `error` in a token endpoint's answer that rarely occur in other answers. */
const companions = ['error_codes', 'error_uri', 'error_subtype', 'suberror', 'trace_id', 'correlation_id']

/** Finds a token endpoint's refusal in parsed JSON, wrapped or not; undefined if there is none. */
export function tokenErrorOfJson(json: unknown): Readonly<Record<string, unknown>> | undefined {
  return objectsOf(json).find(({ error, ...rest }) => {
    if (typeof error !== 'string') return false
    const isDescribed = typeof rest.error_description === 'string' && /^[a-z_]{3,60}$/.test(error)
    return known.has(error) || isDescribed || companions.some((name) => rest[name] !== undefined)
  })
}

/** Finds a refusal in a text: Entra's numbers, or an OAuth error as an SDK's exception prints it. */
export function tokenErrorOfText(text: string): Readonly<Record<string, unknown>> | undefined {
  const codes = [...text.matchAll(/AADSTS(\d{4,9})(?!\d)/g)].slice(0, 5).map(([, code]) => Number(code))
  const error = text.match(wordPattern)?.[0]
  if (codes.length === 0 && !error) return undefined
  const trace = text.match(/trace[_ ]?id["']?\s{0,5}[:=]\s{0,5}["']?([\w-]{8,64})/i)?.[1]
  return { error: error ?? '', error_codes: [...new Set(codes)], ...(trace && { trace_id: trace }) }
}

const wordPattern = new RegExp(`(?<![\\w])(?:${words.join('|')})(?![\\w])`)
