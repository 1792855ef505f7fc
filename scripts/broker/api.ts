import { createBrokerSender, toAnswer } from '../callBroker.ts'
import { UsageError } from '../commandLine.ts'
import { RefusedError } from './refusal.ts'
import { type Arguments, textOf } from './verb.ts'

/** Calls the broker's API for one tenant. */
export interface TenantApi {
  readonly tenant: string
  /** @throws RefusedError for an answer that isn't a success. */
  ask<T>(method: string, path?: string, body?: unknown): Promise<T>
  /** The answer as it arrives, whatever its status. */
  send: ReturnType<typeof createBrokerSender>
}

/** Calls the broker's API with a verb's `--url` and `--token-file`. */
export function createApi({ values }: Pick<Arguments, 'values'>) {
  const send = createBrokerSender({ url: textOf(values.url), 'token-file': textOf(values['token-file']) })
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await toAnswer(await send(path, { method, body }))
    if (answer.status >= 200 && answer.status < 300 && answer.body !== undefined) return answer.body as T
    throw new RefusedError(answer)
  }
  return { ask, send }
}

/**
 * The same, below the path of `--tenant`.
 * @throws UsageError if the option is missing.
 */
export function createTenantApi(given: Pick<Arguments, 'values'>): TenantApi {
  const tenant = textOf(given.values.tenant)
  if (!tenant) throw new UsageError('Pass the tenant: --tenant acme.')
  const { ask, send } = createApi(given)
  const base = `/v1/tenants/${encodeURIComponent(tenant)}`
  return {
    tenant,
    ask: (method, path = '', body) => ask(method, base + path, body),
    send: (path, request) => send(base + path, request),
  }
}

/** Every page of a list. */
export async function readPages<T>(
  ask: <P>(method: string, path: string) => Promise<P>,
  path: string,
  name: string,
): Promise<T[]> {
  const found: T[] = []
  for (let continuation = ''; ; ) {
    const next = new URLSearchParams({ limit: '200', ...(continuation && { continuation }) })
    const page = await ask<Record<string, T[]> & { continuation?: string }>(
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}${next}`,
    )
    found.push(...(page[name] ?? []))
    if (!page.continuation) return found
    continuation = page.continuation
  }
}
