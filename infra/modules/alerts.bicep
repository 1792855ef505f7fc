metadata description = 'What wakes an operator: one log alert a trouble, each named after its page in docs/runbooks.'

import { resourceTags } from 'types.bicep'

// Queries read the broker's structured lines (shared/domain/logEvents.ts: JSON messages, `event` first) and its metrics, which are
// never sampled. Only `host-failures` reads `requests`, which are sampled: it compares their shares.
param prefix string
param location string
param tags resourceTags
param insightsId string
@description('The vault of the broker’s own secrets, if it isn’t an existing one, which can be in another region: one rule takes vaults of one.')
param ownVaultIds string[]
param grantVaultIds string[]
param actionGroupIds string[]
param runbooksUrl string
param reauthorizationThreshold int
@allowed(['PT15M', 'PT30M', 'PT1H', 'PT6H', 'P1D'])
param sweepSilence string
@description('Hours between two backups; 0 if none are made.')
param backupHours int

var runbookBase = empty(runbooksUrl) ? 'docs/runbooks' : runbooksUrl
var silences = { PT15M: '15m', PT30M: '30m', PT1H: '1h', PT6H: '6h', P1D: '1d' }
// A refresh that is due just after a sweep waits for the next one and isn't late. The slowest schedule sets the latest
// refresh, and three sweeps must fit in the window.
var lateSeconds = { PT15M: '1800', PT30M: '1800', PT1H: '3600', PT6H: '21600', P1D: '86400' }
var lateWindows = { PT15M: 'PT1H', PT30M: 'PT1H', PT1H: 'PT3H', PT6H: 'P1D', P1D: 'P2D' }

@description('More rows than `threshold` within `window` are an alert.')
type alert = {
  name: string
  title: string
  severity: int
  query: string
  window: string
  frequency: string
  threshold: int
  @description('Tells of each new finding, after so long again, instead of once until all of it has passed.')
  repeatAfter: string?
}

var always alert[] = [
  {
    name: 'reauthorization-required'
    title: 'Tenants need a new sign-in'
    severity: 3
    query: loadTextContent('../alerts/reauthorization-required.kql')
    window: 'PT1H'
    frequency: 'PT15M'
    threshold: reauthorizationThreshold
    // Otherwise, one tenant per hour would keep the alert open and hide the others.
    repeatAfter: 'PT1H'
  }
  {
    name: 'environment-on-hold'
    title: 'An environment is on hold: our secret, registration or settings are refused'
    severity: 1
    query: loadTextContent('../alerts/environment-on-hold.kql')
    window: 'P1D'
    frequency: 'PT15M'
    threshold: 0
  }
  {
    name: 'refresh-needs-operator'
    title: 'A tenant’s refreshes fail for what the operator must look at'
    severity: 2
    query: loadTextContent('../alerts/refresh-needs-operator.kql')
    window: 'PT1H'
    frequency: 'PT15M'
    threshold: 0
    // Logged once per tenant, until it works again: the next tenant needs a new alert.
    repeatAfter: 'PT1H'
  }
  {
    name: 'tenant-damaged'
    title: 'The stored row of a tenant cannot be read'
    severity: 2
    query: loadTextContent('../alerts/tenant-damaged.kql')
    window: 'P1D'
    frequency: 'PT1H'
    threshold: 0
    // Logged once a day for each tenant: the next tenant needs a new alert.
    repeatAfter: 'P1D'
  }
  {
    name: 'table-missing'
    title: 'A table of the broker does not exist'
    severity: 1
    query: loadTextContent('../alerts/table-missing.kql')
    window: 'PT15M'
    frequency: 'PT5M'
    threshold: 0
  }
  {
    name: 'token-not-stored'
    title: 'A vault does not take new refresh tokens'
    severity: 2
    query: loadTextContent('../alerts/token-not-stored.kql')
    window: 'PT1H'
    frequency: 'PT15M'
    threshold: 0
  }
  {
    name: 'work-owed'
    title: 'What a disconnect or a sign-in left to do stays undone'
    severity: 3
    query: loadTextContent('../alerts/work-owed.kql')
    window: 'P1D'
    frequency: 'PT1H'
    threshold: 0
    // Each tenant is told of again after a day, not only the first.
    repeatAfter: 'P1D'
  }
  {
    name: 'clock-wrong'
    title: 'The clock of an instance is wrong'
    severity: 3
    query: loadTextContent('../alerts/clock-wrong.kql')
    window: 'PT1H'
    frequency: 'PT15M'
    threshold: 0
  }
  {
    name: 'identity-failing'
    title: 'The managed identity gives no tokens'
    severity: 2
    query: loadTextContent('../alerts/identity-failing.kql')
    window: 'PT30M'
    frequency: 'PT15M'
    threshold: 0
  }
  {
    name: 'connect-failed'
    title: 'Nobody can connect for what the operator must fix'
    severity: 2
    query: loadTextContent('../alerts/connect-failed.kql')
    window: 'PT1H'
    frequency: 'PT15M'
    threshold: 0
  }
  {
    name: 'sweep-failed'
    title: 'Sweeps fail'
    severity: 2
    query: loadTextContent('../alerts/sweep-failed.kql')
    window: 'PT30M'
    frequency: 'PT15M'
    threshold: 0
  }
  {
    name: 'sweep-silent'
    title: 'No sweep has ended for too long'
    severity: 1
    // Two days, the longest window: before the first package is deployed, there is no signal, and no alert is needed.
    query: replace(loadTextContent('../alerts/sweep-silent.kql'), '30m', silences[sweepSilence])
    window: 'P2D'
    frequency: 'PT15M'
    threshold: 0
  }
  {
    name: 'refreshes-overdue'
    title: 'Refreshes run late'
    severity: 2
    query: replace(loadTextContent('../alerts/refreshes-overdue.kql'), '1800', lateSeconds[sweepSilence])
    window: lateWindows[sweepSilence]
    frequency: 'PT15M'
    threshold: 2
  }
  {
    name: 'secret-expiring'
    title: 'A client secret or developer token expires soon'
    severity: 2
    query: loadTextContent('../alerts/secret-expiring.kql')
    window: 'P1D'
    frequency: 'PT1H'
    threshold: 0
    // Logged once a day, not at the same minute: as a state, the alert would end and start again around midnight.
    repeatAfter: 'P1D'
  }
  {
    name: 'server-errors'
    title: 'The broker answers 5xx'
    severity: 2
    query: loadTextContent('../alerts/server-errors.kql')
    window: 'PT15M'
    frequency: 'PT5M'
    threshold: 10
  }
  {
    name: 'host-failures'
    title: 'Requests fail at the host'
    severity: 2
    query: loadTextContent('../alerts/host-failures.kql')
    window: 'PT15M'
    frequency: 'PT5M'
    threshold: 0
  }
  {
    name: 'audit-slow'
    title: 'The audit of tenants takes longer than two weeks'
    severity: 3
    query: loadTextContent('../alerts/audit-slow.kql')
    window: 'P1D'
    frequency: 'PT1H'
    threshold: 0
    // Logged once a day.
    repeatAfter: 'P1D'
  }
  {
    name: 'slow-leak'
    title: 'Rows or secrets grow without connects'
    severity: 3
    query: loadTextContent('../alerts/slow-leak.kql')
    window: 'P1D'
    frequency: 'PT1H'
    threshold: 0
    // Logged once a day.
    repeatAfter: 'P1D'
  }
  {
    name: 'vault-throttled'
    title: 'Key Vault throttles the broker'
    severity: 2
    query: loadTextContent('../alerts/vault-throttled.kql')
    window: 'PT15M'
    frequency: 'PT15M'
    threshold: 5
  }
]

