import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Suites by which an archive of Debian is told from one of somebody else. */
const DEBIAN_SUITE = /^(?:bullseye|bookworm|trixie|forky|duke|sid|stable|oldstable|testing|unstable)$/;

/** The first archive of Debian's own packages that a system of apt is told of; undefined where there is none. */
export function debianMirror(files: readonly string[]): string | undefined {
  for (const text of files) {
    const found = text.includes('URIs:') ? inStanzas(text) : inLines(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The older form: `deb [options] URI SUITE COMPONENTS…`. */
function inLines(text: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, uri, suite = '', components = ''] =
      /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (DEBIAN_SUITE.test(suite) && /\bmain\b/.test(components)) return uri;
  }
  return undefined;
}

/** The newer form: stanzas of fields. */
function inStanzas(text: string): string | undefined {
  for (const stanza of text.split(/\n\s*\n/)) {
    const field = (name: string) =>
      (new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(stanza)?.[1] ?? '').trim().split(/\s+/);
    if (field('Enabled').includes('no') || !field('Types').includes('deb')) continue;
    if (!field('Components').includes('main') || !field('Suites').some((suite) => DEBIAN_SUITE.test(suite)))
      continue;
    const [uri] = field('URIs');
    if (uri) return uri;
  }
  return undefined;
}

/** What this machine's apt is told. */
export function aptSources(folder = '/etc/apt'): string[] {
  const read = (path: string): string[] => {
    try {
      return [readFileSync(path, 'utf8')];
    } catch {
      return [];
    }
  };
  let names: string[] = [];
  try {
    names = readdirSync(join(folder, 'sources.list.d')).filter((name) => /\.(?:list|sources)$/.test(name));
  } catch {
    // then there is only the one file
  }
  return [
    ...read(join(folder, 'sources.list')),
    ...names.sort().flatMap((name) => read(join(folder, 'sources.list.d', name))),
  ];
}
