/**
 * Runs `work` and prints a line of JSON about it: seconds, CPU seconds, peak memory, and what `report` says of the result:
 * `right`, how much of it came as it should, and figures of its own.
 */
export async function measured(work, report) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      seconds,
      cpu: (user + system) / 1e6,
      rss: process.resourceUsage().maxRSS / 1024,
      longestDelay: null,
      ...report(result),
    }),
  );
}
