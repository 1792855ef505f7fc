import { describeSample } from '../samples/describeSample.ts'

describeSample('samples/typescript/broker.ts', () => [process.execPath, 'samples/typescript/broker.ts'])
describeSample('samples/curl/broker.sh', () => ['sh', 'samples/curl/broker.sh'])
