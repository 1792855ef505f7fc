import { defineConfig } from 'orval'

/** Functions over fetch, which send through `brokerFetch`. */
export default defineConfig({
  broker: {
    input: '../../../../docs/openapi.json',
    output: {
      target: './generated/broker.ts',
      client: 'fetch',
      override: { mutator: { path: './brokerFetch.ts', name: 'brokerFetch' } },
    },
  },
})
