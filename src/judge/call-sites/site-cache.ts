import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Address } from '../../evidence/address.ts';
import type { SiteClass } from './classify.ts';

/** Counts up when the rules of `classify` change. */
const VERSION = 2;
const LARGEST_FILE = 64 << 20;

type Sites = Map<number, SiteClass>;

/**
 * What debug info said of call sites, kept from run to run: reading it takes seconds for a large module. One
 * file a module, replaced as a whole, so that neither concurrent writers nor damage do harm.
 */
export class SiteCache {
  readonly #folder: string;
  readonly #modules = new Map<string, { file: string; sites: Sites; changed: boolean } | undefined>();

  constructor(folder = join(cacheHome(), 'crossfree', 'sites')) {
    this.#folder = folder;
  }

  get(address: Address): SiteClass | undefined {
    return this.#module(address)?.sites.get(address.offset);
  }

  set(address: Address, site: SiteClass): void {
    const module = this.#module(address);
    if (!module) return;
    module.sites.set(address.offset, site);
    module.changed = true;
  }

  /** Writes what is new. A cache that cannot be written is no cache, and no failure. */
  save(): void {
    for (const module of this.#modules.values()) {
      if (!module?.changed) continue;
      replaceFile(this.#folder, module.file, serialize(module.sites));
      module.changed = false;
    }
  }

  #module({ path, buildId }: Address) {
    const key = `${buildId} ${path}`;
    if (!this.#modules.has(key)) {
      const file = this.#fileOf(path, buildId);
      this.#modules.set(
        key,
        file === undefined ? undefined : { file, sites: readSites(file), changed: false },
      );
    }
    return this.#modules.get(key);
  }

  /** A stripped copy has the same build id as the original, so the size counts too. */
  #fileOf(path: string, buildId: string): string | undefined {
    try {
      const { size, mtimeMs } = statSync(path);
      const identity = buildId === '' ? [path, size, mtimeMs] : [buildId, size];
      const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 40);
      return join(this.#folder, `${name}.json`);
    } catch {
      return undefined;
    }
  }
}

function replaceFile(folder: string, file: string, text: string): void {
  const draft = `${file}.${process.pid}-${Date.now().toString(36)}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    try {
      rmSync(draft, { force: true });
    } catch {
      // there is no such folder, so no draft either
    }
  }
}

function cacheHome(): string {
  const given = process.env.XDG_CACHE_HOME;
  return given !== undefined && isAbsolute(given) ? given : join(homedir(), '.cache');
}

function serialize(sites: Sites): string {
  const entries = [...sites].map(([offset, site]) => [
    offset,
    site.kind === 'source'
      ? [site.frame.function ?? '', site.frame.file, site.frame.line, site.frame.column]
      : site.kind,
  ]);
  return JSON.stringify({ version: VERSION, sites: entries });
}

function readSites(file: string): Sites {
  const sites: Sites = new Map();
  try {
    if (statSync(file).size > LARGEST_FILE) return sites;
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { version, sites: entries } = content as { version: unknown; sites: unknown[] };
    if (version !== VERSION) return sites;
    for (const entry of entries) {
      const [offset, value] = entry as [unknown, unknown];
      const site = parseSite(value);
      if (Number.isSafeInteger(offset) && site) sites.set(offset as number, site);
    }
  } catch {
    // there is none yet, or it is damaged: it is made anew
  }
  return sites;
}

function parseSite(value: unknown): SiteClass | undefined {
  if (value === 'rust' || value === 'c' || value === 'unknown') return { kind: value };
  if (!Array.isArray(value)) return undefined;
  const [name, file, line, column] = value as unknown[];
  if (typeof name !== 'string' || typeof file !== 'string') return undefined;
  if (!Number.isSafeInteger(line) || !Number.isSafeInteger(column)) return undefined;
  return { kind: 'source', frame: { function: name, file, line: line as number, column: column as number } };
}
