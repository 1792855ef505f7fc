metadata description = 'Availability tests from outside, and their alerts: they need nothing that the broker itself sends.'

import { resourceTags } from 'types.bicep'

param prefix string
param location string
param tags resourceTags
param insightsId string
param actionGroupIds string[]
param runbooksUrl string
@description('URL of the broker, without a trailing slash.')
param origin string
@description('Whether the settings name a canary. Without one, its route answers 404.')
param hasCanary bool

var runbookBase = empty(runbooksUrl) ? 'docs/runbooks' : runbooksUrl
// Three continents, so that the trouble of one network is not the broker’s.
var places = ['emea-nl-ams-azr', 'us-va-ash-azr', 'apac-sg-sin-azr']

type probe = { name: string, path: string, severity: int }

var probes probe[] = concat(
  [{ name: 'unavailable', path: '/health', severity: 1 }],
  hasCanary ? [{ name: 'canary-failing', path: '/health/canary', severity: 1 }] : []
)

resource tests 'Microsoft.Insights/webtests@2022-06-15' = [
  for probe in probes: {
    name: '${prefix}-${probe.name}'
    location: location
    // The tag makes the test appear in its component, and is required.
    tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
    kind: 'standard'
    properties: {
      SyntheticMonitorId: '${prefix}-${probe.name}'
      Name: '${prefix}-${probe.name}'
      Enabled: true
      Kind: 'standard'
      Frequency: 300
      Timeout: 30
      RetryEnabled: true
      Locations: [for place in places: { Id: place }]
      Request: { RequestUrl: '${origin}${probe.path}', HttpVerb: 'GET', ParseDependentRequests: false }
      ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 7 }
    }
  }
]

resource rules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for (probe, index) in probes: {
    name: '${prefix}-${probe.name}'
    location: 'global'
    tags: union(tags, { 'hidden-link:${insightsId}': 'Resource', 'hidden-link:${tests[index].id}': 'Resource' })
    properties: {
      description: 'What to do: ${runbookBase}/${probe.name}.md'
      severity: probe.severity
      enabled: true
      scopes: [tests[index].id, insightsId]
      windowSize: 'PT15M'
      evaluationFrequency: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
        webTestId: tests[index].id
        componentId: insightsId
        failedLocationCount: 2
      }
      actions: [
        for (id, position) in actionGroupIds: {
          actionGroupId: actionGroupIds[position]
          webHookProperties: { runbook: '${runbookBase}/${probe.name}.md' }
        }
      ]
    }
  }
]
