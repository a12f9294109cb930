import { readdirSync, readlinkSync } from 'node:fs';
import type { Standard } from '../plan/cell.ts';

/** The `stdio` that gives a child these standard streams, and `extra` at the same numbers. */
export function stdioWith(
  extra: number[],
  standard: Standard = ['inherit', 'inherit', 'inherit'],
): ('inherit' | 'ignore' | number)[] {
  const stdio: ('inherit' | 'ignore' | number)[] = [...standard];
  for (const descriptor of extra) {
    while (stdio.length < descriptor) stdio.push('ignore');
    stdio[descriptor] = descriptor;
  }
  return stdio;
}

/**
 * The descriptors above 2 that we were started with; to be asked before we open any of our own.
 * Node marks them close-on-exec, but a shell's `3<file` or make's job server are the program's.
 */
export function inheritedDescriptors(): number[] {
  let parent: Set<string> | undefined;
  return inheritedFrom(links('/proc/self/fd'), () => {
    parent ??= new Set(links(`/proc/${process.ppid}/fd`).values());
    return parent;
  });
}

/** What the links in `/proc/PID/fd` say of each descriptor. */
type Links = Map<number, string>;

/** Of our descriptors above 2, those that were not opened by Node itself. */
export function inheritedFrom(own: Links, parent: () => Set<string>): number[] {
  const ends = new Map<string, number>();
  for (const link of own.values()) ends.set(link, (ends.get(link) ?? 0) + 1);
  const nodesOwnNull = nullOfNode(own);
  return [...own]
    .filter(([descriptor, link]) => {
      if (descriptor <= 2 || descriptor === nodesOwnNull || /^anon_inode:|^\/proc\//.test(link)) return false;
      // a pipe with both ends here is Node's own, unless whoever started us holds it as well
      return !link.startsWith('pipe:') || ends.get(link) === 1 || parent().has(link);
    })
    .map(([descriptor]) => descriptor)
    .sort((a, b) => a - b);
}

/** Node opens /dev/null once, as the last of its own, and takes the lowest number that is free. */
function nullOfNode(own: Links): number | undefined {
  const numbers = [...own].sort(([a], [b]) => a - b);
  const lastLoop = numbers.findLast(([, link]) => link.startsWith('anon_inode:'))?.[0] ?? 0;
  return numbers.find(([descriptor, link]) => descriptor > lastLoop && link === '/dev/null')?.[0];
}

function links(directory: string): Links {
  const found: Links = new Map();
  try {
    for (const name of readdirSync(directory)) {
      try {
        found.set(Number(name), readlinkSync(`${directory}/${name}`));
      } catch {
        // closed meanwhile: the descriptor that read the directory
      }
    }
  } catch {
    // no /proc, or another user's process: nothing to learn
  }
  return found;
}
