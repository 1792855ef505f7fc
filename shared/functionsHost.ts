/** The platform's information about the Functions host; none on a laptop. */
export interface FunctionsHost {
  /** The function app's name. */
  readonly app?: string
  readonly resourceGroup?: string
  /** The queues of the host's own storage, if it uses its identity there. */
  readonly queueUrl?: string
  /** Its blobs, likewise: timer locks and the deployed package. */
  readonly blobUrl?: string
}

const variables = {
  app: 'WEBSITE_SITE_NAME',
  resourceGroup: 'WEBSITE_RESOURCE_GROUP',
  queueUrl: 'AzureWebJobsStorage__queueServiceUri',
  blobUrl: 'AzureWebJobsStorage__blobServiceUri',
} as const satisfies Record<keyof FunctionsHost, string>

/** Reads the platform's own variables (app-service/reference-app-settings); an empty one counts as unset. */
export function readFunctionsHost(env: Readonly<Record<string, string | undefined>>): FunctionsHost {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([member, name]) => {
      const value = env[name]?.trim().replace(/(?<!\/)\/+$/, '')
      return value ? [[member, value]] : []
    }),
  )
}
