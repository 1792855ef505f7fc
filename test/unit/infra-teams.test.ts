import { describe, expect, test } from 'vitest'
import { predicted, type Resource, readJson } from './infraFiles.ts'

const hub = '/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/rg-hub/providers'
const subnets = `${hub}/Microsoft.Network/virtualNetworks/vnet-hub/subnets`

function of(parameters: string, type: string): Resource[] {
  return predicted(parameters).filter((resource) => resource.type === type)
}

const site = (parameters: string) => of(parameters, 'Microsoft.Web/sites')[0]?.properties

describe('an existing network', () => {
  test('the app and every private endpoint use its subnets, and no network is created', () => {
    for (const parameters of ['team', 'domain']) {
      expect(of(parameters, 'Microsoft.Network/virtualNetworks')).toEqual([])
      expect(site(parameters).virtualNetworkSubnetId).toBe(`${subnets}/app`)
      const used = of(parameters, 'Microsoft.Network/privateEndpoints').map(
        (each) => each.properties.subnet.id,
      )
      expect(new Set(used)).toEqual(new Set([`${subnets}/endpoints`]))
    }
  })

  test('existing DNS zones get the endpoints’ records, and none is created', () => {
    expect(of('team', 'Microsoft.Network/privateDnsZones')).toEqual([])
    const zones = of('team', 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups').map((group) =>
      group.properties.privateDnsZoneConfigs[0].properties.privateDnsZoneId.split('/').at(-1),
    )
    expect(zones.toSorted()).toEqual([
      'privatelink.blob.core.windows.net',
      'privatelink.queue.core.windows.net',
      'privatelink.table.core.windows.net',
      'privatelink.vaultcore.azure.net',
      'privatelink.vaultcore.azure.net',
    ])
  })

  test('where a policy creates the records, the template creates neither zones nor records', () => {
    expect(of('domain', 'Microsoft.Network/privateEndpoints')).toHaveLength(4)
    expect(of('domain', 'Microsoft.Network/privateDnsZones')).toEqual([])
    expect(of('domain', 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups')).toEqual([])
  })

  test('a new network gets the zones, and links to them', () => {
    expect(of('private', 'Microsoft.Network/privateDnsZones')).toHaveLength(4)
    expect(of('private', 'Microsoft.Network/privateDnsZones/virtualNetworkLinks')).toHaveLength(4)
  })
})

describe('an existing vault', () => {
  const own = (resource: Resource) => resource.id?.includes('/vaults/kv-hub/')

  test('gets the roles of the app and of the operator, and nothing else', () => {
    const assigned = of('team', 'Microsoft.Authorization/roleAssignments').filter(own)
    expect(
      assigned.map(({ properties }) => properties.roleDefinitionId.split('/').at(-1)).toSorted(),
    ).toEqual(['4633458b-17de-408a-b874-0445c86b69e6', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'])
    expect(predicted('team').filter(own)).toHaveLength(assigned.length)
  })

  test('takes the place of the broker’s own, never of a grant vault', () => {
    for (const parameters of ['team', 'domain'])
      expect(of(parameters, 'Microsoft.KeyVault/vaults').map(({ name }) => name.slice(0, 4))).toEqual([
        'kvg1',
      ])
  })

  test('gets a private endpoint unless the network has one', () => {
    const names = (parameters: string) =>
      of(parameters, 'Microsoft.Network/privateEndpoints').map(({ name }) => name)
    expect(names('team')).toContain('pe-kv-hub')
    expect(names('domain')).not.toContain('pe-kv-hub')
  })
})

describe('an existing workspace', () => {
  const workspace = `${hub}/Microsoft.OperationalInsights/workspaces/log-hub`

  test('takes the telemetry and every diagnostic setting, and none is created', () => {
    expect(of('team', 'Microsoft.OperationalInsights/workspaces')).toEqual([])
    expect(of('team', 'Microsoft.Insights/components')[0]?.properties.WorkspaceResourceId).toBe(workspace)
  })
})

describe('a front', () => {
  test('only its own Front Door, by its ID, and its ranges reach the app; publishing stays open', () => {
    expect(site('team').siteConfig).toMatchObject({
      ipSecurityRestrictionsDefaultAction: 'Deny',
      ipSecurityRestrictions: [
        {
          action: 'Allow',
          tag: 'ServiceTag',
          ipAddress: 'AzureFrontDoor.Backend',
          headers: { 'x-azure-fdid': ['66666666-6666-6666-6666-666666666666'] },
        },
        { action: 'Allow', ipAddress: '203.0.113.7/32' },
        { action: 'Allow', ipAddress: '203.0.113.64/26' },
      ],
      scmIpSecurityRestrictionsUseMain: false,
      scmIpSecurityRestrictionsDefaultAction: 'Allow',
    })
  })

  test('without one, the template leaves the app’s restrictions as they are', () => {
    expect(site('main').siteConfig).not.toHaveProperty('ipSecurityRestrictions')
    expect(site('main').siteConfig).not.toHaveProperty('ipSecurityRestrictionsDefaultAction')
  })
})

describe('a custom domain', () => {
  test('is bound with a managed certificate of the site', () => {
    expect(site('domain').siteScopedCertificatesEnabled).toBe(true)
    const [certificate] = of('domain', 'Microsoft.Web/sites/certificates')
    expect(certificate?.properties).toEqual({ canonicalName: 'broker.example.com' })
    const [binding] = of('domain', 'Microsoft.Web/sites/hostNameBindings')
    expect(binding?.properties).toMatchObject({
      sslState: 'SniEnabled',
      thumbprint: expect.stringContaining('.thumbprint'),
    })
  })
})

describe('alerts', () => {
  test('reach mail, phones, and webhooks, and action groups that exist', () => {
    expect(of('team', 'Microsoft.Insights/actionGroups')[0]?.properties).toMatchObject({
      smsReceivers: [{ name: 'sms-0', countryCode: '1', phoneNumber: '2025550100' }],
      webhookReceivers: [{ name: 'webhook-0', serviceUri: 'https://events.example.com/integration' }],
    })
    for (const { properties } of of('team', 'Microsoft.Insights/scheduledQueryRules'))
      expect(properties.actions.actionGroups).toContain(`${hub}/Microsoft.Insights/actionGroups/ag-on-call`)
    const [metric] = of('team', 'Microsoft.Insights/metricAlerts')
    expect(metric?.properties.actions).toHaveLength(2)
  })

  test('the template says whether they reach anyone', () => {
    const heard = (parameters: string) =>
      readJson(`infra/snapshots/${parameters}.snapshot.json`).outputs.ALERTS_ARE_HEARD
    expect(['team', 'domain'].map(heard)).toEqual([true, false])
  })
})

describe('a budget', () => {
  test('is created if it has an amount, and tells the alerts’ receivers before it is spent', () => {
    const [budget] = of('team', 'Microsoft.Consumption/budgets')
    expect(budget?.properties).toMatchObject({
      amount: 500,
      timeGrain: 'Monthly',
      timePeriod: { startDate: '2027-01-01T00:00:00Z' },
      notifications: { spent: { threshold: 90 }, expected: { threshold: 100, thresholdType: 'Forecasted' } },
    })
    expect(of('main', 'Microsoft.Consumption/budgets')).toEqual([])
  })
})
