//! A block of Rust's given to C, which releases it with its own `free`; with the argument `healthy`
//! Rust takes it back first, as `Box::from_raw` and `CString::from_raw` ask for.

use std::ffi::{c_char, c_void, CString};
use std::hint::black_box;

extern "C" {
    fn free(pointer: *mut c_void);
}

fn main() {
    let healthy = std::env::args().nth(1).expect("`fault` or `healthy`") == "healthy";
    let number: *mut [u64; 8] = black_box(Box::into_raw(Box::new([7; 8])));
    let text: *mut c_char = black_box(CString::new("a name").unwrap().into_raw());
    unsafe {
        if healthy {
            drop(Box::from_raw(number));
            drop(CString::from_raw(text));
        } else {
            free(number.cast());
            free(text.cast());
        }
    }
    println!("still here");
}
