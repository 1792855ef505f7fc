/**
 * Compiles, lints, and formats `infra/` (except `entra.bicep`, whose extension comes from a registry), and takes the
 * deployment snapshot of each parameter file. Fails if the files in git differ, or if the template accepts
 * a value that no broker can work with, or contains a name that Flex Consumption refuses or ignores.
 * `--write` updates the files instead, and writes each alert's query to its page. The result must not depend on the
 * date: the linter's rule on API versions has a wide limit in `bicepconfig.json`, and versions are updated manually.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeAlertPages } from './alert-pages.mjs'
import { refusedByFlexConsumption } from './flexConsumption.ts'
import { installBicep } from './install-bicep.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const kept = join(root, 'infra')
const made = join(root, '.local', 'infra')
const write = process.argv.includes('--write')
const bicep = installBicep()

/** Parameters that must not be empty; all others keep their defaults. */
const asked = {
  PRODUCTION_MICROSOFT_CLIENT_ID: '11111111-1111-1111-1111-111111111111',
  API_CLIENT_ID: '33333333-3333-3333-3333-333333333333',
  ALERT_EMAILS: '["operations@example.com"]',
}

/** Values that the template must refuse, each with words of the reason, and neighbors that it must accept. */
const { refusals, accepted } = JSON.parse(readFileSync(join(kept, 'refusals.json'), 'utf8'))

/** Snapshots use a fictional subscription and no environment variables of the caller. */
const nowhere = {
  tenant: '00000000-0000-0000-0000-000000000001',
  subscription: '00000000-0000-0000-0000-000000000002',
  location: 'westeurope',
  resourceGroup: 'rg-broker',
}

rmSync(made, { recursive: true, force: true })
cpSync(kept, made, { recursive: true, filter: (path) => basename(path) !== 'entra.bicep' })
mkdirSync(join(made, 'snapshots'), { recursive: true })

const sources = globSync(['*.bicep', '*.bicepparam', 'modules/*.bicep'], { cwd: made })
run('format', '--pattern', '**/*.bicep')
run('format', '--pattern', '*.bicepparam')
// Linting a file also lints its modules, so this covers all of them.
run('lint', 'main.bicep')
run('build', 'main.bicep', '--outfile', 'main.json')
for (const { given, reason } of refusals) assertRefused(given, reason)
for (const given of accepted) assertAccepted(given)
for (const parameters of globSync('*.bicepparam', { cwd: made })) takeSnapshot(parameters)

for (const file of ['main.json', ...globSync('snapshots/*.json', { cwd: made })]) assertFlexConsumption(file)

const outputs = [...sources, 'main.json', ...globSync('snapshots/*.json', { cwd: made })]
const changed = outputs.filter((file) => !isKept(file))
if (write) {
  for (const file of changed) cpSync(join(made, file), join(kept, file))
  // Last the defaults: an alert that only a parameter brings is only in the other one.
  for (const snapshot of ['private', 'main']) {
    const text = readFileSync(join(made, 'snapshots', `${snapshot}.snapshot.json`), 'utf8')
    writeAlertPages(JSON.parse(text).predictedResources, join(root, 'docs', 'runbooks'))
  }
}
for (const file of changed)
  console.log(`infra/${file} ${write ? 'written' : 'differs from a fresh compilation'}`)
if (changed.length > 0 && !write) {
  console.error('Run `node scripts/check-infra.mjs --write`, read the difference, and commit it.')
  process.exit(1)
}
console.log(
  `infra: ${sources.length} files compiled, linted and formatted; ${outputs.length} kept files agree.`,
)

function takeSnapshot(parameters) {
  run(...snapshotOf(parameters))
  const snapshot = parameters.replace('.bicepparam', '.snapshot.json')
  const { predictedResources, ...rest } = JSON.parse(readFileSync(join(made, snapshot), 'utf8'))
  const steady = { predictedResources: predictedResources.toSorted(byId), ...rest }
  writeFileSync(join(made, 'snapshots', snapshot), `${JSON.stringify(sorted(steady), null, 2)}\n`)
}

function snapshotOf(parameters) {
  const { tenant, subscription, resourceGroup, location } = nowhere
  const where = ['--tenant-id', tenant, '--subscription-id', subscription, '--resource-group', resourceGroup]
  return ['snapshot', parameters, '--mode', 'Overwrite', ...where, '--location', location]
}

function byId(a, b) {
  return a.id < b.id ? -1 : 1
}

/** The compiler's order of outputs changes from run to run. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

/** Runs the compiler; a warning is a failure too. */
function run(...args) {
  const { status, text } = call(args, asked)
  if (status === 0 && !/: (Warning|Error) /.test(text)) return
  console.error(`bicep ${args.join(' ')}\n${text}`)
  process.exit(1)
}

/** With this value the template must refuse to be deployed. */
function assertRefused(given, reason) {
  const { status, text } = call(snapshotOf('main.bicepparam'), { ...asked, ...given })
  if (status !== 0 && text.includes(reason)) return
  console.error(
    `infra/main.bicep takes ${JSON.stringify(given)}, or refuses it without the words "${reason}".\n${text}`,
  )
  process.exit(1)
}

function assertAccepted(given) {
  const { status, text } = call(snapshotOf('main.bicepparam'), { ...asked, ...given })
  if (status === 0) return
  console.error(`infra/main.bicep refuses ${JSON.stringify(given)}.\n${text}`)
  process.exit(1)
}

/** Resource Manager refuses some names only during deployment; the compiler doesn't know the plan. */
function assertFlexConsumption(file) {
  const names = refusedByFlexConsumption(JSON.parse(readFileSync(join(made, file), 'utf8')))
  if (names.length === 0) return
  console.error(`infra/${file}: Flex Consumption refuses or ignores ${names.join(', ')}.`)
  process.exit(1)
}

function call(args, parameters) {
  const { PATH, HOME, USERPROFILE, SystemRoot, TEMP } = process.env
  const machine = { PATH, HOME, USERPROFILE, SystemRoot, TEMP, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' }
  const env = { ...machine, ...parameters }
  const { status, stdout, stderr } = spawnSync(bicep, args, { cwd: made, env, encoding: 'utf8' })
  return { status, text: stdout + stderr }
}

/** JSON is compared by content, because the repository's formatter changes line breaks. */
function isKept(file) {
  const path = join(kept, file)
  return existsSync(path) && read(path) === read(join(made, file))
}

function read(path) {
  const text = readFileSync(path, 'utf8')
  return path.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : text
}
