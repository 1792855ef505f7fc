import { UsageError } from './usageError.ts'

/** Each broker has at least one of these settings. */
const always = ['PUBLIC_URL', 'KEY_VAULT_URL', 'TABLES_ENDPOINT', 'TABLES_CONNECTION_STRING']

/** Whether the settings name a broker, completely or not. */
export function isBrokerNamed(settings: Readonly<Record<string, string | undefined>>): boolean {
  return always.some((name) => settings[name])
}

/**
 * Asks for the broker if nothing names one, instead of naming each of its settings as missing.
 * @param ways what to pass. Default is a settings file.
 * @throws UsageError
 */
export function assertBrokerNamed(
  settings: Readonly<Record<string, string | undefined>>,
  ways = '--settings <file>',
): void {
  if (isBrokerNamed(settings)) return
  throw new UsageError(`Pass the broker: ${ways}. docs/commands.md says how to get the settings.`)
}
