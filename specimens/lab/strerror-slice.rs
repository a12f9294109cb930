//! A helper takes what strerror returned for its own and drops it; a Rust vector gets the block, and the next
//! strerror, somewhere else, releases it under the vector, which then fails to grow. `owns` drops the text,
//! `copies` a copy of it.

use std::ffi::{c_char, c_int, CStr, CString};
use std::hint::black_box;

extern "C" {
    fn strerror(number: c_int) -> *mut c_char;
}

fn release_message(owns: bool) {
    let text = unsafe { strerror(c_int::MIN) };
    println!("the helper releases its message");
    if owns {
        drop(unsafe { CString::from_raw(text) }); // wrong: not ours
    } else {
        drop(black_box(unsafe { CStr::from_ptr(text) }.to_owned()));
    }
}

fn main() {
    let owns = std::env::args().nth(1).as_deref() == Some("owns");
    println!("Rust: start");
    release_message(owns);
    let mut numbers: Vec<u8> = Vec::with_capacity(25);
    numbers.extend_from_slice(black_box(&[7; 25]));
    unsafe { strerror(654_321) }; // somebody else asks for a message, and the C library releases its last one
    println!("Rust: grow");
    for number in 0..4096_u32 {
        numbers.push(black_box(number as u8));
    }
    println!("Rust: drop {}", numbers.iter().map(|&number| u32::from(number)).sum::<u32>());
    drop(black_box(numbers));
    println!("Rust is done");
}
