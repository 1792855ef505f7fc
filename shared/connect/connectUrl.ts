import type { Config } from '../config.ts'

/** The address with which a browser begins a sign-in. @param token the link's token with the session's id. */
export function connectUrl({ publicUrl }: Pick<Config, 'publicUrl'>, token: string): string {
  return `${publicUrl}/oauth/authorize?session=${encodeURIComponent(token)}`
}
