import { Command } from 'commander';

const STDOUT = 1;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what this machine can and cannot observe, and what mends each gap')
    .option('--json', 'write one JSON object to standard output')
    .action(async (options: { json?: true }) => {
      const [{ examine }, { renderDoctor }, { wantsColour }, { say }] = await Promise.all([
        import('../doctor/doctor.ts'),
        import('../doctor/render.ts'),
        import('../report/colour.ts'),
        import('../report/say.ts'),
      ]);
      const health = await examine();
      const colour = wantsColour(process.env, STDOUT);
      say(options.json ? `${JSON.stringify(health, undefined, 2)}\n` : renderDoctor(health, colour), STDOUT);
      process.exitCode = health.observes ? 0 : 1;
    });
}
