import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const artifacts = '.local/samples'

/**
 * Builds a C# project into `.local/`; returns the path of its assembly.
 * @param project the project file's path below this folder; its name is the assembly's.
 * @throws Error with the compiler's output, or with what to install.
 */
export function buildCsharp(project: string): string {
  const name = project.split('/').at(-1)!.replace('.csproj', '')
  const path = join(import.meta.dirname, project)
  const args = ['build', path, '-c', 'Release', '--artifacts-path', artifacts, '-nologo', '-v', 'q']
  const built = spawnSync('dotnet', args, { cwd: root, encoding: 'utf8' })
  if (built.error)
    throw new Error(
      'The C# samples are built by dotnet, which was not found: install the .NET SDK, 8 or newer.',
    )
  if (built.status !== 0) throw new Error(built.stdout + built.stderr)
  return `${artifacts}/bin/${name}/release/${name}.dll`
}
