//! One pitfall of a foreign-function interface, named by the first argument; with `healthy` as the second
//! the same call done right.

use std::ffi::{c_char, CString};
use std::hint::black_box;

struct Record {
    kind: u8,
    length: u32,
    flag: u8,
}
#[repr(C)]
struct RecordOfC {
    kind: u8,
    length: u32,
    flag: u8,
}

#[link(name = "pitfalls")]
extern "C" {
    fn make_name() -> *mut c_char;
    fn free_name(name: *mut c_char);
    fn keep_name(name: *const c_char);
    fn kept_length() -> usize;
    fn record_length(record: *const RecordOfC) -> u32;
    fn look_up(key: u32) -> *const u32;
}

/// The name is C's: Rust may copy it, not drop it.
fn ownership(healthy: bool) {
    let name = unsafe { make_name() };
    if healthy {
        let copy = unsafe { std::ffi::CStr::from_ptr(name) }.to_owned();
        unsafe { free_name(name) };
        println!("{}", copy.as_bytes().len());
    } else {
        println!("{}", unsafe { CString::from_raw(name) }.as_bytes().len());
    }
}

/// C keeps the pointer, so the text must outlive the call.
fn lifetime(healthy: bool) {
    let text = CString::new("a name of Rust's").unwrap();
    unsafe { keep_name(text.as_ptr()) };
    let alive = if healthy {
        Some(text)
    } else {
        drop(black_box(text));
        None
    };
    println!("{}", unsafe { kept_length() });
    drop(alive);
}

/// Rust puts the fields of a struct in an order of its own unless it is told `repr(C)`.
fn layout(healthy: bool) {
    let length = if healthy {
        let record = black_box(Box::new(RecordOfC { kind: 1, length: 2, flag: 3 }));
        unsafe { record_length(&*record) }
    } else {
        let record = black_box(Box::new(Record { kind: 1, length: 2, flag: 3 }));
        let seen = unsafe { record_length((&*record as *const Record).cast()) };
        black_box((record.kind, record.length, record.flag));
        seen
    };
    println!("{length}");
}

/// A look-up may fail, and then it gives null.
fn null(healthy: bool) {
    let found = unsafe { look_up(black_box(8)) };
    if healthy {
        println!("{:?}", unsafe { found.as_ref() });
    } else {
        println!("{}", unsafe { std::ptr::read_volatile(found) });
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let healthy = arguments[2] == "healthy";
    match arguments[1].as_str() {
        "ownership" => ownership(healthy),
        "lifetime" => lifetime(healthy),
        "layout" => layout(healthy),
        _ => null(healthy),
    }
}
