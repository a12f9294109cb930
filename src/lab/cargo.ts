import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../plan/installation.ts';
import { capture } from './capture.ts';
import type { Workbench } from './experiment.ts';

/** A specimen built against crates, or the reason why it could not be. */
export type CargoBuild = { program: string } | { failed: string };

/** Building a C library on a slow machine takes minutes. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Builds a binary of one of the lab's Cargo projects, in release mode. What Cargo makes is kept in
 * the checkout for the next time, or in the bench's directory where the checkout is read-only.
 */
export async function cargoBuild(
  bench: Workbench,
  project: string,
  binary: string,
  features: string[],
): Promise<CargoBuild> {
  const target = await writable(join(packageRoot(), 'build/lab', project), join(bench.directory, project));
  const manifest = join(bench.specimens, project, 'Cargo.toml');
  const { outcome, stderr } = await capture(
    [
      'cargo',
      'build',
      '--release',
      '--locked',
      '--quiet',
      '--manifest-path',
      manifest,
      '--bin',
      binary,
      '--features',
      features.join(','),
    ],
    { env: { CARGO_TARGET_DIR: target }, timeoutMs: PATIENCE_MS },
  );
  if (outcome.kind === 'exit' && outcome.code === 0) return { program: join(target, 'release', binary) };
  return { failed: stderr.trim().split('\n').at(0) || 'cargo did not come to its end' };
}

async function writable(wanted: string, otherwise: string): Promise<string> {
  try {
    await mkdir(wanted, { recursive: true });
    return wanted;
  } catch {
    await mkdir(otherwise, { recursive: true });
    return otherwise;
  }
}
