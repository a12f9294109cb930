import type { AutopsyRun, Means } from '../autopsy.ts';
import { fail, UsageError } from './failure.ts';

export interface RunOptions {
  timeout?: number;
  means?: Means;
  gdb?: true;
  out?: string;
}

/** Runs the program behind `--`; undefined when it could not be started, which is said already. */
export async function autopsyOfProgram(
  command: string[],
  options: RunOptions,
): Promise<AutopsyRun | undefined> {
  const { inheritedDescriptors } = await import('../run/descriptors.ts');
  const descriptors = inheritedDescriptors(); // before we open any of our own
  const [{ NoMeans, runForAutopsy }, { CannotStart }, { openOutputs }] = await Promise.all([
    import('../autopsy.ts'),
    import('../inspect/resolve.ts'),
    import('./output.ts'),
  ]);
  const outputs = openOutputs(options.out === undefined ? {} : { out: options.out });
  try {
    const done = await runForAutopsy({
      command,
      cwd: process.cwd(),
      env: process.env,
      ledgerDir: outputs.ledgerDir,
      descriptors,
      ...(options.means && { means: options.means }),
      ...(options.gdb && { gdb: true }),
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
    });
    if (done.run) outputs.save(done.run);
    return done;
  } catch (error) {
    if (error instanceof NoMeans) throw new UsageError(`\`autopsy -- PROGRAM\`: ${error.message}`);
    if (!(error instanceof CannotStart)) throw error;
    fail(error, error.status);
    return undefined;
  } finally {
    outputs.close();
  }
}
