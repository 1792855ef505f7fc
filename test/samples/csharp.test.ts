import { beforeAll } from 'vitest'
import { buildCsharp } from './buildCsharp.ts'
import { describeSample } from './describeSample.ts'

let assembly: string

beforeAll(() => {
  assembly = buildCsharp('csharp/Sample/Sample.csproj')
})

describeSample('samples/csharp/Broker.cs', () => ['dotnet', assembly], { severalTenants: true })
