using 'azd.bicep'

// azd sets the AZURE_* ones; the others by `azd env set NAME value`.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'msads-broker')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param principalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param productionMicrosoftClientId = readEnvironmentVariable('PRODUCTION_MICROSOFT_CLIENT_ID', '')
param apiClientId = readEnvironmentVariable('API_CLIENT_ID', '')
param publicUrl = readEnvironmentVariable('PUBLIC_URL', '')
param clientAuthentication = readEnvironmentVariable('CLIENT_AUTHENTICATION', 'secret')
param alertEmails = json(readEnvironmentVariable('ALERT_EMAILS', '[]'))
