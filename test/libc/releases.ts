/** The Debian releases in which the core of the suite is run, for the C library that each has. */
export interface Release {
  /** As debootstrap knows it, or the name of a folder that somebody else made. */
  name: string;
  /** What a person calls it. */
  title: string;
  /** A root folder that is there already; absent: one is made. */
  folder?: string;
}

const DEBIAN: readonly Release[] = [
  { name: 'bullseye', title: 'Debian 11' },
  { name: 'bookworm', title: 'Debian 12' },
  { name: 'trixie', title: 'Debian 13' },
  { name: 'sid', title: 'Debian unstable' },
];

/**
 * @param asked `all`, or names of releases, with commas between
 * @param folders root folders of other systems with a compiler in them, with colons between
 */
export function releases(asked: string, folders = ''): Release[] {
  const others = folders
    .split(':')
    .filter((folder) => folder !== '')
    .map((folder) => ({ name: folder.split('/').findLast(Boolean) ?? folder, title: folder, folder }));
  const all = [...DEBIAN, ...others];
  const names = asked === 'all' ? all.map(({ name }) => name) : asked.split(',');
  const unknown = names.filter((name) => !all.some((release) => release.name === name));
  if (unknown.length > 0)
    throw new Error(`no release ${unknown.join(', ')}: ${all.map(({ name }) => name).join(', ')} are known`);
  return all.filter(({ name }) => names.includes(name));
}
