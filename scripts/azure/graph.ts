import { type Az, orMissing } from './az.ts'

/** A call of Microsoft Graph, with the login of the Azure CLI. */
export interface GraphCall {
  readonly method: 'POST' | 'PATCH'
  /** The path after the version, such as `/applications`. */
  readonly path: string
  readonly body: object
  /** Creates the object if a PATCH finds none (Microsoft Graph, "Upsert application"). Default is false. */
  readonly createIfMissing?: boolean
}

/** Microsoft Graph's address, with its version. */
export const graphUrl = 'https://graph.microsoft.com/v1.0'

/** Reads an object; undefined if there is none. */
export async function readGraph<T>(az: Az, path: string): Promise<T | undefined> {
  return (await orMissing(az('rest', '--method', 'GET', '--url', `${graphUrl}${path}`))) as T | undefined
}

/** Creates or changes an object. */
export async function writeGraph<T>(az: Az, call: GraphCall): Promise<T | undefined> {
  const headers = [
    'Content-Type=application/json',
    ...(call.createIfMissing ? ['Prefer=create-if-missing'] : []),
  ]
  const where = ['--method', call.method, '--url', `${graphUrl}${call.path}`]
  return (await az('rest', ...where, '--headers', ...headers, '--body', JSON.stringify(call.body))) as
    | T
    | undefined
}
