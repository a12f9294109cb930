import type { Program } from '../program.ts';

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
    what: 'a setuid program asked for its version',
    from: { debian: ['util-linux'] },
    version: 'su --version',
    command: ['su', '--version'],
    verdict: 'unobservable',
    quick: true,
  },
  {
    id: 'sudo',
    what: 'a setuid program asked for its version',
    from: { debian: ['sudo'] },
    version: 'sudo --version',
    command: ['sudo', '-h'],
    verdict: 'unobservable',
  },
];
