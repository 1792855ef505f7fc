metadata description = 'A monthly budget of the resource group. It tells people; it stops nothing.'

param name string
param amount int
@description('First day of the first month, such as `2027-01-01`. Azure refuses to change it.')
param start string
param emails string[]
param actionGroupId string

var notice = {
  enabled: true
  operator: 'GreaterThan'
  contactEmails: emails
  contactGroups: [actionGroupId]
}

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: '${start}T00:00:00Z' }
    notifications: {
      spent: union(notice, { threshold: 90, thresholdType: 'Actual' })
      expected: union(notice, { threshold: 100, thresholdType: 'Forecasted' })
    }
  }
}
