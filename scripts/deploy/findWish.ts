import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Az } from '../azure/az.ts'
import { templateDefaults } from '../azure/deployments.ts'
import { UsageError } from '../commandLine.ts'
import { parameterFileOf, readParameters, resourceGroupIn } from '../setup/parameterFile.ts'
import type { Wish } from './deploy.ts'

/** The options as typed. */
export interface DeployOptions {
  readonly name?: string | undefined
  readonly parameters?: string | undefined
  readonly 'resource-group'?: string | undefined
  readonly accept?: readonly string[] | undefined
  readonly package?: string | undefined
  readonly 'rollback-to'?: string | undefined
}

/**
 * What the person wants: from the parameter file, which names its resource group, or from the variables that azd and the
 * workflow set.
 * @param variables `RESOURCE_GROUP`, `AZURE_RESOURCE_GROUP`, and `ACCEPT_LOSSES`, names separated by commas or spaces.
 * @throws UsageError without a parameter file or a resource group.
 */
export async function findWish(
  az: Az,
  options: DeployOptions,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Wish> {
  const file = options.parameters
    ? resolve(options.parameters)
    : parameterFileOf(options.name ?? 'msads-broker')
  const shown = relative(process.cwd(), file)
  if (!existsSync(file)) throw new UsageError(`There is no ${shown}. ${adviceFor(options)}`)
  const resourceGroup =
    options['resource-group'] ??
    resourceGroupIn(file) ??
    (variables.RESOURCE_GROUP || variables.AZURE_RESOURCE_GROUP)
  if (!resourceGroup)
    throw new UsageError(`${shown} names no resource group: pass --resource-group, or set RESOURCE_GROUP.`)
  const parameters = (await readParameters(az, file)) ?? {}
  const accepted = [...(options.accept ?? []), ...(variables.ACCEPT_LOSSES ?? '').split(/[\s,]+/)]
  return {
    ...{ resourceGroup, parameterFile: shown, parameters, package: options.package },
    name: String(parameters.name ?? templateDefaults().name),
    accepted: new Set(accepted.filter(Boolean)),
    rollbackTo: options['rollback-to'],
  }
}

function adviceFor({ name, parameters }: DeployOptions): string {
  if (parameters) return 'Correct --parameters.'
  return `Run npm run setup${name ? ` -- --name ${name}` : ''} first, or pass --parameters <file>.`
}
