metadata description = 'Log Analytics, Application Insights that takes telemetry of known identities only, and who is told.'

import { resourceTags, smsReceiver } from 'types.bicep'

// Role assignments
// | who          | role                         | on                   | why                                             |
// | the identity | Monitoring Metrics Publisher | Application Insights | sends telemetry; ingestion keys are switched off |

param name string
param location string
param tags resourceTags
param retentionDays int
param dailyCapGb int
param identityName string
param principalId string
param alertEmails string[]
param alertSms smsReceiver[]
param alertWebhooks string[]
@description('If empty, a workspace is created.')
param existingWorkspaceId string

var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = if (empty(existingWorkspaceId)) {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyCapGb }
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

var workspaceId = empty(existingWorkspaceId) ? workspace.id : existingWorkspaceId

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspaceId
    DisableLocalAuth: true
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityName, monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'tokenbroker'
    emailReceivers: [
      for (address, index) in alertEmails: {
        name: 'mail-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
    smsReceivers: [for (receiver, index) in alertSms: { name: 'sms-${index}', ...receiver }]
    webhookReceivers: [
      for (url, index) in alertWebhooks: {
        name: 'webhook-${index}'
        serviceUri: url
        useCommonAlertSchema: true
      }
    ]
  }
}

output workspaceId string = workspaceId
output insightsId string = insights.id
output insightsConnectionString string = insights.properties.ConnectionString
output actionGroupId string = actionGroup.id
