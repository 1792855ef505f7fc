import { expect, test } from 'vitest'
import { type Az, AzError } from '../../../scripts/azure/az.ts'
import { checkMonitoring } from '../../../scripts/doctor/monitoring.ts'
import { lastSeenQuery } from '../../../scripts/doctor/telemetry.ts'
import { diagnose } from '../../kql/diagnose.ts'
import { run } from '../../kql/run.ts'
import type { Row } from '../../kql/values.ts'
import { everything } from '../infraFiles.ts'

const scope = '/subscriptions/s1/resourceGroups/rg-broker'
const id = `${scope}/providers/Microsoft.Insights/components/appi-broker`
const groupId = `${scope}/providers/Microsoft.Insights/actionGroups/ag-broker`
const names = { app: 'func-broker', group: 'rg-broker' }
const since = new Date(Date.now() - 900_000)
const line = { message: '{"event":"sweep.ended"}' }

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)

type Group = Readonly<Record<string, unknown>>
interface Rule {
  readonly name: string
  readonly type: string
  readonly apiVersion: string
  readonly tags: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: as templates have it
  readonly properties: any
}

const ruleTypes = ['scheduledQueryRules', 'metricAlerts']

/** The alert rules of the template, with the action group that it makes. */
const templateRules: readonly Rule[] = everything
  .filter(({ type }) => ruleTypes.includes(type.split('/')[1] ?? ''))
  .map(({ properties, ...rule }) => ({
    ...rule,
    tags: { application: 'msads-token-broker' },
    properties: {
      ...properties,
      actions: rule.type.endsWith('metricAlerts')
        ? [{ actionGroupId: groupId }]
        : { actionGroups: [groupId] },
    },
  }))
const [logRule, metricRule] = ruleTypes.map(
  (type) => templateRules.find((rule) => rule.type.endsWith(type))!,
) as [Rule, Rule]

interface Azure {
  /** The rows of Application Insights' tables. */
  readonly rows?: Readonly<Record<string, readonly Row[]>>
  readonly rules?: readonly Rule[]
  /** Action groups by the end of their ID, in lowercase. */
  readonly groups?: Readonly<Record<string, Group>>
}

const healthy = {
  traces: [{ timestamp: ago(60), ...line }],
  requests: [{ timestamp: ago(400_000), name: 'token' }],
  customMetrics: [{ timestamp: ago(90), name: 'token_broker.vend.duration' }],
}
const oneMail = { 'ag-broker': { enabled: true, emailReceivers: [{ status: 'Enabled' }], smsReceivers: [] } }

/** An Azure CLI that runs the query that it gets. */
function azureWith({ groups = oneMail, rows = healthy, rules = templateRules }: Azure = {}): Az {
  return async (...args) => {
    const command = args.join(' ')
    if (command.startsWith('resource list')) {
      // The group can have others'.
      expect(args.at(-1)).toBe("[?tags.application=='msads-token-broker'].id")
      return [id]
    }
    if (command.includes('/query')) {
      const { query } = JSON.parse(args.at(-1)!) as { query: string }
      const tables = { traces: [], requests: [], customMetrics: [], ...rows }
      const filled = Object.entries(tables).map(([name, own]) => [
        name,
        { columns: ['timestamp', 'message', 'name'], rows: own as readonly Row[] },
      ])
      const found = run(query, Object.fromEntries(filled), new Date())
      const values = found.rows.map((row) => found.columns.map((column) => row[column] ?? null))
      return JSON.parse(JSON.stringify({ tables: [{ rows: values }] }))
    }
    if (command.includes('/components/')) return { properties: { AppId: 'app-1' } }
    for (const type of ruleTypes)
      if (command.includes(`${scope}/providers/Microsoft.Insights/${type}?`))
        return {
          value: rules
            .filter(({ apiVersion, type: of }) => of.endsWith(type) && command.endsWith(`=${apiVersion}`))
            .map((rule) => ({ ...rule, id: `/rules/${rule.name}` })),
        }
    const group = Object.entries(groups).find(([name]) => command.includes(`/actiongroups/${name}?`))
    if (group) return { name: group[0], properties: group[1] }
    throw new AzError(args, 'ResourceNotFound')
  }
}

const alertsIn = async (azure: Azure) =>
  (await checkMonitoring(azureWith(azure), names, since)).filter(({ name }) => name === 'alerts')

/** The template's rules, one of them with other properties. */
const rulesWith = (changed: Rule, properties: object) =>
  templateRules.map((rule) =>
    rule === changed ? { ...rule, properties: { ...rule.properties, ...properties } } : rule,
  )

test('telemetry that arrives, and alerts that reach a person, are good', async () => {
  expect(templateRules.length).toBeGreaterThan(20)
  expect(diagnose(lastSeenQuery)).toEqual([])
  expect(await checkMonitoring(azureWith(), names, since)).toEqual([
    { name: 'telemetry: log lines', ok: true, detail: expect.stringMatching(/^last seen 6\d s ago$/) },
    { name: 'telemetry: requests', ok: true, detail: 'last seen 5 d ago' },
    { name: 'telemetry: metrics', ok: true, detail: expect.stringMatching(/^last seen 9\d s ago$/) },
    { name: 'alerts', ok: true, detail: `${templateRules.length} rules reach 1 receiver(s)` },
  ])
})

