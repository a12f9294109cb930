//! A static table is dropped as a Vec.
//! expect: CF003 -> rust where=static
//! acts: dealloc
use std::hint::black_box;

static mut TABLE: [u64; 8] = [7; 8];

#[inline(never)]
pub fn fault() {
    unsafe {
        let table = black_box(&raw mut TABLE).cast::<u64>();
        drop(black_box(Vec::from_raw_parts(table, 8, 8)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let table = black_box(&raw const TABLE);
        drop(black_box((*table).to_vec()));
    }
}
