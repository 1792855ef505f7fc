import type { Setting } from './setting.ts'

/** The fault of a required setting that is not there. */
export const settingIsMissing = 'is missing'

/** One thing that is wrong with the settings. */
export interface SettingFault {
  readonly setting: string
  readonly fault: string
  readonly meaning: string
  readonly example: string
}

/** All that is wrong with the settings, at once. Values are never part of the message. */
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

/** A fault of a setting, with what helps to correct it. */
export function createSettingFault({ name, meaning, example }: Setting, fault: string): SettingFault {
  return { setting: name, fault, meaning, example }
}
