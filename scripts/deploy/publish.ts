import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AzError } from '../azure/az.ts'
import { repeatUntil } from '../azure/patience.ts'
import type { Deploy } from './deploy.ts'

/** A new role works after up to ten minutes (Azure, "Troubleshoot Azure RBAC"), and the platform writes with it. */
const roleSeconds = 600

/**
 * Publishes a package, again and again while the platform refuses it.
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
  const isOver = (error: unknown) =>
    error === undefined || !(error instanceof AzError) || error.isLoggedOut || error.isTooOld
  const failure = await repeatUntil({ wait, most: roleSeconds }, attempt, isOver)
  if (failure !== undefined) throw failure
}
