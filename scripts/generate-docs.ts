import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectFailures, type FailureDefinition } from '../shared/connect/failures.ts'
import { buildContract } from '../shared/contract/openapi.ts'
import { verdicts } from '../shared/domain/verdicts.ts'
import { environments } from '../shared/environment.ts'
import { routes } from '../shared/http/route.ts'
import { problems } from '../shared/problems.ts'
import type { Setting } from '../shared/settings/setting.ts'
import { allSettings } from '../shared/settings.ts'
import { billing, bursts, changes, headline } from './cost/changes.ts'
import { priceTable, quantityTable } from './cost/inputTables.ts'
import { probes } from './cost/probes.ts'
import { recoverySections } from './cost/recoveryPage.ts'
import { scaleSections } from './cost/scalePage.ts'
import { arithmetic, passedCalls, passedGround } from './cost/tables.ts'
import { hostSettings } from './host-settings.ts'
import { withHosts } from './hostsSection.ts'
import { eventsPage } from './log-events.ts'
import { code, page, table } from './markdown.ts'
import { normalizedTables } from './normalizedTables.ts'
import { personalData } from './personalData.ts'
import { withSections } from './sections.ts'
import { storedColumns } from './storedColumns.ts'
import { withExclusions } from './wafExclusions.ts'

// Outside a host, the Functions library warns about every registration.
console.warn = () => undefined
await import('../functions/main.ts')

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const root = join(import.meta.dirname, '..')

const publicUrl = allSettings().find(({ name }) => name === 'PUBLIC_URL')?.example ?? ''

/** Every generated page, by its path. */
const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/errors.md': () =>
    page(
      'Errors',
      'shared/problems.ts',
      'Every error of `/v1` that is the broker’s own is a problem document (RFC 9457, `application/problem+json`); the [token endpoint](tools.md#errors) puts the same codes into OAuth’s form. Branch on `code`; do what `actor` says: `advertiser` signs in again, `advertiserAdmin` allows the app in their directory, `app` corrects its request, `operator` fixes the broker, and `nobody` means to try again after `retryAfter` seconds.',
      table(
        ['code', 'status', 'actor', 'what happened', 'how to fix it'],
        Object.entries(problems).map(([name, p]) => [
          `<a id="${name}"></a>${code(name)}`,
          String(p.status),
          p.actor,
          p.title,
          p.resolution,
        ]),
      ),
    ),
  'docs/connect-failures.md': () =>
    page(
      'When connecting fails',
      'shared/connect/failures.ts',
      'The person sees a page that explains the failure. Its link back leads to `returnUrl` with `status=failed` and the code as `error`, and, if available, `reason`, `sign_in_with`, `trace_id`, and `admin_consent_url`. A person who has clearly declined (`consent_declined`) is sent back immediately.',
      table(
        ['error', 'actor', 'the page’s heading', 'what it says'],
        Object.entries(connectFailures).map(([name, f]) => [
          `<a id="${name}"></a>${code(name)}`,
          f.actor,
          f.title,
          explanationOf(f),
        ]),
      ),
    ),
  'docs/verdicts.md': () =>
    page(
      'Diagnosis verdicts',
      'shared/diagnosis/verdicts.ts',
      '`POST /v1/tenants/{tenant}/diagnosis` says which of the three credentials is at fault, who acts, and what to do, in order.',
      table(
        ['verdict', 'at fault', 'actor', 'what it means', 'what to do'],
        Object.entries(verdicts).map(([name, v]) => [
          `<a id="${name}"></a>${code(name)}`,
          v.credential,
          v.actor,
          v.explanation,
          v.next.join('<br>'),
        ]),
      ),
    ),
  'docs/settings.md': settingsPage,
  'docs/deploy.md': async () => withHosts(await readFile(join(root, 'docs/deploy.md'), 'utf8')),
  'docs/log-events.md': async () =>
    eventsPage(await readFile(join(root, 'shared/domain/logEvents.ts'), 'utf8')),
  'docs/front.md': async () => {
    const page = withExclusions(await readFile(join(root, 'docs/front.md'), 'utf8'))
    return withSections(page, 'scripts/cost/inputs.ts', { probes })
  },
  'docs/cost.md': async () =>
    withSections(await readFile(join(root, 'docs/cost.md'), 'utf8'), 'scripts/cost/inputs.ts', {
      headline,
      prices: priceTable,
      quantities: quantityTable,
      billing,
      arithmetic,
      passedGround,
      passed: passedCalls,
      bursts,
      changes,
    }),
  'docs/scale.md': async () =>
    withSections(
      await readFile(join(root, 'docs/scale.md'), 'utf8'),
      'scripts/cost/inputs.ts',
      scaleSections,
    ),
  'docs/recovery.md': async () =>
    withSections(
      await readFile(join(root, 'docs/recovery.md'), 'utf8'),
      'scripts/cost/recovery.ts',
      recoverySections,
    ),
  'docs/data-lifecycle.md': async () => {
    const columnsOf = storedColumns(await readFile(join(root, 'docs/storage.md'), 'utf8'))
    const page = await readFile(join(root, 'docs/data-lifecycle.md'), 'utf8')
    return withSections(page, 'scripts/personalColumns.ts', { person: () => personalData(columnsOf) })
  },
  'docs/normalized.md': async () =>
    withSections(
      await readFile(join(root, 'docs/normalized.md'), 'utf8'),
      'shared/unified',
      normalizedTables,
    ),
  'docs/openapi.json': () => `${JSON.stringify(buildContract(routes, publicUrl), undefined, 2)}\n`,
}

