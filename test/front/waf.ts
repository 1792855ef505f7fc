import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from '../../local/child.ts'
import type { WafExclusion } from '../../scripts/wafExclusions.ts'
import { maxDiagnosisBytes } from '../../shared/diagnosis/failedCall.ts'
import { exclusionRules } from './exclusionRules.ts'
import { wafFiles as files } from './findWaf.ts'

/** Options of a firewall. */
export interface WafOptions {
  readonly port: number
  /** The broker's port. */
  readonly upstream: number
  /** The paranoia level of the core rules. */
  readonly paranoia: 1 | 2
  /** None leaves the core rules, and the size of bodies, as they come. */
  readonly exclusions: readonly WafExclusion[]
}

/** A running firewall. */
export interface Waf {
  stop(): Promise<void>
}

/**
 * Starts nginx with ModSecurity and OWASP's core rules between `port` and the broker, as a process of this user that
 * writes only to a folder of its own.
 */
export async function startWaf(options: WafOptions): Promise<Waf> {
  const folder = await mkdtemp(join(tmpdir(), 'broker-waf-'))
  await mkdir(join(folder, 'temp'))
  await writeFile(join(folder, 'rules.conf'), rulesOf(options))
  await writeFile(join(folder, 'nginx.conf'), nginxOf(options, folder))
  // nginx ends with the tests, also if they are killed.
  const args = ['--pdeathsig', 'TERM', files.nginx, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]
  const child = startChild({ name: 'nginx', command: 'setpriv', args, env: process.env, cwd: folder })
  // Its sockets are open by then.
  await child.waitForLine(/using the "\w+" event method/)
  return {
    async stop() {
      await child.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function rulesOf({ paranoia, exclusions }: WafOptions): string {
  return [
    `Include ${files.recommended}`,
    'SecRuleEngine On',
    'SecAuditEngine Off',
    'SecResponseBodyMimeType text/plain text/html text/xml application/json application/problem+json',
    `SecAction "id:10,phase:1,pass,nolog,setvar:tx.paranoia_level=${paranoia}"`,
    // The stack's own address is an IP; a broker's isn't.
    'SecAction "id:11,phase:1,pass,nolog,ctl:ruleRemoveById=920350"',
    ...(exclusions.length > 0 ? [`SecRequestBodyNoFilesLimit ${maxDiagnosisBytes}`] : []),
    exclusionRules(exclusions),
    `Include ${files.setup}`,
    `Include ${files.rules}/*.conf\n`,
  ].join('\n')
}

/** Adds the headers that Application Gateway and Front Door add, and names the broker by its own address. */
function nginxOf({ port, upstream }: WafOptions, folder: string): string {
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `load_module ${files.module};
daemon off; master_process off; pid ${folder}/pid; error_log stderr notice;
events {}
http {
  access_log off; server_tokens off;
  ${temps.map((name) => `${name}_temp_path ${folder}/temp/${name};`).join(' ')}
  keepalive_timeout 0;
  large_client_header_buffers 4 32k;
  client_max_body_size 100m;
  proxy_buffer_size 32k; proxy_buffers 8 32k;
  modsecurity on; modsecurity_rules_file ${folder}/rules.conf;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host broker-origin.example;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host front.example;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Original-Host front.example;
      proxy_set_header X-Original-URL /elsewhere;
    }
  }
}
`
}
