import { hasWaf, wafPackages } from './findWaf.ts'

/** Before tests: says what to install if this machine has no web application firewall. */
if (!hasWaf) {
  const install = `Debian: apt-get install ${wafPackages.join(' ')}`
  process.stderr.write(
    `There is no ModSecurity with OWASP’s core rules (${install}); until then, the tests behind it are skipped.\n`,
  )
}
