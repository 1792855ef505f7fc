using 'main.bicep'

// The plain path: az deployment group create --resource-group <group> --parameters infra/main.bicepparam
param productionMicrosoftClientId = readEnvironmentVariable('PRODUCTION_MICROSOFT_CLIENT_ID', '')
param apiClientId = readEnvironmentVariable('API_CLIENT_ID', '')
param clientAuthentication = readEnvironmentVariable('CLIENT_AUTHENTICATION', 'secret')
param publicUrl = readEnvironmentVariable('PUBLIC_URL', '')
param operatorPrincipalId = readEnvironmentVariable('OPERATOR_PRINCIPAL_ID', '')
param operatorPrincipalType = readEnvironmentVariable('OPERATOR_PRINCIPAL_TYPE', 'User')
param runbooksUrl = readEnvironmentVariable('RUNBOOKS_URL', '')
param alertEmails = json(readEnvironmentVariable('ALERT_EMAILS', '[]'))
param workspaces = json(readEnvironmentVariable('WORKSPACES', '[]'))
