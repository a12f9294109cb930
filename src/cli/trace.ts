import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { badValue, fail, UsageError } from './failure.ts';
import { parseDuration } from './values.ts';

interface Options {
  json?: string;
  html?: string;
  speedscope?: string;
  pprof?: string;
  out?: string;
  read?: string;
  maxSize: number;
  timeout?: number;
}

const HELP = `
Every allocation and release is recorded; the summary goes to stderr. Sizes are as requested.

Examples:
  crossfree trace -- ./app input.txt
  crossfree trace --out traced --pprof app.pb.gz -- ./app
  crossfree trace --read traced/ledgers`;

export function traceCommand(): Command {
  return new Command('trace')
    .description('record every allocation and release of a program that nobody rebuilt')
    .usage('[options] -- PROGRAM [ARGS…]')
    .argument('[program...]')
    .passThroughOptions()
    .option('--json <file>', 'write the summary as one JSON object')
    .option('--html <file>', 'write it as one page for a browser: timeline, flame graph, call sites')
    .option('--speedscope <file>', 'write the call stacks for speedscope, by bytes, peak and count')
    .option('--pprof <file>', 'write a gzipped pprof profile, as `go tool pprof FILE` reads it')
    .option('--out <dir>', 'keep the summary and the recorded files there')
    .option('--read <path>', 'read a recorded file, or a folder of them, instead of running a program')
    .option('--max-size <bytes>', 'largest file of one process, e.g. 500M, 2G', parseSize, 2 * 2 ** 30)
    .option('--timeout <duration>', 'kill the program and its children after e.g. 500ms, 30s, 5m', (text) =>
      parseDuration('--timeout', text),
    )
    .addHelpText('after', HELP)
    .action(trace);
}

const UNITS: Record<string, number> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function parseSize(text: string): number {
  const match = /^(\d{1,12})([KMG]?)$/.exec(text);
  const bytes = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1) : 0;
  if (bytes < 262144 || bytes > 2 ** 40)
    throw badValue('--max-size', 'a size from 256K to 1024G, such as `500M`', text);
  return bytes;
}

async function trace(command: string[], options: Options): Promise<void> {
  if (command.length === 0 && options.read === undefined)
    throw new UsageError('`trace` expects a program, as in `crossfree trace -- ./app`, but got none');
  if (command.length > 0 && options.read !== undefined)
    throw new UsageError('`--read` expects no program, but got one');
  const { inheritedDescriptors } = await import('../run/descriptors.ts');
  const descriptors = inheritedDescriptors();
  const [{ readTrace, traceProgram }, { CannotStart }, { openFile, openOutputs }, { renderTrace }, { say }] =
    await Promise.all([
      import('../trace.ts'),
      import('../inspect/resolve.ts'),
      import('./output.ts'),
      import('../report/trace.ts'),
      import('../report/say.ts'),
    ]);
  const outputs = openOutputs(options);
  const open = (option: string, path?: string) => (path === undefined ? undefined : openFile(option, path));
  const page = open('--html', options.html);
  const scope = open('--speedscope', options.speedscope);
  const profile = open('--pprof', options.pprof);
  try {
    const result =
      options.read === undefined
        ? await traceProgram({
            command,
            cwd: process.cwd(),
            env: process.env,
            directory: outputs.ledgerDir,
            maxSize: options.maxSize,
            descriptors,
            ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
          })
        : await readTrace(options.read, []).catch((error) => {
            throw badValue('--read', `a trace that can be read (${error.message})`, options.read ?? '');
          });
    say(renderTrace(result, process.cwd()));
    if (result.outcome) {
      const { exitStatus } = await import('../run/exit-status.ts');
      process.exitCode = exitStatus(result.outcome);
    } else if (result.problems.length > 0) process.exitCode = 2;
    outputs.save(result);
    if (page !== undefined) {
      const { writePage } = await import('./page.ts');
      writePage(page, result, options.read === undefined ? 'modules' : 'elsewhere');
    }
    if (profile !== undefined) {
      const { pprof } = await import('../report/pprof.ts');
      writeFileSync(profile, pprof(result));
    }
    if (scope !== undefined) {
      const { speedscope } = await import('../report/speedscope.ts');
      writeFileSync(scope, JSON.stringify(speedscope(result)));
    }
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    fail(error, error.status);
  } finally {
    for (const descriptor of [page, scope, profile]) if (descriptor !== undefined) closeSync(descriptor);
    outputs.close();
  }
}
