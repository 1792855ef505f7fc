metadata description = 'The workbook: tenants by status, vends, refreshes, sweeps, what is about to expire.'

import { resourceTags } from 'types.bicep'

param workbookName string
param displayName string
param location string
param tags resourceTags
param insightsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: workbookName
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: insightsId
    serializedData: string(union(loadJsonContent('../workbook.json'), { fallbackResourceIds: [insightsId] }))
  }
}
