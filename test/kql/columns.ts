/**
 * The columns that have content in what the broker and its host send under OpenTelemetry, in Kusto's own notation.
 *
 * Others exist, but are empty: the host's exporter sets `operation_Name` on requests only (`TelemetryItem.cs` in
 * azure-sdk-for-net, the Azure Monitor exporter). The table `exceptions` isn't here, because the broker records none:
 * the frames of an unexpected error are a line in `traces`. `AzureDiagnostics` is what Key Vault's audit logs fill.
 */
export const filledColumns: Readonly<Record<string, string>> = {
  traces:
    '(timestamp: datetime, message: string, severityLevel: int, itemType: string, customDimensions: dynamic, operation_Id: string, operation_ParentId: string, cloud_RoleName: string, cloud_RoleInstance: string)',
  requests:
    '(timestamp: datetime, id: string, name: string, url: string, success: bool, resultCode: string, duration: real, itemType: string, customDimensions: dynamic, operation_Name: string, operation_Id: string, operation_ParentId: string, cloud_RoleName: string, cloud_RoleInstance: string)',
  dependencies:
    '(timestamp: datetime, id: string, name: string, type: string, target: string, data: string, success: bool, resultCode: string, duration: real, itemType: string, customDimensions: dynamic, operation_Id: string, operation_ParentId: string, cloud_RoleName: string, cloud_RoleInstance: string)',
  customMetrics:
    '(timestamp: datetime, name: string, value: real, valueCount: int, valueSum: real, valueMin: real, valueMax: real, itemType: string, customDimensions: dynamic, cloud_RoleName: string, cloud_RoleInstance: string)',
  AzureDiagnostics:
    '(TimeGenerated: datetime, ResourceProvider: string, OperationName: string, Resource: string, ResultType: string, httpStatusCode_d: real, id_s: string, identity_claim_appid_g: string, CallerIPAddress: string)',
}
