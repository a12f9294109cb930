//! A Rust library behind a C interface that makes and takes boxes of its own.
use std::hint::black_box;

#[no_mangle]
pub extern "C" fn maker_make() -> *mut [u64; 8] {
    Box::into_raw(black_box(Box::new([7; 8])))
}

#[no_mangle]
pub unsafe extern "C" fn maker_take(object: *mut [u64; 8]) {
    drop(black_box(Box::from_raw(black_box(object))));
}
