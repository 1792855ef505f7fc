using 'main.bicep'

// An example of a broker in a company's landing zone: its network, DNS zones, workspace, vault, and action group exist,
// only its Front Door reaches the app, and alerts go to a paging service.
var hub = '/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/rg-hub/providers'
var subnets = '${hub}/Microsoft.Network/virtualNetworks/vnet-hub/subnets'
var zones = '${hub}/Microsoft.Network/privateDnsZones'

param productionMicrosoftClientId = '11111111-1111-1111-1111-111111111111'
param apiClientId = '33333333-3333-3333-3333-333333333333'
param operatorPrincipalId = '55555555-5555-5555-5555-555555555555'
param operatorPrincipalType = 'Group'
param privateNetworking = true
param publicUrl = 'https://broker.example.com'
param appSubnetId = '${subnets}/app'
param endpointSubnetId = '${subnets}/endpoints'
param privateDnsZoneIds = {
  blob: '${zones}/privatelink.blob.core.windows.net'
  queue: '${zones}/privatelink.queue.core.windows.net'
  table: '${zones}/privatelink.table.core.windows.net'
  vault: '${zones}/privatelink.vaultcore.azure.net'
}
param logAnalyticsWorkspaceId = '${hub}/Microsoft.OperationalInsights/workspaces/log-hub'
param keyVaultId = '${hub}/Microsoft.KeyVault/vaults/kv-hub'
param frontDoorIds = ['66666666-6666-6666-6666-666666666666']
param frontIpRanges = ['203.0.113.7', '203.0.113.64/26']
param settings = { GRANT_STORE: 'sealed' }
param acceptSealedWithoutCopy = true
param alertWebhooks = ['https://events.example.com/integration']
param alertSms = [{ countryCode: '1', phoneNumber: '2025550100' }]
param alertActionGroupIds = ['${hub}/Microsoft.Insights/actionGroups/ag-on-call']
param monthlyBudget = 500
param budgetStart = '2027-01-01'
