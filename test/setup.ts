/**
 * The machine's own proxies, certificate bundles and netrc must not reach the tests: they are part of what
 * `trust_env` reads.
 */
for (const name of Object.keys(process.env)) {
  if (/^(https?|all|no)_proxy$/i.test(name) || /^(REQUESTS|CURL)_CA_BUNDLE$/.test(name)) {
    Reflect.deleteProperty(process.env, name);
  }
}
process.env['NETRC'] = '/nonexistent/netrc';
