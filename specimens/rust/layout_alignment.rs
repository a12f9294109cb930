//! A block is deallocated with another alignment than it was allocated with.
//! expect: CF004 rust -> rust expected=64/64 actual=64/1
//! acts: alloc dealloc
use std::alloc::{alloc, dealloc, Layout};
use std::hint::black_box;

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
