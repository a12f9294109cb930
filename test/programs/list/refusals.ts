import type { Verdict } from '../../../src/model/index.ts';
import type { Program } from '../program.ts';

/** The loader drops a preload only where the caller is not already whom the setuid bit makes it. */
const SETUID: Verdict = process.getuid?.() === 0 ? 'clean' : 'unobservable';

/** Programs that nothing preloaded can see: they must run as ever, and be called unobservable, not clean. */
export const REFUSALS: Program[] = [
  {
    id: 'busybox-static',
    what: 'a static program: sort and sed in one file',
    from: { debian: ['busybox-static'] },
    version: 'busybox | head -1',
    prepare: 'seq 1 500 > in.txt',
    command: ['busybox', 'sort', '-rn', 'in.txt'],
    verdict: 'unobservable',
    quick: true,
  },
  {
    id: 'su',
    what: 'a setuid program asked for its version (observable for root, refused politely for others)',
    from: { debian: ['util-linux'] },
    version: 'su --version',
    command: ['su', '--version'],
    verdict: SETUID,
    quick: true,
  },
  {
    id: 'sudo',
    what: 'a setuid program with plug-ins asked for help (observable for root, refused politely for others)',
    from: { debian: ['sudo'] },
    version: 'sudo --version',
    command: ['sudo', '-h'],
    verdict: SETUID,
  },
];
