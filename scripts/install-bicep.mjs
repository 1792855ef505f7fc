/**
 * Installs the Bicep compiler for checking `infra/` from NuGet into `.local/bicep` (not in git), and prints
 * its path. Needs `dotnet`; a second run does nothing. Plain JavaScript: CI may run it before `npm ci`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The template in git names its compiler, so a new version is a separate change. */
const version = '0.49.2'
const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Installs the compiler if it's missing.
 * @returns {string} the path of the executable.
 */
export function installBicep() {
  const rid = runtimeIdentifier()
  const folder = join(root, '.local', 'bicep')
  const packages = join(folder, 'packages')
  const tools = join(packages, `azure.bicep.commandline.${rid}`, version, 'tools')
  const executable = join(tools, process.platform === 'win32' ? 'bicep.exe' : 'bicep')
  if (!existsSync(executable)) restore(folder, packages, rid)
  if (!existsSync(executable)) throw new Error(`The package holds no compiler for ${rid}.`)
  return executable
}

function restore(folder, packages, rid) {
  mkdirSync(folder, { recursive: true })
  const project = join(folder, 'bicep.csproj')
  writeFileSync(project, projectNaming(`Azure.Bicep.CommandLine.${rid}`))
  const { status, error, stdout } = spawnSync('dotnet', ['restore', project, '--packages', packages], {
    encoding: 'utf8',
  })
  if (error)
    throw new Error('The Bicep compiler is installed by dotnet, which was not found: install the .NET SDK.')
  if (status !== 0) throw new Error(`dotnet restore failed:\n${stdout}`)
}

function projectNaming(name) {
  return `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net$(BundledNETCoreAppTargetFrameworkVersion)</TargetFramework>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="${name}" Version="[${version}]" />
  </ItemGroup>
</Project>
`
}

function runtimeIdentifier() {
  const system = { linux: 'linux', darwin: 'osx', win32: 'win' }[process.platform]
  if (!system) throw new Error(`There is no Bicep compiler for ${process.platform}.`)
  return `${system}-${process.arch}`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(installBicep())
