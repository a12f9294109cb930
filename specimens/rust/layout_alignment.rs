//! A block is deallocated with another alignment than it was allocated with.
//! expect: CF004 rust -> rust expected=64/64 actual=64/1
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless inlined+mimalloc: unseen; mi_free states no layout
//! unless release+jemalloc, lto+jemalloc: unseen; jemalloc is told no alignment of up to 16 bytes
//! born: take_and_return
//! died: take_and_return
//! acts: alloc dealloc
use std::alloc::{alloc, dealloc, Layout};
use std::hint::black_box;

#[inline(never)]
fn take_and_return(alignment: usize) {
    unsafe {
        let block = black_box(alloc(Layout::from_size_align_unchecked(64, 64)));
        dealloc(black_box(block), Layout::from_size_align_unchecked(64, alignment));
    }
}

#[inline(never)]
pub fn fault() {
    take_and_return(black_box(1));
}

#[inline(never)]
pub fn healthy() {
    take_and_return(black_box(64));
}
