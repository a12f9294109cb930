import { expect, it } from 'vitest';
import { demangleLegacyRust, tidyDemangled } from './rust-names.ts';

it.each([
  ['_ZN1a2f117h95d89f30da634f94E', 'a::f1'],
  [
    '_ZN4core3ptr46drop_in_place$LT$alloc..vec..Vec$LT$u8$GT$$GT$17h0c2e2d67cdfecac2E',
    'core::ptr::drop_in_place<alloc::vec::Vec<u8>>',
  ],
  [
    '_ZN77_$LT$alloc..raw_vec..RawVec$LT$T$C$A$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17hc40e18d219c551b6E',
    '<alloc::raw_vec::RawVec<T,A> as core::ops::drop::Drop>::drop',
  ],
  [
    '_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17h168e94e611939a97E',
    'std::rt::lang_start::{{closure}}',
  ],
  ['_ZN1a4cold17h0123456789abcdefE.llvm.1234567', 'a::cold'],
  ['_ZN3foo13$RF$$BP$a$SP$17h0123456789abcdefE', 'foo::&*a@'],
])('demangles the legacy name %s', (mangled, readable) => {
  expect(demangleLegacyRust(mangled)).toBe(readable);
});

it.each([
  '_ZN3fooE',
  'malloc',
  '_ZNSt6vectorIiSaIiEE9push_backEOi',
  '_ZN99a17h0123456789abcdefE',
  '_ZNx17h0123456789abcdefE',
  '',
])('leaves %s to others', (name) => {
  expect(demangleLegacyRust(name)).toBeUndefined();
});

it.each([
  [
    'alloc::raw_vec::RawVecInner$LT$A$GT$::deallocate::h02089eb1e94f87e0',
    'alloc::raw_vec::RawVecInner<A>::deallocate',
  ],
  [
    '_$LT$alloc..raw_vec..RawVec$LT$T$GT$$u20$as$u20$Drop$GT$::drop::hc40e18d219c551b6',
    '<alloc::raw_vec::RawVec<T> as Drop>::drop',
  ],
  ['__rustc[5224e6b81cd82a8f]::__rust_alloc', '__rustc::__rust_alloc'],
  ['<std[9c7e]::alloc::System>::alloc', '<std[9c7e]::alloc::System>::alloc'],
  ['operator new[](unsigned long)', 'operator new[](unsigned long)'],
  ['f(int, ...)', 'f(int, ...)'],
  ['core::slice::sort::<[u8; 16]>', 'core::slice::sort::<[u8; 16]>'],
])('completes the demangled name %s', (name, readable) => {
  expect(tidyDemangled(name)).toBe(readable);
});
