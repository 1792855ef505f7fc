import { instanceGround, instanceNotes } from './instanceNotes.ts'
import { benchTable, instanceTable } from './measuredTables.ts'
import { millionGround, millionNotes, millionTable } from './millionText.ts'
import { operationTable } from './operationTable.ts'
import { scaleArithmetic } from './scaleTable.ts'
import { scaleHeadline, scaleLimits, scaleUnknowns } from './scaleText.ts'
import { settingsNotes, settingsTable } from './settingsBySize.ts'

/** The sections of `docs/scale.md` that have figures. */
export const scaleSections = {
  headline: scaleHeadline,
  operations: operationTable,
  measured: benchTable,
  instanceGround,
  instances: instanceTable,
  instanceNotes,
  limits: scaleLimits,
  arithmetic: scaleArithmetic,
  unknowns: scaleUnknowns,
  millionGround,
  million: millionTable,
  millionNotes,
  settings: settingsTable,
  settingsNotes,
} as const