var ofBackups alert[] = [
  {
    name: 'backup-missing'
    title: 'No backup of the tables has ended for too long'
    severity: 2
    // A backup that fails is repeated an hour later: by then, both have. The longest window, two days, holds the slowest schedule.
    query: replace(loadTextContent('../alerts/backup-missing.kql'), '26h', '${backupHours + 2}h')
    window: 'P2D'
    frequency: 'PT1H'
    threshold: 0
  }
]

var alerts = backupHours > 0 ? concat(always, ofBackups) : always

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in alerts: {
    name: '${prefix}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      description: 'What to do: ${runbookBase}/${alert.name}.md'
      severity: alert.severity
      enabled: true
      scopes: [insightsId]
      windowSize: alert.window
      evaluationFrequency: alert.frequency
      autoMitigate: !contains(alert, 'repeatAfter')
      ...(contains(alert, 'repeatAfter') ? { muteActionsDuration: alert.?repeatAfter } : {})
      // A new component has no tables yet, so the first deployment would fail.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: {
        actionGroups: actionGroupIds
        customProperties: { runbook: '${runbookBase}/${alert.name}.md' }
      }
    }
  }
]

// Includes refusals to other callers, and works without the broker's telemetry.
resource throttling 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${prefix}-vault-throttled-by-metric'
  location: 'global'
  tags: tags
  properties: {
    description: 'What to do: ${runbookBase}/vault-throttled.md'
    severity: 2
    enabled: true
    scopes: concat(ownVaultIds, grantVaultIds)
    targetResourceType: 'Microsoft.KeyVault/vaults'
    targetResourceRegion: location
    windowSize: 'PT15M'
    evaluationFrequency: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'throttled'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.KeyVault/vaults'
          metricName: 'ServiceApiResult'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          // One refresh that must store its token repeats its requests, and can be refused some fifty times in a minute.
          threshold: 60
          skipMetricValidation: true
        }
      ]
    }
    actions: [
      for (id, index) in actionGroupIds: {
        actionGroupId: actionGroupIds[index]
        webHookProperties: { runbook: '${runbookBase}/vault-throttled.md' }
      }
    ]
  }
}
