/** A process that wants what others want as well: `built-once.fixture.ts file|tasks FOLDER SECONDS`. */
import { join } from 'node:path';
import { alone } from '../setup/alone.js';
import { runTasks } from '../specimens/recipe/tasks.js';
import { builtOnce } from './built-once.ts';

const [what, folder = '', seconds = ''] = process.argv.slice(2);

const SCRIPT = 'echo begins >> runs; printf one > "$1"; sleep "$2"; printf two >> "$1"; echo ends >> runs';

/** Writes its output in two halves, as a compiler might, and says when it begins and ends. */
const slowly = (output: string) => ({
  command: 'sh',
  args: ['-c', SCRIPT, 'sh', output, seconds],
  cwd: folder,
});

if (what === 'file') await builtOnce(join(folder, 'made'), slowly);
else {
  const part = join(folder, 'part');
  const needed = { name: 'part', inputs: [], outputs: [part], steps: [slowly(part)] };
  const made = join(folder, 'made');
  const copy = { command: 'cp', args: [part, made] };
  const tasks = [needed, { name: 'made', inputs: [], needs: [needed], outputs: [made], steps: [copy] }];
  await alone(join(folder, 'lock'), (lock) => runTasks(folder, tasks, '', lock));
}
