import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AzError } from '../azure/az.ts'
import { repeatUntil, roleSeconds } from '../azure/patience.ts'
import type { Deploy } from './deploy.ts'

/**
 * Publishes a package, again and again while the platform refuses it: it writes with a role that may be new.
 * @throws AzError if it still does.
 */
export async function publishPackage(deploy: Deploy, archive: Buffer): Promise<void> {
  const { az, facts, folder, wait, wish } = deploy
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'publishing.zip')
  await writeFile(file, archive)
  const app = ['--resource-group', wish.resourceGroup, '--name', facts.outputs?.AZURE_FUNCTION_NAME ?? '']
  const attempt = () =>
    az('functionapp', 'deployment', 'source', 'config-zip', ...app, '--src', file).then(
      () => undefined,
      (error: unknown) => error,
    )
  const isPublished = (error: unknown) => error === undefined || isUnhealthy(error)
  const isOver = (error: unknown) =>
    isPublished(error) || !(error instanceof AzError) || error.isLoggedOut || error.isTooOld
  const failure = await repeatUntil({ wait, most: roleSeconds }, attempt, isOver)
  if (!isPublished(failure)) throw failure
}

/**
 * The CLI has published the package, but the host doesn't answer within its half a minute (azure-cli,
 * `check_flex_app_after_deployment`). The smoke test is more patient, and knows more.
 */
function isUnhealthy(error: unknown): boolean {
  return error instanceof AzError && error.text.includes('Deployment was successful but')
}
