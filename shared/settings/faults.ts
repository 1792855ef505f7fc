import type { Setting } from './setting.ts'

/** The fault of a missing required setting. */
export const settingIsMissing = 'is missing'

/** A fault in the settings. */
export interface SettingFault {
  readonly setting: string
  readonly fault: string
  readonly meaning: string
  readonly example: string
}

/** All faults in the settings together. The message never contains values. */
export class SettingsError extends Error {
  readonly faults: readonly SettingFault[]

  constructor(faults: readonly SettingFault[]) {
    const lines = faults.map(
      (f) => `  ${f.setting}: ${f.fault}\n      ${f.meaning}\n      For example: ${f.setting}=${f.example}`,
    )
    super(`The broker can’t start: ${faults.length} setting(s) need attention.\n${lines.join('\n')}`)
    this.name = 'SettingsError'
    this.faults = faults
  }
}

/** A fault of a setting, with information for correcting it. */
export function createSettingFault({ name, meaning, example }: Setting, fault: string): SettingFault {
  return { setting: name, fault, meaning, example }
}
