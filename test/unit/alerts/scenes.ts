import { backupScenes } from './backupScenes.ts'
import { processScenes } from './processScenes.ts'
import { requestScenes } from './requestScenes.ts'
import type { AlertScenes } from './scene.ts'
import { sweepScenes } from './sweepScenes.ts'
import { tenantScenes } from './tenantScenes.ts'

/** The scenes of all alerts; an alert can have some in several files. */
export const scenes: readonly (readonly [string, AlertScenes])[] = [
  sweepScenes,
  tenantScenes,
  processScenes,
  requestScenes,
  backupScenes,
].flatMap((each) => Object.entries(each))
