import { check } from './checks.mjs';

check(process.env.SERVER_URL).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
