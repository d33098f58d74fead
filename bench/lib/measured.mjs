/** Runs `work` and prints a line of JSON about it: seconds, CPU seconds, peak memory, and what `right` counts. */
export async function measured(work, right) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      seconds,
      cpu: (user + system) / 1e6,
      rss: process.resourceUsage().maxRSS / 1024,
      right: right(),
      longestDelay: null,
    }),
  );
}
