//! A local variable is dropped as a Box.
//! expect: CF003 -> rust where=stack
//! acts: dealloc
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let mut local = [7u64; 8];
        drop(black_box(Box::from_raw(black_box(&mut local))));
    }
}

#[inline(never)]
pub fn healthy() {
    let local = [7u64; 8];
    drop(black_box(Box::new(*black_box(&local))));
}
