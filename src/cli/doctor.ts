import { Command } from 'commander';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what this machine can and cannot observe, and what mends each gap')
    .option('--json', 'write one JSON object to standard output')
    .action(async (options: { json?: true }) => {
      const { examine } = await import('../doctor/doctor.ts');
      const { renderDoctor } = await import('../doctor/render.ts');
      const { wantsColour } = await import('../report/colour.ts');
      const health = await examine();
      process.stdout.write(
        options.json
          ? `${JSON.stringify(health, undefined, 2)}\n`
          : renderDoctor(health, wantsColour(process.env, 1)),
      );
      process.exitCode = health.observes ? 0 : 1;
    });
}
