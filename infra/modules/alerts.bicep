metadata description = 'What wakes an operator: one log alert a trouble, each named after its page in docs/runbooks.'

import { resourceTags } from 'types.bicep'

param prefix string
param location string
param tags resourceTags
param insightsId string
param actionGroupId string
param runbooksUrl string
param reauthorizationThreshold int
param sweepSilence string

// The broker's structured lines (shared/log.ts) arrive as JSON messages, `event` first.
var events = 'traces | where message startswith \'{"event":\' | extend e = parse_json(message) | extend event = tostring(e.event)'
var runbookBase = empty(runbooksUrl) ? 'docs/runbooks' : runbooksUrl

var alerts = [
  {
    name: 'reauthorization-required'
    title: 'Tenants need a new sign-in'
    severity: 3
    window: 'PT1H'
    frequency: 'PT15M'
    operator: 'GreaterThan'
    threshold: reauthorizationThreshold
    query: '${events} | where event == "tenant.status_changed" and tostring(e["to"]) == "reauthorization_required" | project timestamp, tenantKey = tostring(e.tenantKey), environment = tostring(e.environment), reason = tostring(e.reason)'
  }
  {
    name: 'environment-on-hold'
    title: 'An environment is on hold: our secret, registration or settings are refused'
    severity: 1
    window: 'P1D'
    frequency: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    query: '${events} | where event in ("environment.held", "environment.released") | extend reason = tostring(e.reason), traceId = tostring(e.traceId) | summarize arg_max(timestamp, event, reason, traceId) by environment = tostring(e.environment), identityProvider = tostring(e.identityProvider) | where event == "environment.held"'
  }
  {
    name: 'sweep-failed'
    title: 'Sweeps fail'
    severity: 2
    window: 'PT30M'
    frequency: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    query: 'let poisoned = ${events} | where event == "sweep.shard_poisoned" | project timestamp, what = strcat("shard ", tostring(e.shard), " given up"); let crashed = requests | where name in~ ("refresh", "refreshChunk") and success == false | project timestamp, what = strcat(name, " crashed"); let mostFailed = ${events} | where event == "sweep.ended" and tolong(e.due) >= 10 | mv-apply word = bag_keys(e.failed) to typeof(string) on (summarize failed = sum(tolong(e.failed[word]))) | where failed * 2 > tolong(e.due) | project timestamp, what = strcat(failed, " of ", tolong(e.due), " failed"); union poisoned, crashed, mostFailed'
  }
  {
    name: 'sweep-silent'
    title: 'No sweep has ended for too long'
    severity: 1
    window: sweepSilence
    frequency: 'PT15M'
    operator: 'LessThan'
    threshold: 1
    query: '${events} | where event == "sweep.ended"'
  }
  {
    name: 'refreshes-overdue'
    title: 'Refreshes run late'
    severity: 2
    window: 'PT1H'
    frequency: 'PT15M'
    operator: 'GreaterThan'
    threshold: 2
    query: '${events} | where event == "sweep.ended" | where tolong(e.oldestOverdueSeconds) > 1800 or tolong(e.leftOver) > 0 or tolong(e.unreadShards) > 0 | project timestamp, overdueSeconds = tolong(e.oldestOverdueSeconds), leftOver = tolong(e.leftOver), unreadShards = tolong(e.unreadShards)'
  }
  {
    name: 'secret-expiring'
    title: 'A client secret or developer token expires soon'
    severity: 2
    window: 'P1D'
    frequency: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
    query: '${events} | where event == "secret.expiring" | extend daysLeft = tolong(e.daysLeft) | summarize arg_max(timestamp, daysLeft) by secret = tostring(e.secret)'
  }
  {
    name: 'server-errors'
    title: 'The broker answers 5xx'
    severity: 2
    window: 'PT15M'
    frequency: 'PT5M'
    operator: 'GreaterThan'
    threshold: 10
    query: 'requests | where toint(resultCode) >= 500 and name != "ready" | project timestamp, name, resultCode, operation_Id'
  }
  {
    name: 'vault-throttled'
    title: 'Key Vault throttles the broker'
    severity: 2
    window: 'PT15M'
    frequency: 'PT15M'
    operator: 'GreaterThan'
    threshold: 5
    query: '${events} | where event == "vault.throttled" | project timestamp, operation = tostring(e.operation)'
  }
]

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
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: {
        actionGroups: [actionGroupId]
        customProperties: { runbook: '${runbookBase}/${alert.name}.md' }
      }
    }
  }
]
