import { brokerToken, brokerUrl } from '../environment.ts'

/** How the generated functions send: to the broker, as this app. Orval calls it a mutator. */
export async function brokerFetch<T>(path: string, options: RequestInit): Promise<T> {
  const headers = { ...(options.headers as Record<string, string>), Authorization: `Bearer ${brokerToken}` }
  const answer = await fetch(brokerUrl + path, { ...options, headers })
  const { headers: told, status } = answer
  // Orval's name for NDJSON, whose rows are read as they arrive.
  if (told.get('content-type')?.startsWith('application/x-ndjson'))
    return { stream: answer, status, headers: told } as T
  return { data: await answer.json(), status, headers: told } as T
}
