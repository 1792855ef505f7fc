/** The instrumentation scope of everything that the broker records. */
export const scope = 'msads-token-broker'
