import { judgePackage } from '../doctor/judge.ts'
import { SetupError } from '../setup/setup.ts'
import type { Deploy } from './deploy.ts'
import { publishPackage } from './publish.ts'

const onceFixed = 'Fix the package, then run the same command again.'

/**
 * Publishes the kept package again, and looks whether the broker is well with it.
 * @returns the error that says so, for the step that failed.
 */
export async function rollBack(deploy: Deploy, why: string): Promise<SetupError> {
  const { facts } = deploy
  if (!Buffer.isBuffer(facts.kept))
    return new SetupError(`${why} There is no earlier package, so the new one stays.`, onceFixed)
  try {
    await publishPackage(deploy, facts.kept)
  } catch (error) {
    return new SetupError(
      `${why} The earlier package couldn’t be published either: ${error instanceof Error ? error.message : error}`,
      `az functionapp deployment source config-zip --resource-group ${deploy.wish.resourceGroup} --name ${facts.outputs?.AZURE_FUNCTION_NAME} --src ${deploy.folder}/previous.zip`,
    )
  }
  const report = await deploy.examine(facts.outputs?.BROKER_URL ?? '', facts.token ?? '')
  const { asBefore, blamed } = judgePackage(facts.before, report)
  const left = [...blamed, ...asBefore].map(({ name }) => name)
  return left.length === 0
    ? new SetupError(
        `${why} Rolled back: the package that ran before runs again, and the broker is well.`,
        onceFixed,
      )
    : new SetupError(
        `${why} Rolled back to the package that ran before, but the broker isn’t well with it either: ${left.join(', ')}`,
        `npm run doctor -- --url ${facts.outputs?.BROKER_URL}`,
      )
}
