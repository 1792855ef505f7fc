import { brokerToken, brokerUrl } from '../environment.ts'

/** How the generated functions send: to the broker, as this app. Orval calls it a mutator. */
export async function brokerFetch<T>(path: string, options: RequestInit): Promise<T> {
  const headers = { ...(options.headers as Record<string, string>), Authorization: `Bearer ${brokerToken}` }
  const answer = await fetch(brokerUrl + path, { ...options, headers })
  return { data: await answer.json(), status: answer.status, headers: answer.headers } as T
}
