import { existsSync } from 'node:fs'

/** The packages of Debian that hold {@link wafFiles}. */
export const wafPackages = ['nginx', 'libnginx-mod-http-modsecurity', 'modsecurity-crs'] as const

/** nginx, ModSecurity for it, and OWASP's core rules, where Debian puts them. */
export const wafFiles = {
  nginx: '/usr/sbin/nginx',
  module: '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so',
  recommended: '/etc/nginx/modsecurity.conf',
  setup: '/etc/modsecurity/crs/crs-setup.conf',
  rules: '/usr/share/modsecurity-crs/rules',
} as const

/** Whether this machine has all of {@link wafFiles}. Without them, the tests behind the firewall are skipped. */
export const hasWaf = Object.values(wafFiles).every((path) => existsSync(path))