function explanationOf({ explanation, steps = [] }: FailureDefinition): string {
  return [explanation, ...steps.map((step, index) => `${index + 1}. ${step}`)].join('<br>')
}

function settingsPage(): string {
  const all = allSettings()
  const shared = new Set(allSettings([]).map(({ name }) => name))
  const prefixes = environments.map((name) => code(`${name.toUpperCase()}_`))
  const local = all.filter(({ isLocal }) => isLocal)
  const deployable = all.filter(({ isLocal }) => !isLocal)
  const common = deployable.filter(({ name }) => shared.has(name))
  const own = deployable.filter(({ name }) => !shared.has(name))
  return page(
    'Settings',
    'shared/settings.ts',
    'Application settings on Azure, environment variables anywhere. The broker checks all of them when it starts, and lists invalid ones by name, with the reason and an example. An empty setting counts as unset. Surrounding whitespace is removed. A value with invisible characters, surrounding quotation marks, a placeholder, or an unresolved Key Vault reference is refused. Units are in the names. Secrets aren’t settings: they’re in Key Vault, see [storage.md](storage.md).',
    table(settingColumns, common.map(settingRow)),
    '## Two that every broker needs, in full\n',
    ...['CALLER_ISSUERS', 'WORKSPACES'].map((name) => inFull(common, name)),
    'In `CALLER_ISSUERS`, `authority` ends with the ID of your directory, and `audiences` are the client ID of the broker’s API and its identifier URI. [calling.md](calling.md) has an entry for each other issuer. In `WORKSPACES`, `apps` are client IDs as tokens name them, and `returnUrls` are compared exactly; the first one is the default. On Azure, write the list in one line.\n',
    '## Of each environment\n',
    `Prefixed with ${prefixes.join(' or ')}; only the settings of environments in \`ENVIRONMENTS\` are read.\n`,
    table(settingColumns, own.map(settingRow)),
    '## Of the local stack only\n',
    'They point to stand-ins or relax a check. The Bicep template doesn’t include them.\n',
    table(settingColumns, local.map(settingRow)),
    '## Of the host\n',
    'The host and its libraries read these settings; the broker doesn’t. [`local.settings.sample.json`](../local.settings.sample.json) has those for a laptop; the deployment sets the others. `HTTPS_PROXY`, `HTTP_PROXY`, and `ALL_PROXY` are refused ([why](decisions/0025-no-outbound-proxy.md)). `func start` with that file, and the local stack’s ports, are in [CONTRIBUTING.md](../CONTRIBUTING.md).\n',
    table(
      ['setting', 'read by', 'meaning', 'example'],
      Object.entries(hostSettings).map(([name, { readBy, meaning, example }]) => [
        code(name),
        readBy,
        meaning,
        code(example),
      ]),
    ),
  )
}

/** A setting's example, laid out to be read. */
function inFull(settings: readonly Setting[], name: string): string {
  const example = settings.find((setting) => setting.name === name)?.example ?? ''
  return `\`${name}\`:\n\n\`\`\`json\n${JSON.stringify(JSON.parse(example), null, 2)}\n\`\`\`\n`
}

const settingColumns = ['setting', 'meaning', 'default', 'example']

function settingRow(setting: Setting): string[] {
  return [code(setting.name), setting.meaning, defaultText(setting), code(setting.example)]
}

function defaultText(definition: Setting): string {
  if (definition.isRequired) return '**required**'
  if (definition.default === undefined) return 'unset'
  return definition.default === '' ? 'empty' : code(definition.default)
}

async function differs(path: string, text: string): Promise<boolean> {
  const present = await readFile(join(root, path), 'utf8').catch(() => '')
  return present !== text
}

let stale = 0
for (const [path, generate] of Object.entries(pages)) {
  const text = await generate()
  if (!(await differs(path, text))) continue
  stale++
  if (!values.check) await writeFile(join(root, path), text)
  console.log(`${path} ${values.check ? 'differs from the code' : 'written'}`)
}
if (values.check && stale > 0) {
  console.error('Run: node scripts/generate-docs.ts')
  process.exitCode = 1
}
