//! Panics that are caught, panics that end a thread, and a panic that ends the program with status 101.
use std::hint::black_box;

fn main() {
    let caught = std::panic::catch_unwind(|| {
        let held = black_box(vec![1u8; 100]);
        if held.len() == black_box(100) {
            panic!("caught")
        }
    });
    let thread = std::thread::spawn(|| {
        let _held = black_box(String::from("held while panicking"));
        panic!("ends the thread")
    });
    println!("{} {}", caught.is_err(), thread.join().is_err());
    let none: Option<Box<i32>> = black_box(None);
    none.unwrap();
}
