import { expect, it } from 'vitest';
import { distributionOf, rustPackage } from './distribution.js';

it.each([
  ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n', 'debian 12'],
  ['ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n', 'ubuntu 24.04'],
  ['PRETTY_NAME="Debian GNU/Linux trixie/sid"\nID=debian\n', 'debian'],
  ['', ''],
])('reads %j', (release, expected) => {
  expect(distributionOf(release)).toBe(expected);
});

it('takes the newer Rust where the usual one is too old', () => {
  expect(rustPackage('debian 12')).toBe('cargo-web');
  expect(rustPackage('debian 13')).toBe('cargo');
  expect(rustPackage('')).toBe('cargo');
});
