import type { Step } from '../setup/setup.ts'
import { login } from '../setup/steps/login.ts'
import type { Deploy } from './deploy.ts'
import { brokerBefore } from './steps/brokerBefore.ts'
import { changes } from './steps/changes.ts'
import { comparison } from './steps/comparison.ts'
import { keep } from './steps/keep.ts'
import { packageStep } from './steps/package.ts'
import { provision } from './steps/provision.ts'
import { publish } from './steps/publish.ts'
import { smokeTest } from './steps/smokeTest.ts'

/** Only compares: what the workflow and azd's hook run before they provision themselves. */
export const checkSteps: readonly Step<Deploy>[] = [login, comparison]

/** A deployment, each step after those it needs. Nothing is changed before everything that can refuse has been asked. */
export const deploySteps: readonly Step<Deploy>[] = [
  ...checkSteps,
  packageStep,
  changes,
  brokerBefore,
  keep,
  provision,
  publish,
  smokeTest,
]