test.each([
  ['log lines', 'traces', line],
  ['metrics', 'customMetrics', { name: 'token_broker.vend.duration' }],
])('%s that don’t arrive any more are told, whatever else arrives', async (source, table, row) => {
  for (const [rows, detail] of [
    [[{ timestamp: ago(7201), ...row }], /^last seen 2 h ago; expected since /],
    [[{ timestamp: ago(60), message: 'Executing', name: 'process.cpu' }], /^none in the last seven days$/],
    [[], /^none in the last seven days$/],
  ] as const) {
    const azure = azureWith({ rows: { ...healthy, [table]: rows } })
    const bad = (await checkMonitoring(azure, names, since)).filter(({ ok }) => !ok)
    expect(bad).toEqual([
      {
        name: `telemetry: ${source}`,
        ok: false,
        detail: expect.stringMatching(detail),
        resolution: expect.stringContaining(`--scope ${id} --role 'Monitoring Metrics Publisher'`),
      },
    ])
  }
})

test('requests are expected once a week, because most of them can be left out by sampling', async () => {
  const azure = azureWith({ rows: { ...healthy, requests: [{ timestamp: ago(8 * 86_400) }] } })
  expect((await checkMonitoring(azure, names, since)).filter(({ ok }) => !ok)).toMatchObject([
    { name: 'telemetry: requests', detail: 'none in the last seven days' },
  ])
})

test('others’ rules in the same group are none of the broker’s', async () => {
  const { properties } = logRule
  const other = { ...logRule, name: 'theirs', tags: {}, properties: { ...properties, enabled: false } }
  expect(await alertsIn({ rules: [...templateRules, other] })).toEqual([
    { name: 'alerts', ok: true, detail: `${templateRules.length} rules reach 1 receiver(s)` },
  ])
})

test.each([
  ['of logs', logRule],
  ['of metrics', metricRule],
])('a rule %s that is disabled is named, beside others that work', async (_kind, rule) => {
  expect(await alertsIn({ rules: rulesWith(rule, { enabled: false }) })).toEqual([
    {
      name: 'alerts',
      ok: false,
      detail: `disabled: ${rule.name}`,
      resolution: `az resource update --ids /rules/${rule.name} --set properties.enabled=true`,
    },
  ])
})

test.each([
  ['of logs', logRule, {}],
  ['of logs, with an empty list', logRule, { actionGroups: [] }],
  ['of metrics', metricRule, []],
  ['of metrics, with none', metricRule, null],
])('a rule %s without an action group is named', async (_kind, rule, actions) => {
  expect(await alertsIn({ rules: rulesWith(rule, { actions }) })).toEqual([
    {
      name: 'alerts',
      ok: false,
      detail: `without an action group: ${rule.name}`,
      resolution: expect.stringContaining('npm run deploy'),
    },
  ])
})

test.each<[string, Group]>([
  ['without receivers', { emailReceivers: [], smsReceivers: [] }],
  ['that is off', { enabled: false, emailReceivers: [{}] }],
  ['whose only person has unsubscribed', { emailReceivers: [{ status: 'Disabled' }] }],
])('each rule of an action group %s is named, and of no other', async (_title, group) => {
  const others = `${scope}/providers/microsoft.insights/actionGroups/AG-Other`
  const groups = { 'ag-broker': group, 'ag-other': { webhookReceivers: [{}] } }
  const rules = rulesWith(logRule, { actions: { actionGroups: [groupId, others] } })
  const [found, ...rest] = await alertsIn({ rules, groups })
  expect(rest).toEqual([])
  expect(found?.ok).toBe(false)
  expect(found?.detail).toMatch(
    /^reach no one, because the action group ag-broker is off or has no receiver: /,
  )
  for (const rule of templateRules) expect(found?.detail.includes(rule.name)).toBe(rule !== logRule)
  expect(found?.resolution).toContain('--name ag-broker --resource-group rg-broker --add-action email')
})

test('rules of an action group that is gone, and rules that are gone, are told', async () => {
  expect(await alertsIn({ groups: {} })).toMatchObject([
    { ok: false, detail: expect.stringContaining('the action group ag-broker is gone: ') },
  ])
  expect(await alertsIn({ rules: [] })).toMatchObject([{ ok: false, detail: 'there are no alert rules' }])
})

test.each<[string, Az]>([
  ['you aren’t logged in: run az login', () => Promise.reject(new AzError([], 'Please run az login.'))],
  ['you may not read the resource group', () => Promise.reject(new AzError([], 'AuthorizationFailed'))],
  ['rg-broker has no Application Insights', async () => []],
])('is unknown, and says why: %s', async (why, az) => {
  const lines = await checkMonitoring(az, names, since)
  expect(lines).toHaveLength(4)
  for (const each of lines) expect(each).toMatchObject({ ok: null, detail: `not checked: ${why}` })
})

test('alerts that can’t be read hide no telemetry', async () => {
  const az: Az = (...args) =>
    /Rules\?|Alerts\?/.test(args.join(' '))
      ? Promise.reject(new AzError(args, 'AuthorizationFailed'))
      : azureWith()(...args)
  expect((await checkMonitoring(az, names, since)).map(({ ok }) => ok)).toEqual([true, true, true, null])
})

test('without a resource group, the Azure CLI is not run', async () => {
  const az: Az = () => Promise.reject(new Error('was run'))
  const [first] = await checkMonitoring(az, { app: 'a', group: '<group>' }, since)
  expect(first?.detail).toBe('not checked: set RESOURCE_GROUP, and run az login')
})
