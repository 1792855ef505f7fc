import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Az } from '../azure/az.ts'
import { toBicep } from './bicepLiteral.ts'
import type { Answers } from './setup.ts'

/** The template's parameters with their values. */
export type Parameters = Readonly<Record<string, unknown>>

/** The path of a broker's parameter file: `infra/<name>.bicepparam` in the clone, in which `npm run` starts commands. */
export function parameterFileOf(name: string): string {
  return resolve('infra', `${name}.bicepparam`)
}

/** The values in a parameter file, read by the Bicep compiler of the Azure CLI; undefined if there's no file. */
export async function readParameters(az: Az, file: string): Promise<Parameters | undefined> {
  if (!existsSync(file)) return undefined
  const built = (await az('bicep', 'build-params', '--file', file, '--stdout')) as { parametersJson: string }
  const { parameters } = JSON.parse(built.parametersJson) as {
    parameters: Record<string, { value: unknown }>
  }
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]))
}

const groupLine = /^\/\/ Resource group: (\S+)$/m

/** The resource group that a parameter file names in its comment; undefined if it names none, or if there's no file. */
export function resourceGroupIn(file: string): string | undefined {
  return existsSync(file) ? groupLine.exec(readFileSync(file, 'utf8'))?.[1] : undefined
}

/** Writes a new parameter file. Values that aren't in it are the template's defaults. */
export async function writeParameters(
  file: string,
  { resourceGroup }: Answers,
  parameters: Parameters,
): Promise<void> {
  const lines = [
    '// The values of this broker’s parameters; main.bicep describes them all. Created by `npm run setup`.',
    `// Resource group: ${resourceGroup}`,
    "using 'main.bicep'",
    '',
    ...Object.entries(parameters).map(([key, value]) => `param ${key} = ${toBicep(value)}`),
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
}
