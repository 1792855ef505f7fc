import type { VendResponse } from './vend.ts'

/** What doesn't change from one vend of a token to the next, by the answer's headers. */
const written = new WeakMap<VendResponse['headers'], string>()

/**
 * Writes a vend as JSON. All but `expiresIn` is written once for each token, account, and developer token: writing 3 kB
 * again would cost a twentieth of a warm vend's time (`npm run bench -- warm-vend`).
 */
export function writeVend(vended: VendResponse): string {
  const { headers, expiresIn } = vended
  const known = written.get(headers) ?? JSON.stringify({ ...vended, expiresIn: undefined }).slice(0, -1)
  written.set(headers, known)
  return `${known},"expiresIn":${expiresIn}}`
}
