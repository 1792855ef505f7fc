import { repeatUntil, roleSeconds } from '../../azure/patience.ts'
import type { DoctorReport } from '../../doctor/finding.ts'
import type { Step } from '../../setup/setup.ts'
import type { Deploy } from '../deploy.ts'
import { faultsOfPackage } from '../judge.ts'
import { rollBack } from '../rollBack.ts'
import { forgetKept } from './keep.ts'

/** A cold start takes seconds. */
const startSeconds = 120

/** The broker is at least as well as before, by the doctor's checks. */
export const smokeTest: Step<Deploy> = {
  title: 'the broker with the new package',
  async look({ facts }) {
    return facts.after ? undefined : 'the checks of npm run doctor'
  },
  async act(deploy) {
    const { facts, wait } = deploy
    const report = await repeatUntil(
      { wait, most: facts.isProvisioned || facts.kept === 'none' ? roleSeconds : startSeconds },
      () => deploy.examine(facts.outputs?.BROKER_URL ?? '', facts.token ?? ''),
      (each) => faultsOfPackage(facts.before, each).length === 0,
    )
    const faults = faultsOfPackage(facts.before, report)
    if (faults.length > 0) {
      const lines = faults.map(({ detail, name }) => `\n    ${name}: ${detail}`)
      throw await rollBack(deploy, `The broker isn’t well with the new package.${lines.join('')}\n   `)
    }
    facts.after = report
    await forgetKept(deploy)
  },
  show: ({ facts }) => (facts.after ? linesOf(facts.after) : []),
}

/** What no package can fix, with the command that does. */
function linesOf({ checks }: DoctorReport): string[] {
  return checks
    .filter(({ ok }) => ok === false)
    .flatMap(({ detail, name, resolution }) => [
      `! ${name}: ${detail}`,
      ...(resolution ? [`  → ${resolution}`] : []),
    ])
}
