import { repeatUntil, roleSeconds } from '../../azure/patience.ts'
import type { DoctorReport, Finding } from '../../doctor/finding.ts'
import { isWell, judgePackage } from '../../doctor/judge.ts'
import { SetupError, type Step } from '../../setup/setup.ts'
import type { Deploy } from '../deploy.ts'
import { rollBack } from '../rollBack.ts'
import { forgetKept } from './keep.ts'

/** A cold start takes seconds. */
const startSeconds = 120

/**
 * The broker is well, by the doctor's checks. The package is rolled back for what is worse than before; for an outage
 * that the package before it met too, it stays, and the step fails.
 */
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
      (each) => isWell(judgePackage(facts.before, each)),
    )
    const { asBefore, blamed } = judgePackage(facts.before, report)
    if (blamed.length > 0)
      throw await rollBack(deploy, `The broker isn’t well with the new package.${toLines(blamed)}\n   `)
    if (asBefore.length > 0)
      throw new SetupError(
        `The new package runs, but the broker isn’t well, as before, so it isn’t rolled back.${toLines(asBefore)}`,
        asBefore.find(({ resolution }) => resolution)?.resolution ??
          `npm run doctor -- --url ${facts.outputs?.BROKER_URL}`,
      )
    facts.after = report
    await forgetKept(deploy)
  },
  show: ({ facts }) => (facts.after ? linesOf(facts.after) : []),
}

const toLines = (findings: readonly Finding[]) =>
  findings.map(({ detail, name }) => `\n    ${name}: ${detail}`).join('')

/** What no package can fix, with the command that does. */
function linesOf({ checks }: DoctorReport): string[] {
  return checks
    .filter(({ ok }) => ok === false)
    .flatMap(({ detail, name, resolution }) => [
      `! ${name}: ${detail}`,
      ...(resolution ? [`  → ${resolution}`] : []),
    ])
}
