import { join } from 'node:path'
import { run } from './command.ts'
import { builtFolder, clientsFolder, contractFile, programsFolder, root } from './folders.ts'
import { madeFrom } from './madeFrom.ts'

const missing = 'The C# clients are built by dotnet, which was not found: install the .NET SDK, 10 or later.'
const artifacts = join(builtFolder, 'build')

/**
 * The options of NSwag with which its client works. By default, it sends the first value of each optional enum; with
 * `System.Text.Json` of before .NET 9, the names of an enum's values cannot be set.
 */
const nswag = (jsonLibrary: string) => ({
  folder: `nswag/generated/${jsonLibrary}`,
  command: [
    ...['nswag', 'openapi2csclient', `/input:${contractFile}`],
    `/output:${join(programsFolder, 'nswag/generated', jsonLibrary, 'BrokerClient.cs')}`,
    ...['/namespace:Broker', '/className:BrokerClient'],
    ...['/generateOptionalPropertiesAsNullable:true', '/generateNullableReferenceTypes:true'],
    ...[`/jsonLibrary:${jsonLibrary}`, '/jsonLibraryVersion:10'],
  ],
})

/** The C# generators, by the program's project: where each puts its client, and its command. */
export const dotnetClients = {
  NewtonsoftJson: nswag('NewtonsoftJson'),
  SystemTextJson: nswag('SystemTextJson'),
  Kiota: {
    folder: 'kiota/generated',
    command: [
      ...[
        'kiota',
        'generate',
        '-l',
        'CSharp',
        '-d',
        contractFile,
        '-o',
        join(programsFolder, 'kiota/generated'),
      ],
      ...['-c', 'BrokerClient', '-n', 'Broker', '--log-level', 'Error'],
    ],
  },
} as const

/** Generates every C# client and compiles all programs. @throws Error with the tool's output. */
export async function buildDotnet(): Promise<void> {
  const tools = join(clientsFolder, 'dotnet-tools.json')
  let restored: Promise<string> | undefined
  const restore = () => (restored ??= run(['dotnet', 'tool', 'restore'], { cwd: clientsFolder, missing }))
  for (const { folder, command } of Object.values(dotnetClients))
    await madeFrom({
      folder: join(programsFolder, folder),
      files: [contractFile, tools],
      words: command,
      make: async () => {
        await restore()
        await run(['dotnet', ...command], { cwd: clientsFolder })
      },
    })
  const options = ['-c', 'Release', '--artifacts-path', artifacts, '-nologo', '-v', 'q']
  await run(['dotnet', 'build', join(programsFolder, 'dotnet.slnx'), ...options], { cwd: root, missing })
}

/** Runs a program. @throws Error with what it printed. */
export async function runDotnet(name: string, env: Record<string, string>): Promise<void> {
  await run(['dotnet', join(artifacts, 'bin', name, 'release', `${name}.dll`)], { cwd: root, env })
}
