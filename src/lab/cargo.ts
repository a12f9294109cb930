import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cargoCommand, PROJECT, targetFolder } from '../../setup/lab.js';
import { packageRoot } from '../plan/installation.ts';
import { capture } from './capture.ts';
import type { Workbench } from './experiment.ts';

/** A specimen built against crates, or the reason why it could not be. */
export type CargoBuild = { program: string } | { failed: string };

/** Building a C library on a slow machine takes minutes. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Builds one of the lab's Rust programs with a jemalloc of its own, in release mode, where `npm run lab` has not set
 * it up already. What Cargo makes is kept in the checkout, or in the bench's directory where that is read-only.
 */
export async function buildWithJemalloc(bench: Workbench, binary: string): Promise<CargoBuild> {
  const target = await writable(targetFolder(packageRoot()), join(bench.directory, PROJECT));
  const { outcome, stderr } = await capture(cargoCommand(bench.specimens, [binary]), {
    env: { CARGO_TARGET_DIR: target },
    timeoutMs: PATIENCE_MS,
  });
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
