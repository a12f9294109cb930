import { readFileSync } from 'node:fs';

/**
 * What a distribution calls itself: `debian 12`, `ubuntu 24.04`; empty where it does not say.
 * @param {string} release text of /etc/os-release
 */
export function distributionOf(release) {
  const value = (/** @type {string} */ key) =>
    new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  return `${value('ID')} ${value('VERSION_ID')}`.trim();
}

/** Debian 12's own Rust is older than what the specimens need; the one for its web browsers is not. */
export function rustPackage(distribution = thisDistribution()) {
  return distribution === 'debian 12' ? 'cargo-web' : 'cargo';
}

function thisDistribution() {
  try {
    return distributionOf(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return '';
  }
}
