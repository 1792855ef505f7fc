import { parseConfig } from '../../shared/config.ts'
import { SettingsError } from '../../shared/settings/faults.ts'
import { allSettings } from '../../shared/settings.ts'

/** A client id other than the example's. */
export const otherClientId = '22223333-cccc-4444-dddd-5555eeee6666'

/** Every required setting, for both environments. */
export const minimalSettings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    allSettings().flatMap(({ name, isRequired, example }) => (isRequired ? [[name, example]] : [])),
  ),
  ENVIRONMENTS: 'production,sandbox',
  TABLES_ENDPOINT: 'https://account.table.core.windows.net',
  SANDBOX_MICROSOFT_CLIENT_ID: otherClientId,
}

/** Why the broker refuses these settings, by the name of each invalid one. */
export function refusalsOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  try {
    parseConfig(env)
    return {}
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return Object.fromEntries(error.faults.map(({ setting, fault }) => [setting, fault]))
  }
}

/** The same for one setting among valid ones. */
export function refusalsOfOne(name: string, value: string): Record<string, string> {
  return refusalsOf({ ...minimalSettings, [name]: value })
}
