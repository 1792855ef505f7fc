import { expect, test } from 'vitest'
import { type Az, AzError } from '../../../scripts/azure/az.ts'
import { checkMonitoring } from '../../../scripts/doctor/monitoring.ts'

const id = '/subscriptions/s1/resourceGroups/rg-broker/providers/Microsoft.Insights/components/appi-broker'
const names = { app: 'func-broker', group: 'rg-broker' }
const since = new Date(Date.now() - 900_000)
const oneMail = { name: 'ag-broker', properties: { emailReceivers: [{}], smsReceivers: [] } }

/** An Azure CLI whose Application Insights was reached last at a time. */
function azureWith(last: string | null, groups: readonly object[] = [oneMail]): Az {
  return async (...args) => {
    const command = args.join(' ')
    if (command.startsWith('resource list')) return [id]
    if (command.includes('/query')) return { tables: [{ rows: [[last]] }] }
    if (command.includes('/actionGroups?')) {
      expect(command).toContain('/subscriptions/s1/resourceGroups/rg-broker/providers/')
      return { value: groups }
    }
    return { properties: { AppId: 'app-1' } }
  }
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

test('telemetry that arrives, and alerts that reach a person, are good', async () => {
  expect(await checkMonitoring(azureWith(ago(60)), names, since)).toEqual([
    { name: 'telemetry', ok: true, detail: expect.stringMatching(/^last seen 6[01] s ago$/) },
    { name: 'alerts', ok: true, detail: 'reach 1 receiver(s)' },
  ])
})

test.each([
  [ago(7200), /^last seen 720[01] s ago; expected since /],
  [null, /^none in the last seven days$/],
])('telemetry that does not arrive any more is told: %s', async (last, detail) => {
  const [line] = await checkMonitoring(azureWith(last), names, since)
  expect(line).toMatchObject({
    ok: false,
    detail: expect.stringMatching(detail),
    resolution: expect.stringContaining(`--scope ${id} --role 'Monitoring Metrics Publisher'`),
  })
})

test.each([
  ['without receivers', { emailReceivers: [], smsReceivers: [] }],
  ['that is switched off', { enabled: false, emailReceivers: [{}] }],
])('alerts of an action group %s reach no one', async (_title, properties) => {
  const [, line] = await checkMonitoring(azureWith(ago(1), [{ name: 'ag-broker', properties }]), names, since)
  expect(line).toMatchObject({
    ok: false,
    resolution: expect.stringContaining('--name ag-broker --resource-group rg-broker --add-action email'),
  })
})

test.each<[string, Az]>([
  ['you aren’t logged in: run az login', () => Promise.reject(new AzError([], 'Please run az login.'))],
  ['you may not read the resource group', () => Promise.reject(new AzError([], 'AuthorizationFailed'))],
  ['rg-broker has no Application Insights', async () => []],
])('is unknown, and says why: %s', async (why, az) => {
  for (const line of await checkMonitoring(az, names, since))
    expect(line).toMatchObject({ ok: null, detail: `not checked: ${why}` })
})

test('without a resource group, the Azure CLI is not run', async () => {
  const az: Az = () => Promise.reject(new Error('was run'))
  const [line] = await checkMonitoring(az, { app: 'a', group: '<group>' }, since)
  expect(line?.detail).toBe('not checked: set RESOURCE_GROUP, and run az login')
})
