const base = process.env.SERVER_URL;

test('the checks, imported from CommonJS', async () => {
  const { check } = await import('./lib/checks.mjs');
  await check(base);
}, 30_000);
