import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { SecretClient } from '@azure/keyvault-secrets'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { PortTakenError } from '../../local/service.ts'
import type { RunningVault } from '../../local/vault/vault.ts'
import { deleteSecret, namesOf, openVaultBench, refusalOf, type VaultBench } from './vault-bench.ts'

let bench: VaultBench
let dataFile: string
let vault: RunningVault
let client: SecretClient

beforeAll(async () => {
  bench = await openVaultBench()
  dataFile = join(bench.folder, 'data', 'vault.jsonl')
})

afterAll(() => bench.close())

beforeEach(async () => {
  vault = await bench.startVault({ dataFile })
  client = bench.connect(vault.origin)
})

afterEach(async () => {
  await vault.stop()
  await rm(dataFile)
})

describe('a restart', () => {
  const restart = async () => {
    await vault.stop()
    vault = await bench.startVault({ dataFile })
    client = bench.connect(vault.origin)
  }

  test('keeps values, versions, properties and deletions, and compacts the file', async () => {
    const { properties } = await client.setSecret('grant', 'one', { tags: { tenant: 'acme' } })
    await client.setSecret('grant', 'two')
    for (const enabled of [false, true]) {
      await client.updateSecretProperties('grant', properties.version!, { enabled })
    }
    for (const name of ['deleted', 'purged'])
      await client.setSecret(name, 'x').then(() => deleteSecret(client, name))
    vault.control.settings.purgeProtection = false
    await client.purgeDeletedSecret('purged')
    await appendFile(dataFile, '{"event":"stored","name":"cut off in the mid')
    await restart()
    expect((await client.getSecret('grant')).value).toBe('two')
    expect(await client.getSecret('grant', { version: properties.version! })).toMatchObject({
      value: 'one',
      properties: { tags: { tenant: 'acme' }, enabled: true },
    })
    expect(await namesOf(client.listDeletedSecrets())).toEqual(['deleted'])
    expect((await readFile(dataFile, 'utf8')).trim().split('\n')).toHaveLength(4)
    expect((await stat(dataFile)).mode & 0o777).toBe(0o600)
  })
  test('of a killed vault keeps everything that it had acknowledged', async () => {
    await vault.stop()
    const child = startInChild({ identityOrigin: bench.identity.origin, folder: bench.folder, dataFile })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = await once(createInterface(child.stdout), 'line')
    const killed = bench.connect(line)
    const names = Array.from({ length: 40 }, (_, index) => `grant-${index + 10}`)
    // The SDK loses the body of a new client's first request if others run concurrently.
    await refusalOf(killed.getSecret('primes-the-client'))
    await Promise.all(names.map((name) => killed.setSecret(name, name)))
    child.kill('SIGKILL')
    await once(child, 'exit')
    await restart()
    expect(await namesOf(client.listPropertiesOfSecrets())).toEqual(names)
    expect((await client.getSecret('grant-49')).value).toBe('grant-49')
  })

  test('on a taken port does not change the content of the running vault', async () => {
    const { port } = vault
    await expect(bench.startVault({ port, dataFile })).rejects.toThrow(PortTakenError)
    await client.setSecret('grant', 'one')
    await restart()
    expect((await client.getSecret('grant')).value).toBe('one')
  })
})

function startInChild(options: { identityOrigin: string; folder: string; dataFile: string }) {
  const script = `
    import { createLocalCertificate } from '${new URL('../../local/certificate.ts', import.meta.url)}'
    import { createTokenVerifier } from '${new URL('../../local/token-verifier.ts', import.meta.url)}'
    import { startVault } from '${new URL('../../local/vault/vault.ts', import.meta.url)}'
    const { identityOrigin, folder, dataFile } = ${JSON.stringify(options)}
    const verifyToken = createTokenVerifier(identityOrigin)
    const vault = await startVault({ port: 0, tls: await createLocalCertificate(folder), verifyToken, dataFile })
    console.log(vault.origin)`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
