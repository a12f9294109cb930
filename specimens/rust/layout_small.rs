//! A place that has returned a thousand small blocks rightly states another size for one of them.
//! expect: CF004 rust -> rust expected=24/8 actual=16/8
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless inlined+mimalloc: unseen; mi_free states no layout
//! born: take_and_return
//! died: take_and_return
//! acts: alloc dealloc
use std::alloc::{alloc, dealloc, Layout};
use std::hint::black_box;

#[inline(never)]
fn take_and_return(layout: Layout) {
    unsafe {
        let block = black_box(alloc(Layout::new::<[u64; 3]>()));
        dealloc(black_box(block), layout);
    }
}

fn many() {
    for _ in 0..1000 {
        take_and_return(black_box(Layout::new::<[u64; 3]>()));
    }
}

#[inline(never)]
pub fn fault() {
    many();
    take_and_return(black_box(Layout::new::<[u64; 2]>()));
}

#[inline(never)]
pub fn healthy() {
    many();
    take_and_return(black_box(Layout::new::<[u64; 3]>()));
}
