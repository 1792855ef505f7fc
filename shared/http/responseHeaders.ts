/** Response headers that clients read, by name: as the contract describes them. */
export const responseHeaders = {
  'Retry-After': {
    description: 'Seconds after which a retry makes sense (RFC 9110, section 10.2.3).',
    schema: { type: 'integer', minimum: 0 },
  },
  'WWW-Authenticate': {
    description:
      'Which token would be accepted: the metadata’s address (`resource_metadata`, RFC 9728), `error` and `scope` (RFC 6750), and the app role (`role`).',
    schema: { type: 'string' },
  },
  Accept: { description: 'The media type that the route reads.', schema: { type: 'string' } },
  Location: { description: 'Where to go next.', schema: { type: 'string', format: 'uri' } },
  'X-Diagnosis': {
    description:
      'For a failure: its verdict, who acts, and which credential is at fault, as a structured field (RFC 9651).',
    schema: { type: 'string' },
  },
  TrackingId: {
    description: 'Microsoft’s ID of the call, for Microsoft support.',
    schema: { type: 'string' },
  },
} as const

/** One of {@link responseHeaders}. */
export type ResponseHeader = keyof typeof responseHeaders
