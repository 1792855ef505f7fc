import { describe, expect, test } from 'vitest'
import { createCallers } from '../../shared/access/callers.ts'
import { toProtectedResource } from '../../shared/access/protectedResource.ts'
import { parseConfig } from '../../shared/config.ts'
import { Problem } from '../../shared/problems.ts'
import { readText } from './infraFiles.ts'
import { minimalSettings } from './settingRefusals.ts'
import { createKeyAddress, createSigner } from './signedTokens.ts'

/** The entries of `CALLER_ISSUERS` that the page shows. */
const entries = [...readText('docs/calling.md').matchAll(/```json\n(.*?)```/gs)].map(
  ([, json = '']) =>
    JSON.parse(json) as { issuer: string; namespace: string; subjects: [{ subject: string }] },
)

const now = new Date('2026-11-29T08:00:00Z')
const seconds = now.getTime() / 1000
const times = { iat: seconds - 60, exp: seconds + 300 }
const jwt = { typ: 'JWT' }

/** Which token an issuer makes: its header and claims, as its documentation shows them. */
interface Shape {
  readonly header: object
  readonly claims: object
  /** The subject of the same issuer's token for someone else. */
  readonly stranger: string
}

const shapes: Readonly<Record<string, Shape>> = {
  // docs.github.com/actions/reference/security/oidc
  github: {
    header: { ...jwt, x5t: 'ykNaY4qM_ta4k2TgZOCEYLkcYlA' },
    claims: {
      ...{ jti: 'example-id', sub: 'repo:acme/ads:ref:refs/heads/main', aud: 'api://broker' },
      ...{ ref: 'refs/heads/main', sha: 'example-sha', repository: 'acme/ads', repository_owner: 'acme' },
      ...{
        actor_id: '12',
        run_id: '1',
        event_name: 'workflow_dispatch',
        runner_environment: 'github-hosted',
      },
      ...{ iss: 'https://token.actions.githubusercontent.com', nbf: seconds - 60 },
    },
    stranger: 'repo:acme/ads:pull_request',
  },
  // IAM User Guide, "Understanding token claims"
  aws: {
    header: jwt,
    claims: {
      iss: 'https://11112222-3333-4444-5555-666677778888.tokens.sts.global.api.aws',
      ...{ aud: 'api://broker', sub: 'arn:aws:iam::111122223333:role/reports', jti: 'x' },
      'https://sts.amazonaws.com/': { aws_account: '111122223333', principal_id: 'arn:aws:iam::1:role/x' },
    },
    stranger: 'arn:aws:iam::111122223333:role/reports-test',
  },
  // docs.cloud.google.com/compute/docs/instances/verifying-instance-identity
  google: {
    header: jwt,
    claims: {
      ...{ iss: 'https://accounts.google.com', aud: 'api://broker', email_verified: true },
      ...{ azp: '113774264463038321964', sub: '113774264463038321964', email: 'reports@acme.example' },
      google: { compute_engine: { project_id: 'acme', zone: 'europe-west1-b', instance_name: 'reports' } },
    },
    stranger: '113774264463038321965',
  },
  // kubernetes.io/docs/tasks/configure-pod-container/configure-service-account
  cluster: {
    header: {},
    claims: {
      iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/AAAABBBBCCCCDDDDEEEEFFFF00001111',
      ...{ aud: ['api://broker'], sub: 'system:serviceaccount:ads:reports', nbf: seconds - 60 },
      'kubernetes.io': { namespace: 'ads', pod: { name: 'reports' }, serviceaccount: { name: 'reports' } },
    },
    stranger: 'system:serviceaccount:ads:default',
  },
  // auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
  auth0: {
    header: { typ: 'at+jwt' },
    claims: {
      ...{ iss: 'https://acme.eu.auth0.com/', sub: 'wjkcGPDQiTRbEBg6mrSeKnVoFZpZ1Hm5@clients' },
      ...{ aud: 'api://broker', gty: 'client-credentials', azp: 'wjkcGPDQiTRbEBg6mrSeKnVoFZpZ1Hm5' },
      ...{ scope: 'read:tokens', permissions: ['read:tokens'] },
    },
    stranger: 'auth0|507f1f77bcf86cd799439020',
  },
  // developer.okta.com/docs/reference/api/oidc, "Access token"; `scp` is a list there
  okta: {
    header: {},
    claims: {
      ...{ ver: 1, jti: 'AT.x', iss: 'https://acme.okta.com/oauth2/default', aud: 'api://broker' },
      ...{ cid: '0oa1gjh63g214q0Hq0g4', scp: ['broker'], sub: '0oa1gjh63g214q0Hq0g4' },
    },
    stranger: 'ada@acme.example',
  },
  // Keycloak Server Administration Guide, "Service accounts"; its `typ` is a claim
  keycloak: {
    header: jwt,
    claims: {
      ...{ iss: 'https://keycloak.example.com/realms/acme', aud: ['api://broker', 'account'], typ: 'Bearer' },
      ...{ sub: '5c2b0a4e-3f0e-4b5e-9c39-1d3e0b7a6f21', azp: 'reports', acr: '1', scope: 'profile email' },
      ...{ realm_access: { roles: ['offline_access'] }, preferred_username: 'service-account-reports' },
      client_id: 'reports',
    },
    stranger: '6d3c1b5f-3f0e-4b5e-9c39-1d3e0b7a6f21',
  },
}

const signer = await createSigner('one')
const entra = {
  authority: 'https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee',
  audiences: ['00001111-aaaa-2222-bbbb-3333cccc4444'],
  namespace: '',
}
/** One broker that trusts them all, beside Entra. */
const config = parseConfig({ ...minimalSettings, CALLER_ISSUERS: JSON.stringify([entra, ...entries]) })

async function call({ header, claims }: Shape, change: object = {}) {
  const clock = { now: () => now, sleep: async () => undefined }
  const { fetch } = createKeyAddress(signer)
  const callers = createCallers(config, { clock, fetch })
  const token = await signer.sign({ ...times, ...claims, ...change }, { ...header })
  return callers.authenticate(`Bearer ${token}`).catch((error: Problem) => error)
}

test('every issuer on the page has a token here', () => {
  expect(entries.map(({ namespace }) => namespace).toSorted()).toEqual(Object.keys(shapes).toSorted())
})

describe.each(entries)('the page’s entry of $namespace', ({ issuer, namespace, subjects: [{ subject }] }) => {
  const shape = shapes[namespace]!

  test('makes the subject an app that vends, and nothing else', async () => {
    const app = `${namespace}:${subject}`
    const rights = new Set(['Tokens.Vend'])
    expect(await call(shape)).toMatchObject({ app, workspace: app, rights })
  })

  test('refuses the issuer’s other subjects, even one with a role', async () => {
    const refused = await call(shape, { sub: shape.stranger, roles: ['Broker.Operate'] })
    expect(refused).toBeInstanceOf(Problem)
    expect(refused).toMatchObject({ code: 'caller_not_authenticated' })
  })

  test('refuses a token for another audience', async () => {
    expect(await call(shape, { aud: 'api://other' })).toMatchObject({ code: 'caller_not_authenticated' })
  })

  test('is in the metadata, without its subject', () => {
    const resource = toProtectedResource(config)
    expect(resource.authorization_servers).toContain(issuer)
    expect(JSON.stringify(resource)).not.toContain(subject)
  })
})
