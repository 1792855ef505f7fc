import { readFile } from 'node:fs/promises'

/**
 * Reads the `Values` of a `local.settings.json`; a missing file has none.
 * @throws Error when the file is not JSON, is encrypted, or contains a value that isn't plain.
 */
export async function readLocalSettings(path: string): Promise<Record<string, string>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  const file = JSON.parse(text) as { IsEncrypted?: boolean; Values?: Record<string, unknown> }
  if (file.IsEncrypted) throw new Error(`${path} is encrypted; decrypt it with \`func settings decrypt\`.`)
  return Object.fromEntries(
    Object.entries(file.Values ?? {}).map(([name, value]) => [name, toText(name, value)]),
  )
}

function toText(name: string, value: unknown): string {
  if (typeof value !== 'object') return String(value)
  throw new Error(`The setting "${name}" is not a string.`)
}

/** Replaces each `%NAME%` with that setting. @throws Error that names a missing setting. */
export function resolveSettings(text: string, env: NodeJS.ProcessEnv): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = env[name]
    if (value === undefined) throw new Error(`The setting "${name}", used as %${name}%, is missing.`)
    return value
  })
}
