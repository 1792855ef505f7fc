import type * as z from 'zod'
import { createSettingFault, type SettingFault, settingIsMissing } from './faults.ts'
import { type DraftOf, isSetting, type Setting, type SettingTree } from './setting.ts'

/** Raw settings, for example `process.env`. */
export type RawSettings = Readonly<Record<string, string | undefined>>

/**
 * Reads a tree of settings.
 * @param faults receives all faults; the member for an invalid setting is absent.
 */
export function readSettings<S extends SettingTree>(
  tree: S,
  env: RawSettings,
  faults: SettingFault[],
): DraftOf<S> {
  const entries = Object.entries(tree).map(([member, node]) => [
    member,
    isSetting(node) ? readSetting(node, env, faults) : readSettings(node, env, faults),
  ])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as DraftOf<S>
}

/** Reads one setting; undefined if it's unset or invalid. */
export function readSetting<T>(setting: Setting<T>, env: RawSettings, faults: SettingFault[]): T | undefined {
  // In the portal and in Bicep, an empty application setting means "unset".
  const raw = env[setting.name]?.trim() ? env[setting.name] : undefined
  const parsed = setting.schema.safeParse(raw)
  if (parsed.success) return parsed.data
  faults.push(createSettingFault(setting, raw === undefined ? settingIsMissing : messageOf(parsed.error)))
  return undefined
}

function messageOf(error: z.ZodError): string {
  return error.issues.map((i) => [i.path.join('.'), i.message].filter(Boolean).join(': ')).join('; ')
}
